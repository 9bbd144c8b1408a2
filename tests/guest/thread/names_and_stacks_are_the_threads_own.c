/* covers: prctl sched_getaffinity sched_setaffinity */
/* only: glibc (pthread_getattr_np of musl measures otherwise) */
#include "threads.h"

static _Atomic uint32_t step;

static void *named(void *arg)
{
    char name[16];
    pthread_attr_t a;
    void *base;
    size_t size, guard;
    int here;
    (void) arg;
    pthread_getname_np(pthread_self(), name, sizeof name);
    printf("inherited %s\n", name);
    word_set(&step, 1);
    word_wait(&step, 2);
    pthread_getname_np(pthread_self(), name, sizeof name);
    printf("given %s\n", name);
    MUST(pthread_getattr_np(pthread_self(), &a) == 0);
    pthread_attr_getstack(&a, &base, &size);
    pthread_attr_getguardsize(&a, &guard);
    printf("stack %zu guard %zu inside %d\n", size, guard,
           (char *) &here > (char *) base && (char *) &here < (char *) base + size);
    return NULL;
}

int main(void)
{
    pthread_attr_t at;
    pthread_t th;
    char name[16];
    cpu_set_t set, back;
    pthread_setname_np(pthread_self(), "first");
    pthread_attr_init(&at);
    pthread_attr_setstacksize(&at, 200 * 1024);
    pthread_attr_setguardsize(&at, 3 * 4096);
    MUST(pthread_create(&th, &at, named, NULL) == 0);
    word_wait(&step, 1);
    printf("too long: %s\n", errname(pthread_setname_np(th, "0123456789abcdef")));
    printf("set: %s\n", errname(pthread_setname_np(th, "0123456789abcde")));
    pthread_getname_np(pthread_self(), name, sizeof name);
    printf("own %s\n", name);
    pthread_getaffinity_np(th, sizeof set, &set);
    int cpu = 0;
    while (!CPU_ISSET(cpu, &set))
        cpu++;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    printf("affinity %s\n", errname(pthread_setaffinity_np(th, sizeof set, &set)));
    pthread_getaffinity_np(th, sizeof back, &back);
    CHECK(CPU_EQUAL(&set, &back));
    CPU_ZERO(&set);
    printf("on none %s\n", errname(pthread_setaffinity_np(th, sizeof set, &set)));
    word_set(&step, 2);
    thread_join(th);
    return t_end();
}
