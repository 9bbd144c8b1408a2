/* covers: unshare seccomp kill */
/* The kernel lets no signal kill it that it has not caught, but for those of its own faults and of filters. */
#include "child.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

static void store(void)
{
    *(volatile int *) 8 = 1;
}

static void illegal(void)
{
    __asm__ volatile("ud2");
}

static void divide(void)
{
    __asm__ volatile("divl %%ecx" ::"a"(1), "d"(0), "c"(0));
}

static void trap(void)
{
    __asm__ volatile("int3");
}

static void beyond(void)
{
    int fd = (int) raw(memfd_create, "empty", 0);
    char *p = mmap(NULL, T_PAGE, PROT_READ, MAP_SHARED, fd, 0);
    MUST(p != MAP_FAILED);
    _exit(*(volatile char *) p);
}

static void filter(void)
{
    struct sock_filter kill = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    struct sock_fprog prog = {1, &kill};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    raw(seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
    raw(getppid);
}

static void ignored(void)
{
    signal(SIGSEGV, SIG_IGN);
    store();
}

static void blocked(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    store();
}

static void by_hand(void)
{
    static const int sent[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGTERM, SIGABRT, SIGKILL};
    for (unsigned i = 0; i < ARRAY_SIZE(sent); i++)
        kill(getpid(), sent[i]);
    _exit(7);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } way[] = {{"store", store},     {"illegal", illegal}, {"divide", divide}, {"trap", trap},
               {"beyond", beyond},   {"filter", filter},   {"abort", abort},   {"ignored", ignored},
               {"blocked", blocked}, {"by hand", by_hand}};
    for (unsigned i = 0; i < ARRAY_SIZE(way); i++) {
        int status = IN_CHILD({
            if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID))
                _exit(99);
            status = IN_CHILD({
                MUST(getpid() == 1);
                way[i].run();
            });
            show_status(way[i].name, status);
        });
        if (WEXITSTATUS(status)) {
            puts("no namespaces here");
            break;
        }
    }
    return t_end();
}
