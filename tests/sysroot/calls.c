/* Calls that no shell makes, of the scripts in ./run: `calls move FROM TO FLAGS`, `umount AT FLAGS`, `mount WHAT AT TYPE FLAGS [OPTIONS]`, `bind NAME [DIRECTORY]`, with a descriptor or "-" for
 * a directory to go to first, `peer NAME`, `answer NAME NAME`, `mounts`, `watch DESCRIPTOR`, `tree
 * DESCRIPTOR AT`, and `join` its own mount namespace. Each says how it went. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int say(const char *what, long r)
{
    printf("%s: %s\n", what, r < 0 ? strerror(errno) : "done");
    return r < 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "move") == 0 && argc == 5)
        return say(what, syscall(SYS_move_mount, AT_FDCWD, argv[2], AT_FDCWD, argv[3], strtoul(argv[4], NULL, 0)));
    if (strcmp(what, "umount") == 0 && argc == 4)
        return say(what, syscall(SYS_umount2, argv[2], strtoul(argv[3], NULL, 0)));
    if (strcmp(what, "bind") == 0 && argc >= 3) {
        struct sockaddr_un a = {.sun_family = AF_UNIX}, told = {0};
        socklen_t len = sizeof told;
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (argc > 3 && fchdir(atoi(argv[3])))
            return say("fchdir", -1);
        strncpy(a.sun_path, argv[2], sizeof a.sun_path - 1);
        if (say(what, bind(fd, (void *) &a, sizeof a)))
            return 1;
        return say("name", getsockname(fd, (void *) &told, &len));
    }
    if (strcmp(what, "peer") == 0 && argc == 3) {
        struct sockaddr_un a = {.sun_family = AF_UNIX}, told;
        int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
        strncpy(a.sun_path, argv[2], sizeof a.sun_path - 1);
        if (say("bind", bind(l, (void *) &a, sizeof a)) ||
            say("connect", listen(l, 1) | connect(c, (void *) &a, sizeof a)))
            return 1;
        for (socklen_t ask = 0; ask < sizeof a; ask++) {
            socklen_t len = ask;
            memset(&told, 0, sizeof told);
            if (getsockopt(c, SOL_SOCKET, SO_PEERNAME, &told, &len))
                return say("longer", -1);
            printf("%u of %u: %s\n", len, ask, told.sun_path);
        }
        return 1;
    }
    if (strcmp(what, "answer") == 0 && argc == 4) {
        struct sockaddr_un to = {.sun_family = AF_UNIX}, from = {.sun_family = AF_UNIX}, told = {0};
        socklen_t len = sizeof told;
        int s = socket(AF_UNIX, SOCK_DGRAM, 0), c = socket(AF_UNIX, SOCK_DGRAM, 0);
        char buf[8] = "";
        strncpy(to.sun_path, argv[2], sizeof to.sun_path - 1);
        strncpy(from.sun_path, argv[3], sizeof from.sun_path - 1);
        if (say("server", bind(s, (void *) &to, sizeof to)) || say("client", bind(c, (void *) &from, sizeof from)) ||
            say("request", sendto(c, "?", 1, 0, (void *) &to, sizeof to)) ||
            say("receive", recvfrom(s, buf, sizeof buf, MSG_DONTWAIT, (void *) &told, &len)))
            return 1;
        printf("from %s, %u\n", told.sun_path, len);
        say("answer", sendto(s, "!", 1, 0, (void *) &told, len));
        return say(buf, recv(c, buf, sizeof buf, MSG_DONTWAIT));
    }
    if (strcmp(what, "mount") == 0 && argc >= 6)
        return say(what, mount(argv[2], argv[3], argv[4], strtoul(argv[5], NULL, 0), argv[6]));
    if (strcmp(what, "tree") == 0 && argc == 4) {
        int fd = (int) syscall(428 /* open_tree */, atoi(argv[2]), "", AT_EMPTY_PATH | 1 /* OPEN_TREE_CLONE */);
        say("open_tree", fd);
        int r = say("move", syscall(429, fd, "", AT_FDCWD, argv[3], 4));
        return r & say("move as it is", syscall(429, atoi(argv[2]), "", AT_FDCWD, argv[3], 4));
    }
    if (strcmp(what, "watch") == 0 && argc == 3)
        return say(what, fanotify_mark(fanotify_init(0, O_RDONLY), FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD,
                                       atoi(argv[2]), NULL));
    if (strcmp(what, "mounts") == 0) {
        struct {
            uint32_t size, spare;
            uint64_t id, param, space;
        } ask = {24, 0, UINT64_MAX, 0, 0};
        uint64_t ids[64];
        return say(what, syscall(458 /* listmount */, &ask, ids, 64, 0)) &
               say(what, syscall(457, &ask, ids, sizeof ids, 0));
    }
    if (strcmp(what, "join") == 0) {
        char cwd[4096] = "";
        struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "joined"};
        int fd = open("/proc/self/ns/mnt", O_RDONLY);
        if (say(what, setns(fd, CLONE_NEWNS)))
            return 1;
        say("bind", bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *) &a, sizeof a));
        return say(getcwd(cwd, sizeof cwd), access("/joined", F_OK) | unlink("/joined"));
    }
    return 2;
}
