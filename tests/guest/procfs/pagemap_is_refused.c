/* covers: pread64 */
#include "fault.h"
#include "maps.h"

int main(void)
{
    char *p = map_anon(8 * T_PAGE, PROT_READ | PROT_WRITE);
    uint64_t bits[8];
    int fd = open("/proc/self/pagemap", O_RDONLY);
    MUST(madvise(p, 8 * T_PAGE, MADV_NOHUGEPAGE) == 0);
    for (int i = 0; i < 8; i += 3)
        p[i * T_PAGE] = 1;
    show_ok("open", fd);
    ssize_t n = pread(fd, bits, sizeof(bits), (off_t) ((uintptr_t) p / T_PAGE * 8));
    printf("read %zd:", n);
    for (int i = 0; i < n / 8; i++)
        printf(" %d", (int) (bits[i] >> 63));
    printf("\n");
    show("not a multiple of 8", pread(fd, bits, 7, 0));
    return t_end();
}
