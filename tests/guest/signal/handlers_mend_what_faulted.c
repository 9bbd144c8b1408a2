/* covers: mprotect mmap rt_sigreturn */
#include "told.h"

/* As collectors do: memory is given when it is touched, and the access goes on. */
#define PAGES 64
static char *area;
static volatile int faults;

static void handler(int sig, siginfo_t *si, void *uc)
{
    char *page = (char *) ((uintptr_t) si->si_addr & ~4095ul);
    (void) sig;
    (void) uc;
    faults++;
    if (page < area || page >= area + PAGES * T_PAGE)
        _exit(9);
    if (si->si_code == SEGV_MAPERR)
        MUST(mmap(page, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page);
    else
        MUST(mprotect(page, T_PAGE, PROT_READ | PROT_WRITE) == 0);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    area = mmap(NULL, PAGES * T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(area + 10 * T_PAGE, 10 * T_PAGE);
    for (int i = 0; i < PAGES; i++)
        area[i * T_PAGE + i] = (char) i;
    printf("faults %d\n", faults);
    long sum = 0;
    for (int i = 0; i < PAGES; i++)
        sum += area[i * T_PAGE + i];
    printf("sum %ld, faults %d\n", sum, faults);
    mprotect(area, PAGES * T_PAGE, PROT_READ);
    memset(area, 7, PAGES * T_PAGE);
    printf("faults %d\n", faults);
    mprotect(area, PAGES * T_PAGE, PROT_NONE);
    memcpy(area + 100, area + 20 * T_PAGE - 50, 3 * T_PAGE);
    printf("faults %d\n", faults);
    return t_end();
}
