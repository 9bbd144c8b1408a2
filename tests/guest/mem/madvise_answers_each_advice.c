/* covers: madvise process_madvise */
#include "fault.h"

#include <sys/uio.h>

int main(void)
{
    char *p = map_anon(8 * T_PAGE, PROT_READ | PROT_WRITE), *s, *f, name[32];
    int fd;
    scratch();
    MUST((s = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED);
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    MUST(ftruncate(fd, 8 * T_PAGE) == 0);
    MUST((f = mmap(NULL, 8 * T_PAGE, PROT_READ, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    for (int advice = -1; advice <= 26; advice++) {
        snprintf(name, sizeof(name), "private %d", advice);
        show(name, madvise(p, 8 * T_PAGE, advice));
        snprintf(name, sizeof(name), "shared %d", advice);
        show(name, madvise(s, 8 * T_PAGE, advice));
        snprintf(name, sizeof(name), "file %d", advice);
        show(name, madvise(f, 8 * T_PAGE, advice));
    }
    show("not aligned", madvise(p + 1, T_PAGE, MADV_DONTNEED));
    show("zero length", madvise(p, 0, MADV_DONTNEED));
    show("zero length, unknown", madvise(p, 0, 1000));
    show("wraps", madvise(p, ~0ul, MADV_DONTNEED));
    MUST(munmap(p + 4 * T_PAGE, T_PAGE) == 0);
    memset(p, 1, 4 * T_PAGE);
    memset(p + 5 * T_PAGE, 1, 3 * T_PAGE);
    show("over a hole", madvise(p, 8 * T_PAGE, MADV_DONTNEED));
    CHECK(p[0] == 0 && p[5 * T_PAGE] == 0);
    show("a hole", madvise(p + 4 * T_PAGE, T_PAGE, MADV_WILLNEED));

    int self = (int) raw(pidfd_open, getpid(), 0);
    struct iovec iov[2] = {{p, T_PAGE}, {p + 5 * T_PAGE, 2 * T_PAGE}}, hole = {p, 8 * T_PAGE};
    show("process_madvise", raw(process_madvise, self, iov, 2, 20 /* MADV_COLD */, 0));
    show("flags", raw(process_madvise, self, iov, 2, 20, 1));
    show("vector not there", raw(process_madvise, self, BAD_PTR, 2, 20, 0));
    /* PIDFD_SELF_THREAD, PIDFD_SELF_THREAD_GROUP as it is and was, nothing */
    static const int numbers[] = {-10000, -10001, -20000, -10009, -100};
    for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++) {
        int n = numbers[i];
        printf("%d\n", n);
        show("this process", raw(process_madvise, n, iov, 2, 20, 0));
        show("  over a hole", raw(process_madvise, n, &hole, 1, 20, 0));
        show("  nothing", raw(process_madvise, n, NULL, 0, 20, 0));
    }
    show("bad descriptor", raw(process_madvise, -1, iov, 2, 20, 0));
    return t_end();
}
