/* covers: fork setrlimit prlimit64 */
#include <sys/resource.h>

#include "child.h"
#include "maps.h"

/* Limits that leave a program no room to grow do not keep it from forking, since a fork opens no file, writes none, and the child's
 * memory is counted by itself. */
enum { SIZE = 8 << 20 };

static long status_kib(const char *key)
{
    char *text = read_all("/proc/self/status");
    MUST(text);
    long n = field(text, key);
    free(text);
    return n;
}

static void never(int sig)
{
    (void) sig;
    _exit(50);
}

static void under(const char *name, int what, rlim_t limit)
{
    show_status(name, IN_CHILD({
                    struct rlimit rl = {limit, limit};
                    MUST(setrlimit(what, &rl) == 0);
                    for (int i = 0; i < 2; i++)
                        show_status("  child", IN_CHILD({
                                        struct rlimit now;
                                        MUST(getrlimit(what, &now) == 0);
                                        CHECK(now.rlim_cur == limit && now.rlim_max == limit);
                                        show_status("  grandchild", IN_CHILD(_exit(4)));
                                        _exit(3);
                                    }));
                }));
}

int main(void)
{
    signal(SIGXFSZ, never);
    char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    memset(p, 1, SIZE);
    printf("start\n");
    under("nothing", RLIMIT_CORE, 0);
    under("length of files", RLIMIT_FSIZE, 0);
    under("number of descriptors", RLIMIT_NOFILE, 3);
    under("no descriptors", RLIMIT_NOFILE, 0);
    under("locked memory", RLIMIT_MEMLOCK, 0);
    under("stack", RLIMIT_STACK, 64 << 10);
    under("data", RLIMIT_DATA, 0);
    under("resident", RLIMIT_RSS, 0);
    under("message queues", RLIMIT_MSGQUEUE, 0);
    under("signals", RLIMIT_SIGPENDING, 0);
    under("address space", RLIMIT_AS, (rlim_t) status_kib("VmSize") << 10);
    under("a little more address space", RLIMIT_AS, ((rlim_t) status_kib("VmSize") << 10) + (1 << 20));
    /* all descriptors in use */
    struct rlimit rl;
    MUST(getrlimit(RLIMIT_NOFILE, &rl) == 0);
    rl.rlim_cur = rl.rlim_cur < 200 ? rl.rlim_cur : 200;
    MUST(setrlimit(RLIMIT_NOFILE, &rl) == 0);
    while (dup(1) >= 0)
        ;
    show("one more", dup(1));
    show_status("all descriptors in use", IN_CHILD({
                    show("one more", dup(1));
                    show_status("grandchild", IN_CHILD(_exit(4)));
                }));
    return t_end();
}
