/* covers: getdents64 gettid */
#include <dirent.h>

#include "child.h"
#include "threads.h"

enum { N = 5 };
static int tids[N + 1];
static pthread_barrier_t all;

static void *work(void *arg)
{
    tids[(intptr_t) arg] = (int) raw(gettid);
    pthread_barrier_wait(&all);
    pthread_barrier_wait(&all);
    return NULL;
}

static int list(void)
{
    DIR *d = opendir("/proc/self/task");
    struct dirent *e;
    int known = 0, unknown = 0;
    MUST(d);
    while ((e = readdir(d))) {
        int found = 0;
        if (e->d_name[0] == '.')
            continue;
        for (int i = 0; i <= N; i++)
            found += tids[i] == atoi(e->d_name);
        known += found;
        unknown += !found;
    }
    closedir(d);
    printf("%d known, %d unknown\n", known, unknown);
    return known;
}

/* What the scheduler's page says, where there is one. */
static void counted(const char *path)
{
    char buf[4096] = "", *p = get_file(path, buf, sizeof(buf)) > 0 ? strstr(buf, ", #threads: ") : NULL;
    printf("%.*s\n", p ? (int) strcspn(p, ")") : 0, p ? p : "");
}

int main(void)
{
    pthread_t th[N];
    char path[64], buf[1024];
    pthread_barrier_init(&all, NULL, N + 1);
    tids[N] = getpid();
    list();
    for (int i = 0; i < N; i++)
        th[i] = thread_start(work, (void *) (intptr_t) i);
    pthread_barrier_wait(&all);
    list();
    for (int i = 0; i <= N; i++) {
        sprintf(path, "/proc/self/task/%d/stat", tids[i]);
        MUST(get_file(path, buf, sizeof(buf)) > 0);
        CHECK(atoi(buf) == tids[i]);
        sprintf(path, "/proc/self/task/%d/status", tids[i]);
        MUST(get_file(path, buf, sizeof(buf)) > 0);
        char *p = strstr(buf, "\nPid:"), *g = strstr(buf, "\nTgid:");
        CHECK(p && atoi(p + 5) == tids[i] && g && atoi(g + 6) == getpid());
        sprintf(path, "/proc/self/task/%d/maps", tids[i]);
        CHECK(access(path, R_OK) == 0);
        sprintf(path, "/proc/self/task/%d/exe", tids[i]);
        CHECK(readlink(path, buf, sizeof(buf)) > 0);
    }
    counted("/proc/self/sched");
    sprintf(path, "/proc/self/task/%d/sched", tids[0]);
    counted(path);
    pthread_barrier_wait(&all);
    for (int i = 0; i < N; i++)
        thread_join(th[i]);
    for (int i = 0; i < N; i++) {
        sprintf(path, "/proc/self/task/%d", tids[i]);
        while (access(path, F_OK) == 0)
            sched_yield();
    }
    list();
    show("a thread of others", access("/proc/self/task/1/stat", F_OK));
    return t_end();
}
