/* covers: fork prctl personality sched_getaffinity sched_setaffinity getrlimit setrlimit capget setgroups getgroups getpriority */
/* only: glibc (sched_setscheduler is ENOSYS by musl's choice) */
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "child.h"
#include "threads.h"

#define SHOW(x) printf("  %s: %ld\n", #x, (long) (x))

static int ioprio(void)
{
    return (int) raw(ioprio_get, 1, 0);
}

static long file_number(const char *path)
{
    char buf[64];
    return get_file(path, buf, sizeof(buf)) > 0 ? atol(buf) : -1;
}

/* Everything that a child has from its parent and that is a number. */
static void show_all(const char *who)
{
    struct __user_cap_header_struct hdr = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[2] = {0};
    struct sched_param sp;
    struct rlimit rl;
    gid_t groups[64] = {0};
    cpu_set_t cpus;
    char name[32] = "";
    int v = -1;
    printf("%s\n", who);
    prctl(PR_GET_NAME, name);
    printf("  name: %s\n", name);
    SHOW(prctl(PR_GET_DUMPABLE));
    SHOW(prctl(PR_GET_TIMERSLACK));
    SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SHOW(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    SHOW(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0)); /* cleared by exec only */
    SHOW(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
    SHOW(prctl(PR_CAPBSET_READ, CAP_SYS_TIME, 0, 0, 0));
    SHOW(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    prctl(PR_GET_CHILD_SUBREAPER, &v);
    printf("  reaper: %d\n", v);
    prctl(PR_GET_PDEATHSIG, &v);
    printf("  parent death signal: %d\n", v);
    SHOW(personality(0xffffffff));
    MUST(sched_getaffinity(0, sizeof(cpus), &cpus) == 0);
    SHOW(CPU_COUNT(&cpus));
    SHOW(sched_getscheduler(0));
    SHOW(sched_getparam(0, &sp) == 0 ? sp.sched_priority : -1);
    SHOW(getpriority(PRIO_PROCESS, 0));
    SHOW(ioprio());
    for (int r = 0; r < 16; r++) {
        MUST(getrlimit(r, &rl) == 0);
        printf("  limit %d: %lx %lx\n", r, (long) rl.rlim_cur, (long) rl.rlim_max);
    }
    MUST(raw(capget, &hdr, caps) == 0);
    printf("  capabilities: %x %x %x\n", caps[0].effective, caps[0].permitted, caps[0].inheritable);
    SHOW(getgroups(64, groups));
    SHOW(groups[0]);
    SHOW(getuid());
    SHOW(geteuid());
    SHOW(getgid());
    SHOW(getegid());
    SHOW(file_number("/proc/self/oom_score_adj"));
    SHOW(file_number("/proc/self/coredump_filter"));
    umask((mode_t) (v = (int) umask(0)));
    printf("  umask: %o\n", (unsigned) v);
}

static void *in_thread(void *arg)
{
    struct sched_param sp = {0};
    cpu_set_t one;
    prctl(PR_SET_NAME, "thread of it");
    prctl(PR_SET_TIMERSLACK, 70000);
    setpriority(PRIO_PROCESS, 0, 9);
    sched_setscheduler(0, SCHED_IDLE, &sp);
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    MUST(sched_setaffinity(0, sizeof(one), &one) == 0);
    MUST(IN_CHILD(show_all("child of a thread with a few of its own")) == 0);
    return arg;
}

int main(void)
{
    struct sched_param sp = {0};
    struct rlimit rl;
    struct __user_cap_header_struct hdr = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[2];
    gid_t groups[3] = {7, 8, 9};
    show_status("as started", IN_CHILD(show_all("child")));
    scratch();
    put_file("core", "");
    MUST(IN_CHILD(_exit(0)) == 0);
    prctl(PR_SET_NAME, "the parent");
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_TIMERSLACK, 60000);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    personality(ADDR_NO_RANDOMIZE | UNAME26);
    if (geteuid() == 0) {
        prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0);
        prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0);
        MUST(setgroups(3, groups) == 0);
        MUST(raw(capget, &hdr, caps) == 0);
        caps[0].effective &= ~(1u << CAP_CHOWN);
        caps[0].inheritable = 1u << CAP_KILL;
        MUST(raw(capset, &hdr, caps) == 0);
    }
    for (int r = 0; r < 16; r++) {
        MUST(getrlimit(r, &rl) == 0);
        if (r == RLIMIT_AS || r == RLIMIT_NPROC || r == RLIMIT_MEMLOCK || r == RLIMIT_DATA)
            continue;
        rl.rlim_cur = rl.rlim_cur == RLIM_INFINITY ? 1ul << 40 : rl.rlim_cur - rl.rlim_cur / 8;
        MUST(setrlimit(r, &rl) == 0);
    }
    umask(0137);
    setpriority(PRIO_PROCESS, 0, 3);
    raw(ioprio_set, 1, 0, 2 << 13 | 6);
    sched_setscheduler(0, SCHED_BATCH, &sp);
    show_status("changed", IN_CHILD({
                    show_all("child");
                    show_status("again", IN_CHILD(show_all("grandchild")));
                }));
    show_all("parent");
    thread_join(thread_start(in_thread, NULL));
    /* and back to something that scratch() can clean up */
    prctl(PR_SET_DUMPABLE, 1);
    sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &sp);
    show_status("reset on fork", IN_CHILD({
                    SHOW(sched_getscheduler(0));
                    SHOW(getpriority(PRIO_PROCESS, 0));
                }));
    return t_end();
}
