/* A process with many threads that all do one thing, and one of them, the leader or another, that ends it. Each kind of business, each end. */
#ifndef BUSY_H
#define BUSY_H

#include <sys/epoll.h>

#include "child.h"
#include "threads.h"

enum { BUSY_MANY = 64, BUSY_KINDS = 6 };
static const char *const busy_names[BUSY_KINDS] = {"spinning", "reading", "in a futex",
                                                   "in epoll", "asleep",  "being made"};
static int busy_pipe[2], busy_ep, busy_kind;
static uint32_t busy_word;
static _Atomic uint32_t busy_ready, busy_start, busy_begun;
static void (*busy_end)(void);

static void *busy_nothing(void *arg)
{
    return arg;
}

static void busy_do(void)
{
    struct timespec ts = {1000, 0};
    struct epoll_event ev;
    pthread_t th;
    char c;
    switch (busy_kind) {
    case 0:
        __asm__ volatile("pause");
        break;
    case 1:
        (void) !read(busy_pipe[0], &c, 1);
        break;
    case 2:
        futex(&busy_word, FUTEX_WAIT, 0, NULL, NULL, 0);
        break;
    case 3:
        epoll_wait(busy_ep, &ev, 1, -1);
        break;
    case 4:
        nanosleep(&ts, NULL);
        break;
    case 5:
        if (pthread_create(&th, NULL, busy_nothing, NULL) == 0)
            pthread_join(th, NULL);
        break;
    }
}

static void *busy_body(void *arg)
{
    atomic_fetch_add(&busy_ready, 1);
    futex(&busy_ready, FUTEX_WAKE, 1, NULL, NULL, 0);
    word_wait(&busy_start, 1);
    atomic_fetch_add(&busy_begun, 1);
    for (;;)
        busy_do();
    return arg;
}

static void *busy_ender(void *arg)
{
    word_wait(&busy_ready, BUSY_MANY); /* before they spin, or the last ones would come late */
    word_set(&busy_start, 1);
    while (atomic_load(&busy_begun) < 8)
        sched_yield();
    busy_end();
    for (;;)
        pause();
    return arg;
}

/* Every kind of business, ended by the leader and by another. */
static void busy_all(void (*end)(void))
{
    busy_end = end;
    MUST(pipe2(busy_pipe, O_CLOEXEC) == 0 && (busy_ep = epoll_create1(EPOLL_CLOEXEC)) >= 0);
    for (int i = 0; i < 2 * BUSY_KINDS; i++) {
        printf("%s, ended by %s", busy_names[i / 2], i & 1 ? "another" : "the leader");
        fflush(stdout);
        int status = IN_CHILD({
            pthread_attr_t at;
            pthread_t th;
            busy_kind = i / 2;
            pthread_attr_init(&at);
            pthread_attr_setstacksize(&at, 65536);
            for (int k = 0; k < BUSY_MANY; k++)
                MUST(pthread_create(&th, &at, busy_body, NULL) == 0);
            if (i & 1)
                thread_join(thread_start(busy_ender, NULL));
            busy_ender(NULL);
        });
        show_status("", status);
    }
}

#endif
