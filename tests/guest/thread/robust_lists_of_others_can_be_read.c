/* covers: get_robust_list set_robust_list */
#include "child.h"
#include "threads.h"

static _Atomic uint32_t tid, step;
static struct {
    void *next;
    long offset;
    void *pending;
} mine;

static void *sets(void *arg)
{
    (void) arg;
    mine.next = &mine;
    show("set", raw(set_robust_list, &mine, sizeof mine));
    atomic_store(&tid, (uint32_t) raw(gettid));
    word_set(&step, 1);
    word_wait(&step, 2);
    return NULL;
}

int main(void)
{
    void *head = NULL;
    size_t size = 0;
    show("own", raw(get_robust_list, 0, &head, &size));
    printf("size %zu\n", size);
    pthread_t th = thread_start(sets, NULL);
    word_wait(&step, 1);
    show("other thread", raw(get_robust_list, tid, &head, &size));
    CHECK(head == &mine && size == sizeof mine);
    show("head not there", raw(get_robust_list, tid, BAD_PTR, &size));
    show("size not there", raw(get_robust_list, tid, &head, BAD_PTR));
    show("negative", raw(get_robust_list, -1, &head, &size));
    show("nobody", raw(get_robust_list, 0x3ffffff, &head, &size));
    show("wrong size", raw(set_robust_list, &mine, sizeof mine - 1));
    show("size 0", raw(set_robust_list, &mine, 0));
    word_set(&step, 2);
    thread_join(th);
    return t_end();
}
