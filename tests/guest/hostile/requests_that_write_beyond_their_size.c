/* covers: ioctl */
/* A request that takes more than its number says takes it of the program's memory, also where the rest lies in memory of another kind. */
#include <sys/ioctl.h>

#include "t.h"

struct fsuuid { /* ext4's: 8 bytes to its number */
    uint32_t len, flags;
};

#define EXT4_IOC_GETFSUUID _IOR('f', 44, struct fsuuid)

enum { BIG = 8 << 20 };

int main(void)
{
    char *p = mmap(NULL, 4 * BIG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), first[16] = {0};
    int fd = open("/tmp", O_RDONLY);
    MUST(p != MAP_FAILED && fd >= 0);
    p = (char *) (((uintptr_t) p + BIG) & ~((uintptr_t) BIG - 1));
    /* The later half first: in a virtual machine what follows it there is not what follows here. */
    MUST(mmap(p + BIG, BIG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    memset(p + BIG, 0, BIG);
    MUST(mmap(p, BIG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    memset(p, 0, BIG);
    for (int before = 24; before >= 8; before -= 4) {
        struct fsuuid *u = (struct fsuuid *) (p + BIG - before);
        memset(u, 0, 24);
        u->len = 16;
        int r = ioctl(fd, EXT4_IOC_GETFSUUID, u);
        printf("%d bytes before the edge: %s\n", before, r ? errname(errno) : "done");
        if (before == 24)
            memcpy(first, u + 1, 16);
        CHECK(memcmp(first, u + 1, 16) == 0);
    }
    struct fsuuid *edge = at_edge(sizeof *edge);
    edge->len = 0;
    show("length alone", ioctl(fd, EXT4_IOC_GETFSUUID, edge));
    edge->len = 16;
    show("past the edge", ioctl(fd, EXT4_IOC_GETFSUUID, edge));
    show("nowhere", ioctl(fd, EXT4_IOC_GETFSUUID, BAD_PTR));
    return t_end();
}
