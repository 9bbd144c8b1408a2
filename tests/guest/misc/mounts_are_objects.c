/* covers: fsopen fsconfig fsmount move_mount open_tree fspick mount_setattr open_tree_attr */
#include "t.h"

struct mattr {
    uint64_t set, clr, propagation, userns;
};

int main(void)
{
    struct mattr ro = {1, 0, 0, 0};
    int fs, m, t, pick;
    pid_t pid;

    scratch();
    MUST(mkdir("on", 0755) == 0 && mkdir("copy", 0755) == 0);
    put_file("plain", "x");
    pid = fork();
    if (pid == 0) {
        if (show("own namespace", raw(unshare, 0x00020000)) < 0)
            _exit(0);
        raw(mount, "none", "/", 0, 0x4000 | 0x40000, 0);
        fs = (int) raw(fsopen, "tmpfs", 1);
        show_ok("fsopen", fs);
        show("cloexec", fcntl(fs, F_GETFD));
        show("string", raw(fsconfig, fs, 1, "mode", "0700", 0));
        show("unknown key", raw(fsconfig, fs, 1, "nonsense", "1", 0));
        show("flag", raw(fsconfig, fs, 0, "ro", 0, 0));
        show("string EFAULT", raw(fsconfig, fs, 1, "mode", BAD_PTR, 0));
        show("key EFAULT", raw(fsconfig, fs, 1, BAD_PTR, "0700", 0));
        show("bad command", raw(fsconfig, fs, 99, 0, 0, 0));
        show("create", raw(fsconfig, fs, 6, 0, 0, 0));
        m = (int) raw(fsmount, fs, 1, 0);
        show_ok("fsmount", m);
        show("move", raw(move_mount, m, "", AT_FDCWD, "on", 4));
        show("make there", mkdir("on/x", 0700));
        pick = (int) raw(fspick, AT_FDCWD, "on", 1);
        show_ok("fspick", pick);
        show("read-write", raw(fsconfig, pick, 0, "rw", 0, 0));
        show("reconfigure", raw(fsconfig, pick, 7, 0, 0, 0));
        show("make there", mkdir("on/x", 0700));
        t = (int) raw(open_tree, AT_FDCWD, "on", 1 | O_CLOEXEC);
        show_ok("open_tree", t);
        show("setattr", raw(mount_setattr, t, "", AT_EMPTY_PATH, &ro, sizeof(ro)));
        show("move copy", raw(move_mount, t, "", AT_FDCWD, "copy", 4));
        show("seen in copy", access("copy/x", F_OK));
        show("copy is read-only", mkdir("copy/y", 0700));
        show("original is not", mkdir("on/y", 0700));
        show_ok("open_tree_attr", raw(open_tree_attr, AT_FDCWD, "on", 1 | O_CLOEXEC, &ro, sizeof(ro)));
        show("fsopen unknown", raw(fsopen, "nonsense", 0));
        show("fsopen EFAULT", raw(fsopen, BAD_PTR, 0));
        show("fsopen flags", raw(fsopen, "tmpfs", 2));
        show("fsmount of no context", raw(fsmount, 0, 0, 0));
        show("move EFAULT", raw(move_mount, AT_FDCWD, BAD_PTR, AT_FDCWD, "on", 0));
        show("move to EFAULT", raw(move_mount, AT_FDCWD, "on", AT_FDCWD, BAD_PTR, 0));
        show("open_tree EFAULT", raw(open_tree, AT_FDCWD, BAD_PTR, 0));
        show("open_tree flags", raw(open_tree, AT_FDCWD, "on", 0x40000000));
        show("fspick EFAULT", raw(fspick, AT_FDCWD, BAD_PTR, 0));
        show("fspick of a file", raw(fspick, AT_FDCWD, "plain", 0));
        show("setattr EFAULT", raw(mount_setattr, AT_FDCWD, "on", 0, BAD_PTR, sizeof(ro)));
        show("setattr short", raw(mount_setattr, AT_FDCWD, "on", 0, &ro, 8));
        show("open_tree_attr EFAULT", raw(open_tree_attr, AT_FDCWD, "on", 1, BAD_PTR, sizeof(ro)));
        _exit(0);
    }
    show_wait("child", pid);
    return t_end();
}
