/* covers: rt_tgsigqueueinfo rt_sigqueueinfo rt_sigtimedwait */
#include "threads.h"
#include "told.h"

/* What is queued for a thread is its own, in order; what is queued for the process goes to whoever waits; the lower number first, then a thread's
 * own before the process's. */
enum { THREADS = 4, EACH = 6 };
static _Atomic uint32_t tids[THREADS], go;

static void queue(pid_t tid, int sig, int value)
{
    siginfo_t si;
    memset(&si, 0, sizeof(si));
    si.si_code = SI_QUEUE;
    si.si_pid = getpid();
    si.si_uid = getuid();
    si.si_value.sival_int = value;
    if (tid)
        MUST(raw(rt_tgsigqueueinfo, getpid(), tid, sig, &si) == 0);
    else
        MUST(raw(rt_sigqueueinfo, getpid(), sig, &si) == 0);
}

static void *takes(void *arg)
{
    struct timespec none = {0, 0};
    int me = (int) (intptr_t) arg;
    char line[200];
    int n = 0;
    sigset_t set;
    siginfo_t si;
    sigemptyset(&set);
    sigaddset(&set, 40);
    sigaddset(&set, 41);
    word_set(&tids[me], (uint32_t) raw(gettid));
    word_wait(&go, (uint32_t) me + 1);
    while (raw(rt_sigtimedwait, &set, &si, &none, 8) > 0)
        n += snprintf(line + n, sizeof(line) - (size_t) n, " %d:%d", si.si_signo, si.si_value.sival_int);
    printf("thread %d:%s\n", me, line);
    return NULL;
}

int main(void)
{
    pthread_t th[THREADS];
    told_block(40);
    told_block(41);
    for (intptr_t i = 0; i < THREADS; i++) {
        th[i] = thread_start(takes, (void *) i);
        while (!atomic_load(&tids[i]))
            sched_yield();
    }
    queue(0, 41, 1);
    queue(0, 40, 2);
    for (int k = 0; k < EACH; k++)
        for (int i = 0; i < THREADS; i++)
            queue((pid_t) atomic_load(&tids[i]), k & 1 ? 40 : 41, 100 * i + k);
    queue(0, 40, 3);
    for (uint32_t i = 0; i < THREADS; i++) {
        word_set(&go, i + 1);
        thread_join(th[i]);
    }
    return t_end();
}
