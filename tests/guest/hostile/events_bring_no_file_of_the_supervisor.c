/* covers: fanotify_init fanotify_mark */
/* Who may have descriptors with events gets none of the memory that is the supervisor's, which opens /proc/self/mem itself. */
/* only: dynamic (a position-independent program leaves the place free that is looked at) */
#include <sys/fanotify.h>

#include "t.h"

static void look(int fan)
{
    static long word = 42;
    long copy = 0;
    struct fanotify_event_metadata e[32];
    char buf[4];
    int mem = open("/proc/self/mem", O_RDWR);
    MUST(mem >= 0);
    CHECK(pread(mem, &copy, sizeof copy, (off_t) (uintptr_t) &word) == sizeof copy && copy == word);
    ssize_t n = read(fan, e, sizeof e);
    for (ssize_t i = 0; i < n / (ssize_t) sizeof *e; i++) {
        if (e[i].fd >= 0)
            CHECK(pread(e[i].fd, buf, sizeof buf, 0x400000) <= 0);
        close(e[i].fd);
    }
    close(mem);
}

int main(void)
{
    int fan = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_CLOEXEC, O_RDWR);
    if (fan >= 0) {
        int dir = open("/proc/self", O_RDONLY | O_DIRECTORY);
        MUST(dir >= 0);
        fanotify_mark(fan, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "/proc/self/mem");
        look(fan);
        fanotify_mark(fan, FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD, dir, NULL);
        look(fan);
        fanotify_mark(fan, FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD, AT_FDCWD, "/proc/thread-self");
        look(fan);
        MUST(fchdir(dir) == 0);
        fanotify_mark(fan, FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD, AT_FDCWD, NULL);
        look(fan);
    }
    return t_end();
}
