/* covers: futex clone3 exit */
#include "c11threads.h"
#include "t.h"

enum { N = 8, ROUNDS = 300 };
static mtx_t plain, recursive, timed;
static cnd_t cond;
static once_flag once = ONCE_FLAG_INIT;
static tss_t key;
static int counter, ran, destroyed, turn;

static const char *what(int r)
{
    return r == thrd_success    ? "success"
           : r == thrd_busy     ? "busy"
           : r == thrd_timedout ? "timed out"
           : r == thrd_nomem    ? "no memory"
                                : "error";
}

static void run_once(void)
{
    ran++;
}

static void destroy(void *p)
{
    mtx_lock(&plain);
    destroyed += *(int *) p;
    mtx_unlock(&plain);
}

static int work(void *arg)
{
    static _Thread_local int mine;
    call_once(&once, run_once);
    mine = 1;
    MUST(tss_set(key, &mine) == thrd_success && tss_get(key) == &mine);
    for (int i = 0; i < ROUNDS; i++) {
        mtx_lock(&plain);
        counter++;
        mtx_unlock(&plain);
    }
    mtx_lock(&plain);
    while (turn != (int) (intptr_t) arg)
        cnd_wait(&cond, &plain);
    turn++;
    cnd_broadcast(&cond);
    int r = turn;
    mtx_unlock(&plain);
    mtx_lock(&plain); /* the destructor takes it as well */
    mtx_unlock(&plain);
    thrd_exit(r * 10);
}

static int tries(void *arg)
{
    struct timespec past = {1, 0};
    (void) arg;
    printf("try: %s", what(mtx_trylock(&plain)));
    printf(", timed, until long ago: %s\n", what(mtx_timedlock(&timed, &past)));
    return -7;
}

int main(void)
{
    thrd_t th[N];
    int r, sum = 0;
    MUST(mtx_init(&plain, mtx_plain) == thrd_success &&
         mtx_init(&recursive, mtx_plain | mtx_recursive) == thrd_success &&
         mtx_init(&timed, mtx_timed) == thrd_success && cnd_init(&cond) == thrd_success &&
         tss_create(&key, destroy) == thrd_success);
    for (int i = 0; i < N; i++)
        MUST(thrd_create(&th[i], work, (void *) (intptr_t) i) == thrd_success);
    for (int i = 0; i < N; i++) {
        MUST(thrd_join(th[i], &r) == thrd_success);
        sum += r;
    }
    printf("counter %d, once %d, results %d, destroyed %d\n", counter, ran, sum, destroyed);
    for (int i = 0; i < 3; i++)
        printf("again: %s\n", what(mtx_lock(&recursive)));
    for (int i = 0; i < 3; i++)
        mtx_unlock(&recursive);
    mtx_lock(&plain);
    mtx_lock(&timed);
    MUST(thrd_create(&th[0], tries, NULL) == thrd_success);
    printf("joined: %s,", what(thrd_join(th[0], &r)));
    printf(" result %d\n", r);
    mtx_unlock(&timed);
    struct timespec soon;
    timespec_get(&soon, TIME_UTC);
    soon.tv_nsec += 5000000;
    if (soon.tv_nsec >= 1000000000)
        soon.tv_sec++, soon.tv_nsec -= 1000000000;
    do
        r = cnd_timedwait(&cond, &plain, &soon);
    while (r == thrd_success);
    printf("condition: %s\n", what(r));
    mtx_unlock(&plain);
    soon = (struct timespec){0, 1000000};
    printf("sleep: %d\n", thrd_sleep(&soon, NULL));
    thrd_yield();
    printf("current: %d\n", thrd_equal(thrd_current(), thrd_current()) != 0);
    MUST(thrd_create(&th[0], work, (void *) (intptr_t) N) == thrd_success);
    printf("detached: %s\n", what(thrd_detach(th[0])));
    mtx_lock(&plain);
    while (turn != N + 1)
        cnd_wait(&cond, &plain);
    mtx_unlock(&plain);
    return t_end();
}
