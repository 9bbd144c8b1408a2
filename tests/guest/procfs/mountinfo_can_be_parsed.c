/* covers: openat statfs */
#include <sys/vfs.h>

#include "maps.h"

int main(void)
{
    char *text = read_all("/proc/self/mountinfo"), *line, *next;
    int lines = 0, root = 0, proc = 0;
    MUST(text);
    for (line = text; *line; line = next) {
        char mnt[PATH_MAX], type[64], *dash = strstr(line, " - ");
        int id, parent, major, minor;
        next = strchr(line, '\n');
        MUST(next);
        *next++ = 0;
        lines++;
        if (!CHECK(dash && sscanf(line, "%d %d %d:%d %*s %4095s", &id, &parent, &major, &minor, mnt) == 5))
            continue;
        CHECK(sscanf(dash + 3, "%63s", type) == 1);
        root += strcmp(mnt, "/") == 0;
        proc += strcmp(mnt, "/proc") == 0 && strcmp(type, "proc") == 0;
    }
    CHECK(lines > 1 && proc >= 1);
    show("the root is a mount, as it need not be in a chroot", root >= 1);
    char *mounts = read_all("/proc/mounts"), *self = read_all("/proc/self/mounts");
    MUST(mounts && self);
    CHECK(strcmp(mounts, self) == 0);
    struct statfs sf;
    CHECK(statfs("/proc/self", &sf) == 0);
    printf("type of /proc %lx\n", (unsigned long) sf.f_type);
    return t_end();
}
