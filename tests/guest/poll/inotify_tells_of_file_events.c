/* covers: inotify_init inotify_init1 inotify_add_watch inotify_rm_watch */
#include "t.h"
#include <sys/inotify.h>
#include <sys/ioctl.h>

#ifndef INOTIFY_IOC_SETNEXTWD
#define INOTIFY_IOC_SETNEXTWD _IOW('I', 0, int)
#endif

static int in;
static uint32_t cookie;

static void events(const char *what)
{
    char buf[4096] __attribute__((aligned(8)));
    ssize_t n = read(in, buf, sizeof(buf));
    printf("%s:", what);
    if (n < 0)
        printf(" %s", errname(errno));
    for (ssize_t o = 0; o < n;) {
        struct inotify_event *e = (struct inotify_event *) (buf + o);
        printf(" [wd %d %x %s%s]", e->wd, e->mask, e->len ? e->name : "",
               e->cookie ? e->cookie == cookie ? " same" : " new" : "");
        if (e->cookie)
            cookie = e->cookie;
        o += (ssize_t) sizeof(*e) + e->len;
    }
    printf("\n");
}

int main(void)
{
    int fd, wd, queued = 0;

    scratch();
    in = (int) raw(inotify_init1, O_NONBLOCK | O_CLOEXEC);
    show("inotify_init1", in);
    wd = inotify_add_watch(in, ".", IN_ALL_EVENTS);
    show("watch", wd);
    events("nothing");
    fd = open("f", O_RDWR | O_CREAT, 0600);
    events("created");
    MUST(write(fd, "text", 4) == 4);
    events("written");
    MUST(pread(fd, (char[4]){0}, 4, 0) == 4);
    events("read");
    MUST(ftruncate(fd, 1) == 0);
    events("truncated");
    close(fd);
    events("closed");
    fd = open("f", O_WRONLY | O_TRUNC);
    close(fd);
    events("opened with O_TRUNC");
    MUST(chmod("f", 0644) == 0);
    events("chmod");
    MUST(rename("f", "g") == 0);
    events("renamed");
    MUST(mkdir("d", 0700) == 0);
    events("directory");
    show("watch file", inotify_add_watch(in, "g", IN_DELETE_SELF | IN_ATTRIB));
    show("watch again", inotify_add_watch(in, ".", IN_DELETE));
    MUST(unlink("g") == 0);
    show("queued", ioctl(in, FIONREAD, &queued));
    CHECK(queued > 0);
    events("removed");
    show("remove watch", raw(inotify_rm_watch, in, wd));
    events("ignored");
    show("remove again", raw(inotify_rm_watch, in, wd));
    show("remove from no inotify", raw(inotify_rm_watch, 0, 1));
    show("absent", raw(inotify_add_watch, in, "absent", IN_ALL_EVENTS));
    show("only directories", (put_file("h", ""), raw(inotify_add_watch, in, "h", IN_CREATE | IN_ONLYDIR)));
    show("no events", raw(inotify_add_watch, in, ".", 0));
    show("bad path", raw(inotify_add_watch, in, BAD_PTR, IN_CREATE));
    show("add to no inotify", raw(inotify_add_watch, 0, ".", IN_CREATE));
    show("bad flags", raw(inotify_init1, 1));
    show_ok("old call", raw(inotify_init));
    show("number of the next", ioctl(in, INOTIFY_IOC_SETNEXTWD, 729));
    show("which has it", (put_file("j", ""), raw(inotify_add_watch, in, "j", IN_OPEN)));
    show("no number", ioctl(in, INOTIFY_IOC_SETNEXTWD, -1));
    show("of no inotify", ioctl(0, INOTIFY_IOC_SETNEXTWD, 1));
    show("short read", (inotify_add_watch(in, ".", IN_CREATE), put_file("i", ""), read(in, &queued, 4)));
    return t_end();
}
