/* covers: membarrier */
/* translated: no (its code is for this processor) */
#include "threads.h"

/* Code that one thread changes and others run: what SYNC_CORE is for. */
enum { QUERY = 0, PRIVATE_SYNC_CORE = 32, REGISTER_SYNC_CORE = 64 };

#define ROUNDS 200

static uint8_t *code;
static _Atomic uint32_t published, seen[2];

static void *runner(void *arg)
{
    _Atomic uint32_t *mine = arg;
    int (*fn)(void) = (int (*)(void))(void *) code;
    for (uint32_t round; (round = atomic_load(&published)) < ROUNDS;) {
        int value = fn();
        CHECK(value >= (int) round);
        atomic_store(mine, (uint32_t) value);
    }
    return NULL;
}

static void write_value(int value)
{
    /* mov eax, value; ret: the value is one aligned store */
    atomic_store((_Atomic int *) (void *) (code + 4), value);
}

int main(void)
{
    code = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(code != MAP_FAILED);
    memcpy(code, (uint8_t[]){0x90, 0x90, 0x90, 0xb8, 0, 0, 0, 0, 0xc3}, 9);
    printf("offered: %lx\n", raw(membarrier, QUERY, 0, 0) & (PRIVATE_SYNC_CORE | REGISTER_SYNC_CORE));
    show("before it is asked for", raw(membarrier, PRIVATE_SYNC_CORE, 0, 0));
    show("asked for", raw(membarrier, REGISTER_SYNC_CORE, 0, 0));
    show("registered", raw(membarrier, 512, 0, 0));
    pthread_t th[2];
    for (int i = 0; i < 2; i++)
        th[i] = thread_start(runner, (void *) &seen[i]);
    for (int i = 1; i <= ROUNDS; i++) {
        write_value(i);
        CHECK(raw(membarrier, PRIVATE_SYNC_CORE, 0, 0) == 0);
        atomic_store(&published, (uint32_t) i);
    }
    for (int i = 0; i < 2; i++)
        thread_join(th[i]);
    show("flags", raw(membarrier, PRIVATE_SYNC_CORE, 1, 0));
    return t_end();
}
