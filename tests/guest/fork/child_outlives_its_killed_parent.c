/* covers: fork kill prctl */
#include <sys/prctl.h>

#include "snapshot.h"

enum { SIZE = 2 << 20 };

int main(void)
{
    char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct gate ready, go;
    volatile int *pid_of = shared_mem(T_PAGE);
    int status;
    MUST(p != MAP_FAILED);
    gate_init(&ready);
    gate_init(&go);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        mark(p, SIZE, T_PAGE, 5);
        pid_t orphan = fork();
        if (orphan == 0) {
            gate_open(&ready);
            gate_wait(&go);
            size_t wrong = marked_wrong(p, SIZE, T_PAGE, 5);
            mark(p, SIZE, T_PAGE, 6);
            wrong += marked_wrong(p, SIZE, T_PAGE, 6);
            pid_t last = fork();
            if (last == 0)
                _exit(marked_wrong(p, SIZE, T_PAGE, 6) != 0);
            wrong += reap(last) != 0;
            _exit(wrong != 0);
        }
        pid_of[0] = orphan;
        for (;;)
            mark(p, SIZE, T_PAGE, 7);
    }
    gate_wait(&ready);
    while (*pid_of == 0)
        sched_yield();
    kill(pid, SIGKILL);
    show_wait("parent", pid);
    gate_open(&go);
    CHECK(waitpid(*pid_of, &status, 0) == *pid_of);
    show_status("orphan", status);
    return t_end();
}
