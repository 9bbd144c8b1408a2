/* covers: ptrace */
#include "ptrace.h"

static long var = 7;

int main(void)
{
    pid_t p = TRACED(_exit(var));
    errno = 0;
    printf("read %ld\n", ptrace(PTRACE_PEEKDATA, p, &var, NULL));
    show("write", ptrace(PTRACE_POKEDATA, p, &var, (void *) 42l));
    printf("read again %ld, ours %ld\n", ptrace(PTRACE_PEEKTEXT, p, &var, NULL), var);
    go_on(PTRACE_CONT, p, 0, "end");
}
