/* covers: ptrace */
#include "ptrace.h"

#include <sched.h>
#include <stdatomic.h>

#define TRACERS 2
#define ROUNDS 200

static struct shared {
    _Atomic uint32_t round, answers, wins, others;
} * s;

static void wait_for(_Atomic uint32_t *word, uint32_t least)
{
    while (atomic_load(word) < least)
        sched_yield();
}

/* Begins with the other, as nearly as can be. */
static void tracer(pid_t p)
{
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        int status;
        wait_for(&s->round, round);
        long r = ptrace(PTRACE_SEIZE, p, NULL, NULL);
        if (r && errno != EPERM)
            atomic_fetch_add(&s->others, 1);
        if (r == 0)
            atomic_fetch_add(&s->wins, 1);
        atomic_fetch_add(&s->answers, 1);
        wait_for(&s->answers, TRACERS * round);
        if (r == 0) {
            MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
            MUST(waitpid(p, &status, __WALL) == p);
            MUST(ptrace(PTRACE_DETACH, p, NULL, NULL) == 0);
            atomic_store(&s->round, round + 1);
        }
    }
    _exit(0);
}

int main(void)
{
    s = shared_mem(sizeof *s);
    pid_t p = pauses(), tracers[TRACERS];
    for (int i = 0; i < TRACERS; i++) {
        MUST((tracers[i] = fork()) >= 0);
        if (tracers[i] == 0)
            tracer(p);
    }
    atomic_store(&s->round, 1);
    for (int i = 0; i < TRACERS; i++)
        printf("tracer %x\n", (unsigned) reap(tracers[i]));
    printf("rounds won: %u, other errors: %u\n", atomic_load(&s->wins), atomic_load(&s->others));
    MUST(kill(p, SIGKILL) == 0);
    printf("tracee %x\n", (unsigned) reap(p));
    return t_end();
}
