/* covers: pread64 readlink */
#include "fault.h"
#include "maps.h"

int main(void)
{
    char *p = map_anon(8 * T_PAGE, PROT_READ | PROT_WRITE), name[PATH_MAX], target[PATH_MAX] = "";
    uint64_t bits[8];
    int fd = open("/proc/self/pagemap", O_RDONLY), f;
    MUST(madvise(p, 8 * T_PAGE, MADV_NOHUGEPAGE) == 0);
    scratch();
    for (int i = 0; i < 8; i += 3)
        p[i * T_PAGE] = 1;
    show_ok("open", fd);
    ssize_t n = pread(fd, bits, sizeof(bits), (off_t) ((uintptr_t) p / T_PAGE * 8));
    printf("read %zd:", n);
    for (int i = 0; i < n / 8; i++)
        printf(" %d", (int) (bits[i] >> 63));
    printf("\n");
    show("not a multiple of 8", pread(fd, bits, 7, 0));

    MUST((f = open("mapped", O_RDWR | O_CREAT, 0600)) >= 0 && ftruncate(f, T_PAGE) == 0);
    char *q = mmap((void *) 0x2b0000000000ul, T_PAGE, PROT_READ, MAP_SHARED, f, 0);
    MUST(q != MAP_FAILED);
    snprintf(name, sizeof(name), "/proc/self/map_files/%lx-%lx", (unsigned long) q, (unsigned long) q + T_PAGE);
    n = readlink(name, target, sizeof(target) - 1);
    printf("map_files %s\n", n < 0 ? errname(errno) : strstr(target, "/mapped") ? "names the file" : target);
    return t_end();
}
