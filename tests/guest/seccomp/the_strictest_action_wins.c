/* covers: seccomp */
#include "../filter.h"

static const struct {
    const char *name;
    uint32_t v;
} actions[] = {
    {"kill process", SECCOMP_RET_KILL_PROCESS},
    {"kill thread", SECCOMP_RET_KILL_THREAD},
    {"trap", SECCOMP_RET_TRAP | 3},
    {"errno", SECCOMP_RET_ERRNO | 4},
    {"ask", SECCOMP_RET_USER_NOTIF | 5},
    {"trace", SECCOMP_RET_TRACE | 6},
    {"log", SECCOMP_RET_LOG | 7},
    {"allow", SECCOMP_RET_ALLOW | 8},
    {"errno again", SECCOMP_RET_ERRNO | 9},
    {"unknown", 0x7ff10000},
};

static void on_sys(int sig, siginfo_t *si, void *context)
{
    (void) sig;
    (void) context;
    printf("trap %d\n", si->si_errno);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
    no_new_privs();
    sigaction(SIGSYS, &sa, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(actions); i++)
        for (unsigned k = 0; k < ARRAY_SIZE(actions); k++) {
            printf("%s, then %s\n", actions[i].name, actions[k].name);
            SHOW_CHILD("child", {
                MUST(filter_one(0, SYS_getegid, actions[i].v) == 0);
                MUST(filter_one(0, SYS_getegid, actions[k].v) == 0);
                errno = 0;
                long r = syscall(SYS_getegid);
                printf("%s %s\n", r == -1 ? "refused" : "answered", errname(errno));
            });
        }
    return t_end();
}
