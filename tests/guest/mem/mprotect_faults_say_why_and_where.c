/* covers: mprotect rt_sigaction */
#include "fault.h"

static const struct {
    const char *name;
    int prot;
} prots[] = {
    {"none", PROT_NONE},
    {"r", PROT_READ},
    {"w", PROT_WRITE},
    {"rw", PROT_READ | PROT_WRITE},
    {"x", PROT_EXEC},
    {"rx", PROT_READ | PROT_EXEC},
    {"rwx", PROT_READ | PROT_WRITE | PROT_EXEC},
};

static void page(const char *what, char *p)
{
    for (unsigned i = 0; i < ARRAY_SIZE(prots); i++) {
        char name[64];
        MUST(mprotect(p, T_PAGE, prots[i].prot) == 0);
        snprintf(name, sizeof(name), "%s %s: read", what, prots[i].name);
        show_read(name, p + 123);
        snprintf(name, sizeof(name), "%s %s: write", what, prots[i].name);
        show_write(name, p + 456);
        snprintf(name, sizeof(name), "%s %s: call", what, prots[i].name);
        show_call(name, p + 789);
    }
}

int main(void)
{
    char *p = map_anon(3 * T_PAGE, PROT_READ | PROT_WRITE);
    fault_catch();
    memset(p, RET_INSN[0], 3 * T_PAGE);
    page("touched", p + T_PAGE);
    CHECK(p[0] == RET_INSN[0] && p[2 * T_PAGE] == RET_INSN[0]);
    MUST(mprotect(p + T_PAGE, T_PAGE, PROT_READ) == 0);
    CHECK(p[T_PAGE + 1] == RET_INSN[0]);

    /* never touched before it is protected: zeros, which run into "add %al, (%rax)" */
    p = map_anon(T_PAGE, PROT_NONE);
    show_read("fresh none: read", p);
    MUST(mprotect(p, T_PAGE, PROT_READ) == 0);
    show_read("fresh r: read", p);
    show_write("fresh r: write", p);
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    show_write("fresh rw: write", p);
    munmap(p, T_PAGE);
    show_read("gone: read", p);
    show_write("gone: write", p + 4095);
    show_call("gone: call", p + 17);
    return t_end();
}
