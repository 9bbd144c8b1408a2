/* covers: rt_sigaction mmap */
#include <setjmp.h>
#include <ucontext.h>

#include "told.h"

/* All 128 bytes for faults at known addresses. */
#define AT ((char *) 0x300000000ul)
static sigjmp_buf out;
static siginfo_t seen;

static void handler(int sig, siginfo_t *si, void *uc)
{
    (void) sig;
    (void) uc;
    seen = *si;
    siglongjmp(out, 1);
}

#define FAULT(name, ...)                                                                                               \
    do {                                                                                                               \
        memset(&seen, 0, sizeof(seen));                                                                                \
        if (!sigsetjmp(out, 1)) {                                                                                      \
            __VA_ARGS__;                                                                                               \
        }                                                                                                              \
        show_words(name, &seen, 0);                                                                                    \
    } while (0)

int main(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS};
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++)
        sigaction(sigs[i], &sa, NULL);
    scratch();
    put_file("short", "x");
    int fd = open("short", O_RDWR);
    volatile char *p = mmap(AT, 4 * T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    MUST(p == AT);
    MUST(mmap((void *) (AT + T_PAGE), 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED);
    FAULT("no rights", p[3] = 1);
    FAULT("past the file's end, read", (void) p[2 * T_PAGE + 5]);
    FAULT("past the file's end, write", p[2 * T_PAGE + 6] = 1);
    FAULT("nothing there", p[4 * T_PAGE + 7] = 1);
    FAULT("not canonical", *(volatile char *) BAD_HOLE = 1);
    FAULT("the kernel's", *(volatile char *) BAD_KERNEL = 1);
    FAULT("the kernel's, read", (void) *(volatile char *) BAD_KERNEL);
    FAULT("a word over the end", *(volatile uint64_t *) (p + 4 * T_PAGE - 4));
    FAULT("jump", ((void (*)(void))(uintptr_t) (p + 8))());
    return t_end();
}
