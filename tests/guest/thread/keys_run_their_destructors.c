/* covers: exit futex */
#include "threads.h"

static pthread_key_t key[8], again;
static int ran[8], rounds;

static void gone(void *p)
{
    ran[*(int *) p]++;
}

static void sets_again(void *p)
{
    if (++rounds < 3)
        pthread_setspecific(again, p);
}

static void *uses(void *arg)
{
    static int n[8];
    for (int i = 0; i < 8; i++) {
        n[i] = i;
        CHECK(pthread_getspecific(key[i]) == NULL);
        if (i != 3)
            CHECK(pthread_setspecific(key[i], &n[i]) == 0);
    }
    pthread_setspecific(again, &n[0]);
    return arg;
}

int main(void)
{
    for (int i = 0; i < 8; i++)
        MUST(pthread_key_create(&key[i], gone) == 0);
    MUST(pthread_key_create(&again, sets_again) == 0);
    thread_join(thread_start(uses, NULL));
    for (int i = 0; i < 8; i++)
        printf("key %d: %d\n", i, ran[i]);
    printf("rounds %d\n", rounds);
    pthread_key_delete(key[2]);
    rounds = 5;
    return t_end();
}
