/* covers: sigaltstack */
#include "told.h"

static char alt[65536], other[65536];

static void try(const char *name, void *sp, size_t size, int flags)
{
    stack_t ss = {.ss_sp = sp, .ss_size = size, .ss_flags = flags}, old;
    int r = sigaltstack(&ss, &old);
    printf("%s: %s", name, r ? errname(errno) : "ok");
    sigaltstack(NULL, &old);
    printf(", now flags %x size %zu %s\n", (unsigned) old.ss_flags, old.ss_size,
           old.ss_sp == alt     ? "first"
           : old.ss_sp == other ? "other"
           : old.ss_sp          ? "somewhere"
                                : "nowhere");
}

static void all(void)
{
    try("the same", alt, sizeof(alt), 0);
    try("other", other, sizeof(other), 0);
    try("unknown flags", other, sizeof(other), 77);
    try("negative flags", other, sizeof(other), -1);
    try("3", other, sizeof(other), 3);
    try("too small", other, 2047, 0);
    try("smallest", other, 2048, 0);
    try("nothing", NULL, 0, 0);
    try("disabled", other, 4, SS_DISABLE);
    try("on", other, sizeof(other), SS_ONSTACK);
    try("whole memory", NULL, SIZE_MAX, 0);
    try("kernel's", BAD_KERNEL, 8192, 0);
    try("disarming", other, sizeof(other), (int) (1u << 31));
    try("disabled and disarming", NULL, 0, SS_DISABLE | (int) (1u << 31));
    try("disabled", NULL, 0, SS_DISABLE);
    try("first", alt, sizeof(alt), 0);
    show("not there", raw(sigaltstack, BAD_PTR, NULL));
    show("old not there", raw(sigaltstack, NULL, BAD_PTR));
}

static void handler(int sig)
{
    (void) sig;
    all();
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    printf("outside\n");
    all();
    sigaction(SIGUSR1, &sa, NULL);
    printf("inside\n");
    raise(SIGUSR1);
    return t_end();
}
