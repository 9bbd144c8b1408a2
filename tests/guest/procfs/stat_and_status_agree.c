/* covers: getpid getppid getpgid getsid rt_sigprocmask rt_sigaction */
#include <sys/resource.h>

#include "child.h"
#include "maps.h"
#include "threads.h"

static pthread_barrier_t two;

static void *waits(void *arg)
{
    pthread_barrier_wait(&two);
    pthread_barrier_wait(&two);
    return arg;
}

static unsigned long long stat_field(const char *text, int n)
{
    const char *p = strrchr(text, ')') + 2;
    for (int i = 3; i < n; i++)
        p = strchr(p, ' ') + 1;
    return strtoull(p, NULL, 10);
}

static unsigned long hex(const char *text, const char *key)
{
    char want[32];
    snprintf(want, sizeof(want), "\n%s:", key);
    const char *p = strstr(text, want);
    return p ? strtoul(p + strlen(want), NULL, 16) : ~0ul;
}

int main(void)
{
    char *stat, *status;
    sigset_t set;
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, (void (*)(int)) 12345);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGHUP);
    kill(getpid(), SIGTERM);
    pthread_barrier_init(&two, NULL, 2);
    pthread_t th = thread_start(waits, NULL);
    pthread_barrier_wait(&two);

    do /* till it has used some time */
        MUST((stat = read_all("/proc/self/stat")));
    while (stat_field(stat, 14) < 3);
    MUST((status = read_all("/proc/self/status")));
    CHECK(atoi(stat) == getpid());
    printf("name %.*s\n", (int) (strrchr(stat, ')') - strchr(stat, '(') - 1), strchr(stat, '(') + 1);
    printf("state %c\n", strrchr(stat, ')')[2]);
    CHECK((pid_t) stat_field(stat, 4) == getppid());
    CHECK((pid_t) stat_field(stat, 5) == getpgid(0));
    CHECK((pid_t) stat_field(stat, 6) == getsid(0));
    printf("threads %llu, nice %llu\n", stat_field(stat, 20), stat_field(stat, 19));
    int fields = 0;
    for (char *p = strrchr(stat, ')'); *p; p++)
        fields += *p == ' ';
    printf("%d fields\n", fields + 2);
    CHECK(stat_field(stat, 43) == 0 && stat_field(stat, 44) == 0); /* in guests of its own */
    unsigned long long size = stat_field(stat, 23), total = 0;
    MUST(maps_read("/proc/self/maps") > 0);
    for (int i = 0; i < maps_count; i++)
        if (strcmp(maps[i].name, "[vsyscall]"))
            total += maps[i].end - maps[i].start;
    CHECK(size > total / 2 && size < total * 2);
    unsigned long long code = stat_field(stat, 26), code_end = stat_field(stat, 27), stack = stat_field(stat, 28);
    CHECK(code <= (uintptr_t) main && (uintptr_t) main < code_end);
    CHECK(maps_at((void *) stack) == maps_named("[stack]"));
    CHECK(maps_at((void *) stat_field(stat, 48)) == maps_named("[stack]")); /* arg_start */

    CHECK(field(status, "Pid") == getpid() && field(status, "Tgid") == getpid() && field(status, "PPid") == getppid());
    printf("threads %ld tracer %ld\n", field(status, "Threads"), field(status, "TracerPid"));
    CHECK((uid_t) field(status, "Uid") == getuid() && (gid_t) field(status, "Gid") == getgid());
    long vm = field(status, "VmSize");
    CHECK(vm * 1024 > (long) total / 2 && vm * 1024 < (long) total * 2);
    CHECK(field(status, "VmPeak") >= vm && field(status, "VmRSS") >= 0 &&
          field(status, "VmHWM") >= field(status, "VmRSS"));
    CHECK(field(status, "VmStk") > 0 && field(status, "VmExe") > 0 && field(status, "VmData") > 0);
    printf("locked %ld swap %ld\n", field(status, "VmLck"), field(status, "VmSwap"));
    printf("pending %lx %lx blocked %lx ignored %lx caught %lx\n", hex(status, "SigPnd"), hex(status, "ShdPnd"),
           hex(status, "SigBlk"), hex(status, "SigIgn"), hex(status, "SigCgt") & ~(7ul << 31));
    printf("no new privileges %ld seccomp %ld\n", field(status, "NoNewPrivs"), field(status, "Seccomp"));
    CHECK(strstr(status, "\nCpus_allowed_list:"));
    CHECK(strstr(status, "\nvoluntary_ctxt_switches:"));
    pthread_barrier_wait(&two);
    thread_join(th);

    char *statm = read_all("/proc/self/statm");
    unsigned long a, b, c, d, e, f, g;
    CHECK(sscanf(statm, "%lu %lu %lu %lu %lu %lu %lu", &a, &b, &c, &d, &e, &f, &g) == 7);
    CHECK(a * 4096 > total / 2 && a * 4096 < total * 2 && d > 0 && f > 0);
    return t_end();
}
