/* covers: fork, ptrace */
#include "ptrace.h"

/* As soon as fork returns the child is one: /proc tells its numbers, who attaches to it has it, and what it is sent comes. */

enum { ROUNDS = 100 };

static int number_of(pid_t pid, const char *name)
{
    char path[64], line[256];
    int n = -1;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    MUST(f != NULL);
    while (fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            n = atoi(line + strlen(name));
    fclose(f);
    return n;
}

static pid_t child(void)
{
    pid_t p = fork();
    MUST(p >= 0);
    for (; p == 0;)
        pause();
    return p;
}

static int end(pid_t p)
{
    MUST(kill(p, SIGKILL) == 0);
    const int status = next_status(p);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

int main(void)
{
    int told = 0, attached = 0, ended = 0;
    for (int i = 0; i < ROUNDS; i++) {
        pid_t p = child();
        told += number_of(p, "Pid:") == p && number_of(p, "PPid:") == getpid();
        ended += end(p);
    }
    for (int i = 0; i < ROUNDS; i++) {
        pid_t p = child();
        MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0 && ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
        const int status = next_status(p);
        attached += WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_STOP;
        ended += end(p);
    }
    printf("%d told, %d attached, %d ended\n", told, attached, ended);
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGTERM};
    for (unsigned k = 0; k < ARRAY_SIZE(fatal); k++) {
        int killed = 0;
        for (int i = 0; i < ROUNDS / 2; i++) {
            pid_t p = child();
            MUST(kill(p, fatal[k]) == 0);
            const int status = next_status(p);
            killed += WIFSIGNALED(status) && WTERMSIG(status) == fatal[k];
        }
        printf("signal %d: %d\n", fatal[k], killed);
    }
    int stopped = 0, continued = 0;
    for (int i = 0; i < ROUNDS / 2; i++) {
        pid_t p = child();
        int status;
        MUST(setpgid(p, p) == 0 && kill(-p, SIGSTOP) == 0);
        stopped += waitpid(p, &status, WUNTRACED) == p && WIFSTOPPED(status);
        MUST(kill(p, SIGCONT) == 0);
        continued += waitpid(p, &status, WCONTINUED) == p && WIFCONTINUED(status);
        told += number_of(p, "Pid:") == p;
        ended += end(p);
    }
    printf("%d stopped, %d continued, %d told, %d ended\n", stopped, continued, told, ended);
    return 0;
}
