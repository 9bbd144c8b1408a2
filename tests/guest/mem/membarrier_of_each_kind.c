/* covers: membarrier */
#include <sched.h>

#include "child.h"

/* The commands that there are anywhere: what they answer before registering, after, in a child, in another program. Those for
 * restartable sequences are left out. */
enum {
    QUERY = 0,
    GLOBAL = 1,
    GLOBAL_EXPEDITED = 2,
    REGISTER_GLOBAL = 4,
    PRIVATE = 8,
    REGISTER_PRIVATE = 16,
    CORE = 32,
    REGISTER_CORE = 64,
    REGISTRATIONS = 512
};

static void ask(const char *name)
{
    printf("%s: global %s", name, raw(membarrier, GLOBAL, 0, 0) ? errname(errno) : "ok");
    printf(", global expedited %s", raw(membarrier, GLOBAL_EXPEDITED, 0, 0) ? errname(errno) : "ok");
    printf(", private %s", raw(membarrier, PRIVATE, 0, 0) ? errname(errno) : "ok");
    printf(", core %s", raw(membarrier, CORE, 0, 0) ? errname(errno) : "ok");
    printf(", registered %lx\n", raw(membarrier, REGISTRATIONS, 0, 0));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        ask("after exec");
        return 0;
    }
    long all = raw(membarrier, QUERY, 0, 0);
    printf("offered: %lx\n", all & (GLOBAL | GLOBAL_EXPEDITED | REGISTER_GLOBAL | PRIVATE | REGISTER_PRIVATE | CORE |
                                    REGISTER_CORE | REGISTRATIONS));
    ask("at first");
    show("flags of what is not registered", raw(membarrier, PRIVATE, 1, 0));
    show("flags that an int has no place for", raw(membarrier, PRIVATE, 1ul << 32, 0));
    show("flags of the other", raw(membarrier, CORE, 1, 0));
    IN_CHILD(show("register core", raw(membarrier, REGISTER_CORE, 0, 0)); ask("child"));
    ask("here");
    if (vfork() == 0) { /* it shares the memory, and so what that is registered for */
        raw(membarrier, REGISTER_CORE, 0, 0);
        _exit(0);
    }
    ask("after vfork");
    show("register global", raw(membarrier, REGISTER_GLOBAL, 0, 0));
    ask("then");
    show("register private", raw(membarrier, REGISTER_PRIVATE, 0, 0));
    show("once more", raw(membarrier, REGISTER_PRIVATE, 0, 0));
    ask("then");
    IN_CHILD(ask("child"));
    IN_CHILD(execl("/proc/self/exe", argv[0], "x", (char *) NULL));
    show("flags", raw(membarrier, PRIVATE, 1, 0));
    show("flags of a question", raw(membarrier, QUERY, 1, 0));
    show("two at once", raw(membarrier, PRIVATE | GLOBAL, 0, 0));
    show("negative", raw(membarrier, -1, 0, 0));
    show("a processor without the flag", raw(membarrier, PRIVATE, 0, 5));
    return t_end();
}
