/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate done;
    gate_init(&done);
    fflush(stdout);
    pid_t tracer = fork();
    MUST(tracer >= 0);
    if (tracer == 0) {
        pid_t p = fork();
        if (p == 0) {
            ptrace(PTRACE_TRACEME, 0, NULL, NULL);
            raise(SIGUSR1);
            gate_open(&done);
            _exit(0);
        }
        next_status(p);
        _exit(0);
    }
    printf("tracer %x\n", (unsigned) reap(tracer));
    close(done.fd[1]);
    char c;
    printf("the tracee said %zd\n", read(done.fd[0], &c, 1));
}
