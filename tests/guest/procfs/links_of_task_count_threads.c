/* covers: stat fstat lstat newfstatat statx */
/* only: glibc (struct statx) */
#include <pthread.h>
#include <sched.h>
#include <sys/sysmacros.h>

#include "../child.h"

static pthread_barrier_t bar;
static pid_t tids[3];

static void *wait_there(void *arg)
{
    *(pid_t *) arg = gettid();
    pthread_barrier_wait(&bar);
    pthread_barrier_wait(&bar);
    return arg;
}

static void look(const char *name, const char *path)
{
    struct stat st;
    struct statx sx;
    int fd = open(path, O_RDONLY | O_DIRECTORY), proc = open("/proc", O_RDONLY);
    printf("%s:", name);
    MUST(fd >= 0 && raw(stat, path, &st) == 0);
    printf(" %lu", st.st_nlink);
    MUST(raw(lstat, path, &st) == 0);
    printf(" %lu", st.st_nlink);
    MUST(raw(fstat, fd, &st) == 0);
    printf(" %lu", st.st_nlink);
    MUST(raw(newfstatat, proc, path + 6, &st, 0) == 0);
    printf(" %lu", st.st_nlink);
    MUST(raw(newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0);
    printf(" %lu", st.st_nlink);
    MUST(raw(statx, fd, "", AT_EMPTY_PATH, STATX_NLINK, &sx) == 0);
    printf(" %u", sx.stx_nlink);
    MUST(raw(statx, proc, path + 6, 0, STATX_NLINK, &sx) == 0);
    printf(" %u\n", sx.stx_nlink);
    close(fd);
    close(proc);
}

int main(void)
{
    struct stat st;
    pthread_t t[3];
    char path[64];
    look("alone", "/proc/self/task");
    look("with a slash", "/proc/self/task/");
    look("by a thread", "/proc/thread-self/../../task");
    pthread_barrier_init(&bar, NULL, 4);
    for (int i = 0; i < 3; i++)
        MUST(pthread_create(&t[i], NULL, wait_there, &tids[i]) == 0);
    pthread_barrier_wait(&bar);
    look("four", "/proc/self/task");
    snprintf(path, sizeof path, "/proc/%d/task", getpid());
    look("by number", path);
    show_status("of the parent", IN_CHILD(look("from a child", path); look("own", "/proc/self/task")));
    pthread_barrier_wait(&bar);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    /* what was joined is about to leave, and may be counted still */
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "/proc/self/task/%d", tids[i]);
        while (access(path, F_OK) == 0)
            sched_yield();
    }
    look("alone again", "/proc/self/task");
    MUST(stat("/proc/1/task", &st) == 0 || errno == EACCES);
    show("at a bad address", raw(stat, "/proc/self/task", BAD_PTR));
    return t_end();
}
