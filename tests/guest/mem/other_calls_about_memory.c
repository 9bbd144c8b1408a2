/* covers: remap_file_pages pkey_alloc pkey_free mseal memfd_secret cachestat map_shadow_stack membarrier */
#include "fault.h"

int main(void)
{
    char *p, block[T_PAGE];
    int fd;
    uint64_t range[2] = {0, 0}, stats[5];
    scratch();
    fault_catch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    for (int i = 0; i < 4; i++) {
        memset(block, 'a' + i, T_PAGE);
        MUST(write(fd, block, T_PAGE) == T_PAGE);
    }
    MUST((p = mmap(NULL, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    if (show("remap_file_pages", raw(remap_file_pages, p, T_PAGE, 0, 3, 0)) == 0)
        CHECK(p[0] == 'd' && p[T_PAGE] == 'b');
    show("with rights", raw(remap_file_pages, p, T_PAGE, PROT_READ, 3, 0));
    MUST((p = mmap(NULL, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    show("of a private mapping", raw(remap_file_pages, p, T_PAGE, 0, 3, 0));

    show("pkey_alloc with flags", raw(pkey_alloc, 1, 0));
    show("pkey_free of none", raw(pkey_free, 15));

    p = map_anon(4 * T_PAGE, PROT_READ | PROT_WRITE);
    p[0] = 1;
    if (show("mseal", raw(mseal, p, 2 * T_PAGE, 0)) == 0) {
        show("munmap of the sealed", munmap(p, T_PAGE));
        show("around it", munmap(p + T_PAGE, 3 * T_PAGE));
        show("mprotect", mprotect(p, T_PAGE, PROT_READ));
        show("mremap", (long) mremap(p, T_PAGE, 2 * T_PAGE, MREMAP_MAYMOVE));
        show("over it", (long) mmap(p, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        show("not sealed", munmap(p + 2 * T_PAGE, T_PAGE));
        show_write("sealed and written", p);
    }
    show("mseal with flags", raw(mseal, p, T_PAGE, 1));
    show("mseal of a hole", raw(mseal, 0x210000000000ul, T_PAGE, 0));

    show_ok("memfd_secret", raw(memfd_secret, 0));
    show("memfd_secret with flags", raw(memfd_secret, 2));
    show("cachestat", raw(cachestat, fd, range, stats, 0));
    show("cachestat to nowhere", raw(cachestat, fd, range, BAD_PTR, 0));
    show("cachestat with flags", raw(cachestat, fd, range, stats, 1));
    show("cachestat of no file", raw(cachestat, -1, range, stats, 0));
    show("map_shadow_stack", raw(map_shadow_stack, 0, T_PAGE, 0));

    show("membarrier before registering", raw(membarrier, 8, 0, 0));
    show("membarrier registers", raw(membarrier, 16, 0, 0));
    show("membarrier", raw(membarrier, 8, 0, 0));
    show("membarrier unknown", raw(membarrier, 1 << 20, 0, 0));
    show("membarrier with flags", raw(membarrier, 8, 4, 0));
    return t_end();
}
