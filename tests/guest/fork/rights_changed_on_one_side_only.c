/* covers: fork mprotect mmap munmap mremap madvise brk */
#include "child.h"
#include "fault.h"

static struct gate a, b;

/* The parent changes its address space after the fork, the child looks; then the other way round. */
static void look(const char *who, char *p)
{
    char name[64];
    static const char *const what[] = {"made read-only", "made none",     "unmapped",
                                       "replaced",       "made writable", "let be"};
    for (unsigned i = 0; i < ARRAY_SIZE(what); i++) {
        snprintf(name, sizeof(name), "%s, %s, read", who, what[i]);
        show_read(name, p + i * 2 * T_PAGE);
        snprintf(name, sizeof(name), "%s, %s, write", who, what[i]);
        show_write(name, p + i * 2 * T_PAGE);
        if (!FAULTS((void) *(volatile char *) (p + i * 2 * T_PAGE)))
            printf("  holds %d\n", p[i * 2 * T_PAGE]);
    }
}

static char *setup(void)
{
    char *p = map_anon(12 * T_PAGE, PROT_READ | PROT_WRITE);
    memset(p, 5, 12 * T_PAGE);
    MUST(mprotect(p + 8 * T_PAGE, T_PAGE, PROT_READ) == 0);
    return p;
}

static void change(char *p)
{
    MUST(mprotect(p, T_PAGE, PROT_READ) == 0);
    MUST(mprotect(p + 2 * T_PAGE, T_PAGE, PROT_NONE) == 0);
    MUST(munmap(p + 4 * T_PAGE, T_PAGE) == 0);
    MUST(mmap(p + 6 * T_PAGE, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
         MAP_FAILED);
    MUST(mprotect(p + 8 * T_PAGE, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    p[8 * T_PAGE] = 8;
    p[10 * T_PAGE] = 9;
}

int main(void)
{
    fault_catch();
    gate_init(&a);
    gate_init(&b);
    char *p = setup();
    pid_t pid = fork();
    if (pid == 0) {
        gate_wait(&a);
        look("child", p);
        _exit(0);
    }
    change(p);
    gate_open(&a);
    show_wait("child", pid);
    look("parent that changed", p);

    p = setup();
    pid = fork();
    if (pid == 0) {
        change(p);
        gate_open(&b);
        gate_wait(&a);
        look("child that changed", p);
        _exit(0);
    }
    gate_wait(&b);
    look("parent", p);
    gate_open(&a);
    show_wait("child", pid);
    /* new mappings and the break are of one side, too */
    char *q = (char *) 0x2b0000000000ul;
    long top = raw(brk, 0);
    pid = fork();
    if (pid == 0) {
        MUST(mmap(q, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == q);
        MUST(raw(brk, top + (1 << 20)) == top + (1 << 20));
        gate_open(&b);
        gate_wait(&a);
        _exit(0);
    }
    gate_wait(&b);
    show_read("mapped by the child", q);
    CHECK(raw(brk, 0) == top);
    gate_open(&a);
    show_wait("child", pid);
    return t_end();
}
