/* covers: rt_sigaction */
#include "t.h"

struct ksa {
    uint64_t handler, flags, restorer, mask;
};

static long act(int sig, struct ksa *new, struct ksa *old, size_t size)
{
    return raw(rt_sigaction, sig, new, old, size);
}

int main(void)
{
    struct ksa a = {.handler = 0x12345, .flags = ~0ul & ~1ul, .restorer = 0x6789a, .mask = ~0ul}, b;
    for (int sig = 1; sig <= 64; sig++) {
        if (sig >= 32 && sig <= 34)
            continue;
        memset(&b, 0x55, sizeof(b));
        if (act(sig, NULL, &b, 8) != 0)
            show("ask", -1);
        else if (b.handler || b.flags || b.mask)
            printf("%d: handler %lx flags %lx mask %lx\n", sig, (long) b.handler, (long) b.flags, (long) b.mask);
    }
    show("set", act(SIGUSR1, &a, &b, 8));
    memset(&b, 0, sizeof(b));
    show("ask", act(SIGUSR1, NULL, &b, 8));
    printf("handler %lx flags %lx restorer %lx mask %lx\n", (long) b.handler, (long) b.flags, (long) b.restorer,
           (long) b.mask);
    a = (struct ksa){.handler = 1};
    show("set and ask", act(SIGUSR1, &a, &b, 8));
    printf("handler %lx flags %lx\n", (long) b.handler, (long) b.flags);
    show("in place", act(SIGUSR1, &b, &b, 8));
    printf("handler %lx\n", (long) b.handler);
    a.handler = 0;
    show("default", act(SIGUSR1, &a, NULL, 8));

    show("signal 0", act(0, &a, NULL, 8));
    show("signal 65", act(65, NULL, &b, 8));
    show("negative", act(-1, NULL, &b, 8));
    show("kill", act(SIGKILL, &a, NULL, 8));
    show("kill, asked", act(SIGKILL, NULL, &b, 8));
    show("stop", act(SIGSTOP, &a, NULL, 8));
    show("size 4", act(SIGUSR1, &a, NULL, 4));
    show("size 16", act(SIGUSR1, NULL, NULL, 16));
    show("new not there", act(SIGUSR1, BAD_PTR, NULL, 8));
    a.handler = 1;
    show("old not there", act(SIGUSR1, &a, BAD_PTR, 8));
    show("but set", act(SIGUSR1, NULL, &b, 8));
    printf("handler %lx\n", (long) b.handler);
    return t_end();
}
