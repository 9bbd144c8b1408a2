/* covers: execve set_robust_list setresuid prlimit64 */
/* The kernel refuses the exec of one whose user has more processes than allowed: what its threads hold stays held. */
#include <sys/resource.h>

#include "child.h"
#include "threads.h"

enum { NOBODY = 65534 };

/* A list of one lock, in memory that others look at, too. */
static struct held {
    void *next; /* the head of a list as the kernel knows it */
    long offset;
    void *pending;
    void *node;
    _Atomic uint32_t word;
} * held;

static _Atomic uint32_t holding, leave;

static void hold(struct held *h)
{
    h->next = &h->node;
    h->node = &h->next;
    h->offset = offsetof(struct held, word) - offsetof(struct held, node);
    atomic_store(&h->word, (uint32_t) raw(gettid));
    MUST(raw(set_robust_list, h, offsetof(struct held, node)) == 0);
}

static void show_held(const char *what, uint32_t word)
{
    printf("%s: %s%s\n", what, word & FUTEX_TID_MASK ? "held" : "free", word & FUTEX_OWNER_DIED ? ", owner died" : "");
}

static void *holds(void *arg)
{
    hold(arg);
    word_set(&holding, 1);
    word_wait(&leave, 1);
    return NULL;
}

/* Only a user that is changed to is counted, and only root may change: others see an exec that fails early. */
static const char *unwanted(void)
{
    struct rlimit none = {0, 0};
    if (geteuid())
        return "/proc/self/nothing";
    MUST(setrlimit(RLIMIT_NPROC, &none) == 0);
    MUST(raw(setresuid, NOBODY, NOBODY, NOBODY) == 0);
    return "/proc/self/exe";
}

int main(int argc, char **argv)
{
    char *const again[] = {argv[0], (char *) "again", NULL};
    struct gate there, end;
    if (argc > 1)
        return 5;
    held = shared_mem(T_PAGE);
    gate_init(&there);
    gate_init(&end);
    pid_t other = fork(); /* that user has a process */
    MUST(other >= 0);
    if (other == 0) {
        MUST(geteuid() || raw(setresuid, NOBODY, NOBODY, NOBODY) == 0);
        gate_open(&there);
        gate_wait(&end);
        _exit(0);
    }
    gate_wait(&there);
    int status = IN_CHILD({
        pthread_t th = thread_start(holds, &held[1]);
        word_wait(&holding, 1);
        hold(&held[0]);
        const char *path = unwanted();
        int r = execv(path, again);
        printf("exec: %d %s\n", r, errname(errno));
        show_held("own", held[0].word);
        show_held("another thread's", held[1].word);
        word_set(&leave, 1);
        thread_join(th);
        show_held("own when the other has ended", held[0].word);
        show_held("the other's", held[1].word);
        _exit(7);
    });
    show_status("child", status);
    show_held("own at the end", held[0].word);
    gate_open(&end);
    reap(other);
    return t_end();
}
