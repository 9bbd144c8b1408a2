/* covers: unshare mount umount2 */
/* sysroot: no (mount points are reached through descriptors of the supervisor) */
#include "t.h"
#include <sys/mount.h>

int main(void)
{
    char buf[32] = "";
    pid_t pid;

    scratch();
    MUST(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0);
    put_file("a/file", "bound");
    pid = fork();
    if (pid == 0) {
        if (show("own namespace", raw(unshare, 0x00020000)) < 0)
            _exit(0);
        show("private", raw(mount, "none", "/", 0, MS_REC | MS_PRIVATE, 0));
        show("bind", raw(mount, "a", "b", 0, MS_BIND, 0));
        show("through it", get_file("b/file", buf, sizeof(buf)));
        show("read-only", raw(mount, 0, "b", 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0));
        show("write", open("b/file", O_RDWR));
        show("busy", (chdir("b"), raw(umount2, "../b", 0)));
        show("back", chdir(".."));
        show("umount", raw(umount2, "b", 0));
        show("tmpfs", raw(mount, "tmpfs", "b", "tmpfs", MS_NOSUID, "size=64k,mode=700"));
        show("file", open("b/new", O_CREAT | O_RDWR, 0600) >= 0);
        show("detach", raw(umount2, "b", MNT_DETACH));
        show("empty again", access("b/new", F_OK));
        show("not a mount", raw(umount2, "b", 0));
        show("unknown type", raw(mount, "x", "b", "nonsense", 0, 0));
        show("absent", raw(mount, "a", "none", 0, MS_BIND, 0));
        show("bad target", raw(mount, "a", BAD_PTR, 0, MS_BIND, 0));
        show("bad source", raw(mount, BAD_PTR, "b", "tmpfs", 0, 0));
        show("bad type", raw(mount, "a", "b", BAD_PTR, 0, 0));
        show("bad data", raw(mount, "a", "b", "tmpfs", 0, BAD_PTR));
        show("bad umount", raw(umount2, BAD_PTR, 0));
        show("bad flags", raw(umount2, "b", 0x100));
        _exit(0);
    }
    show_wait("child", pid);
    show("not here", access("b/file", F_OK));
    return t_end();
}
