/* covers: timer_create timer_settime setitimer getitimer */
#include <sys/time.h>

#include "threads.h"
#include "told.h"

struct kev {
    int64_t value;
    int32_t signo, notify, tid;
    char pad[44];
};

static void compute_until_told(void)
{
    while (!told_count)
        for (volatile int i = 0; i < 1000; i++)
            ;
}

static void once(const char *name, int clock, int notify)
{
    struct kev ev = {.value = 9, .signo = 41, .notify = notify, .tid = gettid()};
    struct itimerspec its = {.it_value = {0, 5000000}}, left;
    int id = -1;
    told_count = 0;
    MUST(raw(timer_create, clock, &ev, &id) == 0);
    MUST(raw(timer_settime, id, 0, &its, NULL) == 0);
    compute_until_told();
    printf("%s: code %d value %d\n", name, told.si_code, told.si_value.sival_int);
    MUST(raw(timer_gettime, id, &left) == 0);
    CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_nsec == 0);
    raw(timer_delete, id);
}

static void *thread(void *arg)
{
    once(arg, CLOCK_THREAD_CPUTIME_ID, 4);
    return NULL;
}

int main(void)
{
    struct itimerval itv = {.it_value = {0, 5000}};
    clockid_t clock;
    told_on(41, 0);
    told_on(SIGVTALRM, 0);
    told_on(SIGPROF, 0);
    once("process", CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL);
    once("thread", CLOCK_THREAD_CPUTIME_ID, 4);
    thread_join(thread_start(thread, "second thread"));
    MUST(clock_getcpuclockid(getpid(), &clock) == 0);
    once("the clock of a pid", clock, SIGEV_SIGNAL);
    told_count = 0;
    MUST(setitimer(ITIMER_VIRTUAL, &itv, NULL) == 0);
    compute_until_told();
    printf("virtual: %s code %d\n", signame(told.si_signo), told.si_code);
    told_count = 0;
    MUST(setitimer(ITIMER_PROF, &itv, NULL) == 0);
    compute_until_told();
    printf("prof: %s code %d\n", signame(told.si_signo), told.si_code);
    return t_end();
}
