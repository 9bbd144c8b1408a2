/* covers: rt_sigprocmask clone rt_sigpending tgkill kill */
#include "threads.h"
#include "told.h"

static _Atomic uint32_t step;

static void *thread(void *arg)
{
    sigset_t now;
    (void) arg;
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    printf("inherited: USR1 %d USR2 %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2));
    told_block(SIGUSR2);
    raw(tgkill, getpid(), gettid(), SIGUSR2);
    kill(getpid(), SIGUSR1);
    sigpending(&now);
    printf("pending in the thread: USR1 %d USR2 %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2));
    word_set(&step, 1);
    word_wait(&step, 2);
    sigpending(&now);
    printf("pending after main took one: USR1 %d USR2 %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2));
    return NULL;
}

int main(void)
{
    sigset_t now;
    told_block(SIGUSR1);
    told_on(SIGUSR1, 0);
    pthread_t th = thread_start(thread, NULL);
    word_wait(&step, 1);
    told_block(SIGUSR2);
    sigpending(&now);
    printf("pending in main: USR1 %d USR2 %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2));
    told_unblock(SIGUSR1);
    printf("handled %d\n", (int) told_count);
    word_set(&step, 2);
    thread_join(th);
    /* what was pending for the thread went with it */
    sigpending(&now);
    printf("at last: USR1 %d USR2 %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2));
    return t_end();
}
