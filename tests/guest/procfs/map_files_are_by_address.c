/* covers: readlink */
#include "fault.h"
#include "maps.h"

int main(void)
{
    char name[PATH_MAX], target[PATH_MAX] = "";
    int f;
    scratch();
    MUST((f = open("mapped", O_RDWR | O_CREAT, 0600)) >= 0 && ftruncate(f, T_PAGE) == 0);
    char *q = mmap((void *) 0x2b0000000000ul, T_PAGE, PROT_READ, MAP_SHARED, f, 0);
    MUST(q != MAP_FAILED);
    snprintf(name, sizeof(name), "/proc/self/map_files/%lx-%lx", (unsigned long) q, (unsigned long) q + T_PAGE);
    ssize_t n = readlink(name, target, sizeof(target) - 1);
    printf("map_files %s\n", n < 0 ? errname(errno) : strstr(target, "/mapped") ? "names the file" : target);
    return t_end();
}
