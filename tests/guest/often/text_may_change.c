/* covers: mprotect mmap getppid brk */
#include <setjmp.h>

#include "t.h"

/* Text that a program changes, or puts other text in the place of, is what it made of it, however often a call was made from there. */
#define OFTEN 1200

typedef long call_fn(void);
static const uint8_t code[] = {0xb8, 110, 0, 0, 0, 0x0f, 0x05, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90};

static sigjmp_buf back;

static void on_fault(int sig)
{
    siglongjmp(back, sig);
}

/* The signal of the code that `fn` is. */
static int signal_of(call_fn *fn)
{
    int sig = sigsetjmp(back, 1);
    if (sig == 0)
        fn();
    return sig;
}

static long often(call_fn *fn)
{
    long sum = 0;
    for (int i = 0; i < OFTEN; i++)
        sum += fn() == getppid();
    return sum;
}

int main(void)
{
    uint8_t page[T_PAGE];
    int fd = open("code", O_RDWR | O_CREAT | O_TRUNC, 0700);
    memset(page, 0xc3, sizeof page);
    memcpy(page + 64, code, sizeof code);
    MUST(fd >= 0 && write(fd, page, sizeof page) == sizeof page);
    uint8_t *p = mmap(NULL, T_PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    MUST(p != MAP_FAILED);
    call_fn *fn = (call_fn *) (p + 64);
    printf("as in the file: %ld\n", often(fn));
    printf("who jumps to the call itself: %d\n", ({
               long ret;
               __asm__ volatile("call *%1" : "=a"(ret) : "r"(p + 64 + 5), "a"(39l) : "rcx", "r11", "memory");
               ret == getpid();
           }));
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    memcpy(p + 64, code, sizeof code);
    p[65] = 39;
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    printf("changed: %d\n", fn() == getpid());
    int same = 0;
    for (int i = 0; i < OFTEN; i++)
        same += fn() == getpid();
    printf("changed: %d, bytes %d\n", same, p[64] == 0xb8 && p[65] == 39);
    MUST(mmap(p, T_PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0) == p);
    printf("mapped anew: %ld\n", often(fn));
    p[0] == 0xc3 ? (void) puts("the rest is as it was") : (void) puts("something else");
    MUST(munmap(p, T_PAGE) == 0);
    signal(SIGSEGV, on_fault);
    page[64] = 0xf4;
    MUST(pwrite(fd, page, sizeof page, 0) == sizeof page);
    MUST(mmap(p, T_PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0) == p);
    printf("a HLT in its place: signal %d\n", signal_of(fn));
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    memcpy(p + 64, code, sizeof code);
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    printf("a call once more: %ld\n", often(fn));
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    p[64] = 0xf4;
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    printf("a HLT written there: signal %d\n", signal_of(fn));
    MUST(munmap(p, T_PAGE) == 0);
    void *end = sbrk(3l << 29);
    printf("a heap of 1.5 GiB: %s\n", end == (void *) -1 ? strerror(errno) : "there");
    unlink("code");
    return t_end();
}
