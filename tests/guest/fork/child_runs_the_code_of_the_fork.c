/* covers: fork mmap mprotect */
/* translated: no (under the translator it does not end) */
#include "child.h"

/* What translators do: code in private memory is rewritten by one side while the other runs it. */
enum { PAGES = 32 };

typedef int fn(void);

/* mov $value, %eax; ret */
static void put_code(char *p, int value)
{
    p[0] = (char) 0xb8;
    memcpy(p + 1, &value, 4);
    p[5] = (char) 0xc3;
}

static void put_all(char *p, int base)
{
    for (int i = 0; i < PAGES; i++)
        put_code(p + i * T_PAGE, base + i);
}

static int wrong_code(char *p, int base)
{
    int wrong = 0;
    for (int i = 0; i < PAGES; i++)
        wrong += ((fn *) (uintptr_t) (p + i * T_PAGE))() != base + i;
    return wrong;
}

int main(void)
{
    struct gate a, b;
    gate_init(&a);
    gate_init(&b);
    char *p = mmap(NULL, PAGES * T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    for (int i = 0; i < 20; i++) {
        int base = i * 1000;
        put_all(p, base);
        if (i & 1) /* half of the time the pages have been run before */
            CHECK(wrong_code(p, base) == 0);
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            gate_wait(&a);
            int wrong = wrong_code(p, base);
            put_all(p, base + 300);
            wrong += wrong_code(p, base + 300);
            gate_open(&b);
            gate_wait(&a);
            _exit(wrong != 0);
        }
        put_all(p, base + 600);
        CHECK(wrong_code(p, base + 600) == 0);
        gate_open(&a);
        gate_wait(&b);
        CHECK(wrong_code(p, base + 600) == 0);
        gate_open(&a);
        CHECK(reap(pid) == 0);
    }
    /* writable only on one side, executable only on the other */
    put_all(p, 7);
    MUST(mprotect(p, PAGES * T_PAGE, PROT_READ | PROT_EXEC) == 0);
    show_status("child", IN_CHILD({
                    MUST(mprotect(p, PAGES * T_PAGE, PROT_READ | PROT_WRITE) == 0);
                    put_all(p, 8);
                    MUST(mprotect(p, PAGES * T_PAGE, PROT_READ | PROT_EXEC) == 0);
                    CHECK(wrong_code(p, 8) == 0);
                }));
    CHECK(wrong_code(p, 7) == 0);
    return t_end();
}
