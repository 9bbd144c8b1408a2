/* covers: sigaltstack clone fork vfork */
#include "threads.h"
#include "child.h"

static char alt[65536];

static void tell(const char *name)
{
    stack_t ss;
    MUST(sigaltstack(NULL, &ss) == 0);
    printf("%s: flags %x size %zu %s\n", name, (unsigned) ss.ss_flags, ss.ss_size, ss.ss_sp == alt ? "ours" : "none");
}

static void *thread(void *arg)
{
    (void) arg;
    tell("thread");
    return NULL;
}

int main(int argc, char **argv)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    if (argc > 1) {
        tell("after exec");
        return 0;
    }
    MUST(sigaltstack(&ss, NULL) == 0);
    tell("main");
    thread_join(thread_start(thread, NULL));
    IN_CHILD(tell("fork"));
    IN_CHILD(execl("/proc/self/exe", argv[0], "x", NULL));
    pid_t pid = vfork();
    if (pid == 0) {
        stack_t now;
        raw(sigaltstack, NULL, &now);
        _exit(now.ss_size == sizeof(alt) ? 1 : now.ss_flags == SS_DISABLE ? 2 : 3);
    }
    show_status("vfork", reap(pid));
    tell("main");
    return t_end();
}
