/* covers: get_robust_list set_robust_list */
/* translated: no (it does not end under the translator outside, so there is nothing to compare with) */
/* The head that a thread has registered is told to other processes that may look into its own. */
#include <linux/futex.h>

#include "child.h"

int main(void)
{
    struct gate ready, end;
    struct robust_list_head *head = NULL, *own = (void *) 0x12345678;
    size_t size = 0;
    gate_init(&ready);
    gate_init(&end);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        MUST(syscall(SYS_set_robust_list, own, sizeof *own) == 0);
        gate_open(&ready);
        gate_wait(&end);
        MUST(syscall(SYS_set_robust_list, NULL, sizeof *own) == 0);
        _exit(0);
    }
    gate_wait(&ready);
    show("a child's", (int) syscall(SYS_get_robust_list, p, &head, &size));
    printf("head %p, size %zu\n", (void *) head, size);
    show("nowhere", (int) syscall(SYS_get_robust_list, p, (void *) 8, &size));
    show("a negative number", (int) syscall(SYS_get_robust_list, -5, &head, &size));
    gate_open(&end);
    show_status("child", reap(p));
    show("nobody's", (int) syscall(SYS_get_robust_list, p, &head, &size));
    return t_end();
}
