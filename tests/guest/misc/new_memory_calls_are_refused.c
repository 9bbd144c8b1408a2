/* covers: pkey_alloc pkey_free mseal map_shadow_stack remap_file_pages uretprobe uprobe */
/* svm: no (differs from native on purpose: see known-differences) */
#include "t.h"

static void probe(const char *what, long nr)
{
    pid_t pid = fork();
    if (pid == 0) {
        show(what, syscall(nr));
        _exit(0);
    }
    show_wait(what, pid);
}

int main(void)
{
    char *area = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    show("pkey_alloc", raw(pkey_alloc, 0, 0) >= 0 ? 0 : -1);
    show("pkey_free", raw(pkey_free, 77));
    show("mseal", raw(mseal, 0x1000, 0, 0));
    show("map_shadow_stack", raw(map_shadow_stack, 0, 4096, 0x80));
    show("guard pages", madvise(area, T_PAGE, 102 /* MADV_GUARD_INSTALL */));
    show("remap_file_pages", raw(remap_file_pages, 0, 4096, 1, 0, 0));
    probe("uretprobe", SYS_uretprobe);
    probe("uprobe", SYS_uprobe);
    return t_end();
}
