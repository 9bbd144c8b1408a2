/* covers: seccomp exit */
#include <pthread.h>
#include <sys/resource.h>

#include "../filter.h"

static pthread_t first;
static int how;

/* The process ends with its last thread, and tells of the first one's end unless all were ended. */
static void *last(void *arg)
{
    char path[64], buf[512];
    (void) arg;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", getpid());
    do
        if (get_file(path, buf, sizeof buf) < 0)
            break;
    while (!strstr(buf, ") Z"));
    if (how == 0)
        raw(exit, 5);
    if (how == 1)
        raw(exit_group, 6);
    MUST(filter_one(0, SYS_getppid, SECCOMP_RET_KILL_THREAD) == 0);
    syscall(SYS_getppid);
    return NULL;
}

static void one(const char *name, uint32_t action, int end)
{
    SHOW_CHILD(name, {
        pthread_t t;
        how = end;
        first = pthread_self();
        MUST(pthread_create(&t, NULL, last, NULL) == 0);
        if (action == 1)
            MUST(raw(seccomp, SECCOMP_SET_MODE_STRICT, 0, 0) == 0);
        else if (action)
            MUST(filter_one(0, SYS_getppid, action) == 0);
        if (action)
            syscall(SYS_getppid);
        raw(exit, 3);
    });
}

int main(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    no_new_privs();
    one("exit, exit", 0, 0);
    one("exit, exit_group", 0, 1);
    one("exit, killed", 0, 2);
    one("killed, exit", SECCOMP_RET_KILL_THREAD, 0);
    one("killed, exit_group", SECCOMP_RET_KILL_THREAD, 1);
    one("killed, killed", SECCOMP_RET_KILL_THREAD, 2);
    one("strict, exit", 1, 0);
    one("strict, exit_group", 1, 1);
    return t_end();
}
