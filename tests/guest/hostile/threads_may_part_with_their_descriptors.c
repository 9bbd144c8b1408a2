/* covers: unshare close_range */
/* A thread with a descriptor table of its own makes threads, which end; then the others make some. */
#include "child.h"
#include "threads.h"

static void *nothing(void *arg)
{
    return arg;
}

static void some_threads(void)
{
    pthread_t th[6];
    for (unsigned i = 0; i < ARRAY_SIZE(th); i++)
        th[i] = thread_start(nothing, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(th); i++)
        thread_join(th[i]);
}

static void *by_unshare(void *arg)
{
    show("unshare", unshare(CLONE_FILES));
    some_threads();
    show_status("child", IN_CHILD(some_threads()));
    return arg;
}

static void *by_close_range(void *arg)
{
    show("close_range", raw(close_range, 100, ~0u, 2 /* CLOSE_RANGE_UNSHARE */));
    some_threads();
    return arg;
}

int main(void)
{
    thread_join(thread_start(by_unshare, NULL));
    some_threads();
    thread_join(thread_start(by_close_range, NULL));
    some_threads();
    show_status("child", IN_CHILD(some_threads()));
    return t_end();
}
