/* covers: setpgid getpgid getpgrp setsid getsid kill */
#include "child.h"

int main(int argc, char **argv)
{
    struct gate go, ready;
    pid_t pid, other;
    if (argc > 1) {
        MUST(write(atoi(argv[1]), "g", 1) == 1);
        char c;
        return read(atoi(argv[2]), &c, 1) < 0;
    }
    gate_init(&go);
    gate_init(&ready);
    CHECK(raw(getpgrp) == getpgid(0));
    show("no such process", getpgid(0x3fffffff));
    show("no such process", getsid(0x3fffffff));
    show("negative group", setpgid(0, -1));
    show("not a child", setpgid(1, 0));
    show("a group that is not there", setpgid(0, 0x3fffffff));

    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        show("own group", setpgid(0, 0));
        CHECK(getpgid(0) == getpid());
        show("session of a group leader", setsid());
        gate_open(&ready);
        gate_wait(&go);
        _exit(0);
    }
    gate_wait(&ready);
    CHECK(getpgid(pid) == pid);
    MUST((other = fork()) >= 0);
    if (other == 0) {
        show("join a group", setpgid(0, pid));
        CHECK(getpgrp() == pid);
        CHECK(setsid() == getpid());
        CHECK(getsid(0) == getpid() && getpgid(0) == getpid());
        show("leader of a session leaves its group", setpgid(0, 0));
        show("group of another session", setpgid(0, pid));
        gate_open(&ready);
        gate_wait(&go);
        _exit(0);
    }
    gate_wait(&ready);
    CHECK(getsid(other) == other);
    show("move a child of another session", setpgid(other, getpgid(0)));
    show("move a child back", setpgid(pid, getpgid(0)));
    CHECK(getpgid(pid) == getpgid(0));
    gate_open(&go);
    gate_open(&go);
    show_wait("child", pid);
    show_wait("child", other);

    /* a signal to a group reaches all of it */
    pid_t kids[4];
    for (int i = 0; i < 4; i++) {
        MUST((kids[i] = fork()) >= 0);
        if (kids[i] == 0)
            for (;;)
                pause();
        MUST(setpgid(kids[i], kids[0]) == 0);
    }
    show("kill the group", kill(-kids[0], SIGTERM));
    for (int i = 0; i < 4; i++)
        show_wait("member", kids[i]);
    show("empty group", kill(-kids[0], SIGTERM));

    /* after exec a child is out of reach */
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        char a[16], b[16];
        fcntl(ready.fd[1], F_SETFD, 0);
        fcntl(go.fd[0], F_SETFD, 0);
        sprintf(a, "%d", ready.fd[1]);
        sprintf(b, "%d", go.fd[0]);
        execl("/proc/self/exe", argv[0], a, b, (char *) NULL);
        _exit(1);
    }
    gate_wait(&ready);
    show("after exec", setpgid(pid, pid));
    gate_open(&go);
    show_wait("child", pid);
    return t_end();
}
