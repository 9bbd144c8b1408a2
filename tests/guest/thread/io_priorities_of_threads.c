/* covers: ioprio_set ioprio_get */
#include "waiters.h"

enum { PROCESS = 1, GROUP, USER };
#define IOPRIO(class, data) ((class) << 13 | (data))
static _Atomic uint32_t step, tid;

static void *thread(void *arg)
{
    (void) arg;
    show("new thread", raw(ioprio_get, PROCESS, 0));
    show("set", raw(ioprio_set, PROCESS, 0, IOPRIO(2, 7)));
    show("then", raw(ioprio_get, PROCESS, 0));
    atomic_store(&tid, (uint32_t) raw(gettid));
    word_set(&step, 1);
    word_wait(&step, 2);
    show("from outside", raw(ioprio_get, PROCESS, 0));
    return NULL;
}

int main(void)
{
    show("at first", raw(ioprio_get, PROCESS, 0));
    show("best effort 3", raw(ioprio_set, PROCESS, 0, IOPRIO(2, 3)));
    show("then", raw(ioprio_get, PROCESS, getpid()));
    pthread_t th = thread_start(thread, NULL);
    word_wait(&step, 1);
    show("the first", raw(ioprio_get, PROCESS, 0));
    show("the other", raw(ioprio_get, PROCESS, atomic_load(&tid)));
    show("set it idle", raw(ioprio_set, PROCESS, atomic_load(&tid), IOPRIO(3, 0)));
    word_set(&step, 2);
    thread_join(th);
    show_status("child", IN_CHILD(_exit((int) raw(ioprio_get, PROCESS, 0) & 7)));
    show("class that there is not", raw(ioprio_set, PROCESS, 0, IOPRIO(5, 0)));
    show("no class with a number", raw(ioprio_set, PROCESS, 0, IOPRIO(0, 3)));
    show("which", raw(ioprio_set, 9, 0, IOPRIO(2, 3)));
    show("which to get", raw(ioprio_get, 9, 0));
    show("nobody", raw(ioprio_get, PROCESS, 0x3fffffff));
    show("set nobody's", raw(ioprio_set, PROCESS, 0x3fffffff, IOPRIO(2, 3)));
    show("no such group", raw(ioprio_get, GROUP, 0x3fffffff));
    show("none", raw(ioprio_set, PROCESS, 0, 0));
    show("at last", raw(ioprio_get, PROCESS, 0));
    return t_end();
}
