/* covers: mprotect munmap mremap */
/* asan: no (the sanitizer cannot go on at the limit on mappings) */
/* At the limit on mappings a call that would cut one fails, and the memory is as it was. Threads take mappings too, which is what makes the
 * limit come at another place than the program's own count. */
#include "threads.h"

#define PAGES 140000ul

static _Atomic uint32_t go;

static void *wait_for_it(void *arg)
{
    word_wait(&go, 1);
    return arg;
}

int main(void)
{
    pthread_t th[40];
    char *area = mmap(NULL, PAGES * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *small = mmap(NULL, 64 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t i;

    MUST(area != MAP_FAILED && small != MAP_FAILED);
    memset(small, 1, 64 * T_PAGE);
    for (i = 0; i < PAGES * T_PAGE; i += 2 << 20)
        area[i] = 1;
    for (i = 0; i < ARRAY_SIZE(th); i++)
        th[i] = thread_start(wait_for_it, NULL);
    for (i = 1; i < PAGES; i += 2)
        if (mprotect(area + i * T_PAGE, T_PAGE, PROT_READ))
            break;
    show("mprotect at the limit", i < PAGES ? -1 : 0);
    area[i * T_PAGE] = 2;
    CHECK(area[i * T_PAGE] == 2);
    show("mprotect", mprotect(small + 8 * T_PAGE, T_PAGE, PROT_READ));
    small[8 * T_PAGE] = 3;
    /* What was just refused needs two mappings more, this needs one: there may have been room for the first. */
    int gone = 0, r = 0;
    for (int k = 16; k < 24; k += 2) {
        r = munmap(small + k * T_PAGE, T_PAGE);
        if (r)
            small[k * T_PAGE] = 4;
        gone += r == 0;
        CHECK((r == 0 || small[k * T_PAGE] == 4) && small[(k + 1) * T_PAGE] == 1);
    }
    show("munmap", r);
    CHECK(small[8 * T_PAGE] == 3 && gone < 2);
    word_set(&go, 1);
    for (i = 0; i < ARRAY_SIZE(th); i++)
        thread_join(th[i]);
    return t_end();
}
