/* covers: memfd_secret */
/* svm: no (memfd_secret is off in that kernel, so that nothing differs) */
#include "fault.h"

int main(void)
{
    fault_catch();
    int fd = (int) show_ok("memfd_secret", raw(memfd_secret, 0));
    show("with flags", raw(memfd_secret, 2));
    if (fd >= 0) {
        MUST(ftruncate(fd, T_PAGE) == 0);
        char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        MUST(p != MAP_FAILED);
        show_write("written", p);
        /* the kernel itself does not read it for others */
        int out[2];
        MUST(pipe(out) == 0);
        show("write from it", write(out[1], p, 10));
    }
    return t_end();
}
