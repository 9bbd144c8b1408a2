/* covers: rt_sigaction mmap */
/* A fault right after a call, with one of the kernel's codes for a restart in rax: it is where it is. */
#include "t.h"

#include <ucontext.h>

static volatile unsigned long at, held;
static volatile int got;

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) si;
    got = sig;
    at = (unsigned long) uc->uc_mcontext.gregs[REG_RIP];
    held = (unsigned long) uc->uc_mcontext.gregs[REG_RAX];
    uc->uc_mcontext.gregs[REG_RIP] += 2;
}

/* Call getppid, then load from `p` by an instruction of two bytes. */
static void touch(const char *what, const void *p, long code)
{
    unsigned long where = 0;
    long nr = SYS_getppid;
    got = 0;
    __asm__ volatile("syscall\n"
                     "movq %2, %%rax\n"
                     "leaq 1f(%%rip), %0\n"
                     "1: movb (%%rsi), %%dl\n"
                     : "=&r"(where), "+a"(nr)
                     : "r"(code), "S"(p)
                     : "rcx", "r11", "rdx", "memory");
    printf("%s, %ld: %s, %s, rax %ld\n", what, code, signame(got), at == where ? "there" : "elsewhere", (long) held);
}

int main(void)
{
    static const long codes[] = {-512, -513, -514, -516};
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    scratch();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && ftruncate(fd, T_PAGE) == 0);
    for (unsigned i = 0; i < ARRAY_SIZE(codes); i++) {
        char *p = mmap(NULL, 2 * T_PAGE, PROT_READ, MAP_SHARED, fd, 0);
        MUST(p != MAP_FAILED);
        touch("behind the end", p + T_PAGE, codes[i]);
        touch("nowhere", NULL, codes[i]);
        munmap(p, 2 * T_PAGE);
    }
    return t_end();
}
