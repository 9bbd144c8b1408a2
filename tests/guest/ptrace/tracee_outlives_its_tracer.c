/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate g, done;
    gate_init(&g);
    gate_init(&done);
    pid_t tracer = fork();
    MUST(tracer >= 0);
    if (tracer == 0) {
        pid_t p = TRACED(gate_open(&done));
        ptrace(PTRACE_CONT, p, NULL, NULL);
        _exit(0);
    }
    printf("tracer %x\n", (unsigned) reap(tracer));
    gate_wait(&done);
    puts("the tracee went on");
}
