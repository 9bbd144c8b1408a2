/* covers: fork */
#include "snapshot.h"

/* The smallest case: the child touches the page for the first time long after its parent has changed it again and
 * again, and sees one and the same value all the time. */
int main(void)
{
    volatile uint64_t *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile uint64_t *q = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct gate turn, back;
    MUST(p != MAP_FAILED && q != MAP_FAILED);
    gate_init(&turn);
    gate_init(&back);
    *p = 1;
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        int wrong = 0;
        gate_wait(&turn);
        for (int i = 0; i < 10; i++) {
            wrong += *p != 1;
            wrong += *q != 0; /* not even there when the parent forked */
            gate_open(&back);
            gate_wait(&turn);
        }
        printf("child: %d wrong\n", wrong);
        _exit(wrong);
    }
    for (int i = 0; i < 10; i++) {
        *p = 100 + (uint64_t) i;
        *q = 200 + (uint64_t) i;
        gate_open(&turn);
        gate_wait(&back);
    }
    gate_open(&turn);
    show_wait("child", pid);
    CHECK(*p == 109 && *q == 209);
    return t_end();
}
