/* covers: exit futex */
#include "threads.h"

/* Cleanup handlers run last in, first out, then the destructors of keys; for cancellation, deferred or not, and for pthread_exit. */
static pthread_key_t key;
static _Atomic uint32_t at;

static void clean(void *arg)
{
    printf(" %s", (const char *) arg);
}

static void destroy(void *arg)
{
    int *left = arg;
    printf(" key");
    if (--*left > 0)
        pthread_setspecific(key, left); /* it is called again */
}

static void *ends(void *arg)
{
    int how = (int) (intptr_t) arg, left = 2, was;
    pthread_setspecific(key, &left);
    pthread_cleanup_push(clean, "outer");
    pthread_cleanup_push(clean, "inner");
    pthread_cleanup_push(clean, "popped");
    pthread_cleanup_pop(1);
    pthread_cleanup_push(clean, "never");
    pthread_cleanup_pop(0);
    switch (how) {
    case 0:
        pthread_exit((void *) 3);
    case 1:
        word_set(&at, 1);
        for (;;)
            pthread_testcancel();
    case 2:
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &was);
        printf(" was %s", was == PTHREAD_CANCEL_DEFERRED ? "deferred" : "asynchronous");
        word_set(&at, 1);
        for (;;)
            __asm__ volatile("");
    case 3:
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &was);
        printf(" was %s", was == PTHREAD_CANCEL_ENABLE ? "enabled" : "disabled");
        word_set(&at, 1);
        word_wait(&at, 2);
        pthread_testcancel();
        printf(" still here");
        pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
        pthread_testcancel();
        printf(" not here");
    }
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return NULL;
}

int main(void)
{
    static const char *const how[] = {"exit", "deferred", "asynchronous", "disabled"};
    MUST(pthread_key_create(&key, destroy) == 0);
    for (intptr_t i = 0; i < 4; i++) {
        atomic_store(&at, 0);
        printf("%s:", how[i]);
        pthread_t th = thread_start(ends, (void *) i);
        if (i) {
            word_wait(&at, 1);
            MUST(pthread_cancel(th) == 0);
            word_set(&at, 2);
        }
        void *r = thread_join(th);
        printf(" -> %s\n", r == PTHREAD_CANCELED ? "cancelled" : r == (void *) 3 ? "3" : "another");
    }
    return t_end();
}
