/* covers: prlimit64 getrlimit setrlimit */
#include <sys/resource.h>

#include "t.h"

static const struct {
    const char *name;
    int which;
} limits[] = {
    {"Max cpu time", RLIMIT_CPU},
    {"Max file size", RLIMIT_FSIZE},
    {"Max data size", RLIMIT_DATA},
    {"Max stack size", RLIMIT_STACK},
    {"Max core file size", RLIMIT_CORE},
    {"Max resident set", RLIMIT_RSS},
    {"Max processes", RLIMIT_NPROC},
    {"Max open files", RLIMIT_NOFILE},
    {"Max locked memory", RLIMIT_MEMLOCK},
    {"Max address space", RLIMIT_AS},
    {"Max file locks", RLIMIT_LOCKS},
    {"Max pending signals", RLIMIT_SIGPENDING},
    {"Max msgqueue size", RLIMIT_MSGQUEUE},
    {"Max nice priority", RLIMIT_NICE},
    {"Max realtime priority", RLIMIT_RTPRIO},
};

static void number(char out[24], rlim_t v)
{
    if (v == RLIM_INFINITY)
        strcpy(out, "unlimited");
    else
        snprintf(out, 24, "%lu", (unsigned long) v);
}

static void compare(const char *path)
{
    static char text[8192];
    MUST(get_file(path, text, sizeof(text)) > 0);
    for (unsigned i = 0; i < ARRAY_SIZE(limits); i++) {
        struct rlimit rl;
        char want[2][24], soft[24], hard[24], *p = strstr(text, limits[i].name);
        MUST(p && getrlimit((__typeof__(RLIMIT_CPU)) limits[i].which, &rl) == 0);
        MUST(sscanf(p + 26, "%23s %23s", soft, hard) == 2);
        number(want[0], rl.rlim_cur);
        number(want[1], rl.rlim_max);
        if (strcmp(want[0], soft) || strcmp(want[1], hard))
            printf("FAIL %s: %s %s in the file, %s %s by the call\n", limits[i].name, soft, hard, want[0], want[1]);
        printf("%s %s %s\n", limits[i].name, soft, hard);
    }
}

int main(void)
{
    struct rlimit rl;
    char parent[64];
    compare("/proc/self/limits");
    static const int change[] = {RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_NOFILE, RLIMIT_CORE, RLIMIT_FSIZE};
    for (unsigned i = 0; i < ARRAY_SIZE(change); i++) {
        MUST(getrlimit((__typeof__(RLIMIT_CPU)) change[i], &rl) == 0);
        rl.rlim_cur = change[i] == RLIMIT_NOFILE ? 100 : change[i] == RLIMIT_CORE ? 0 : 1ul << 32;
        if (rl.rlim_max != RLIM_INFINITY && rl.rlim_cur > rl.rlim_max)
            rl.rlim_cur = rl.rlim_max;
        show("set", setrlimit((__typeof__(RLIMIT_CPU)) change[i], &rl));
    }
    compare("/proc/self/limits");

    /* A child has the same ones, so it can tell what its parent's should be. */
    rl = (struct rlimit){1ul << 31, 1ul << 33};
    show("hard", setrlimit(RLIMIT_AS, &rl));
    snprintf(parent, sizeof parent, "/proc/%d/limits", getpid());
    fflush(stdout);
    if (fork() == 0) {
        compare(parent);
        fflush(stdout);
        _exit(0);
    }
    MUST(wait(NULL) > 0);

    rl = (struct rlimit){10, 5};
    show("soft over hard", setrlimit(RLIMIT_NOFILE, &rl));
    show("unknown", getrlimit((__typeof__(RLIMIT_CPU)) 16, &rl));
    show("to nowhere", raw(getrlimit, RLIMIT_AS, BAD_PTR));
    show("from nowhere", raw(setrlimit, RLIMIT_AS, BAD_PTR));
    return t_end();
}
