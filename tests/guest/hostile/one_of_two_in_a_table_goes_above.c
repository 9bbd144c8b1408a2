/* covers: clone setrlimit dup2 */
/* Of two processes with one descriptor table one uses high numbers and ends; the other goes on with what it has. */
#include <sys/resource.h>

#include "child.h"
#include "threads.h"

static void *nothing(void *arg)
{
    return arg;
}

int main(void)
{
    for (int i = 0; i < 3; i++) {
        pid_t pid = (pid_t) raw(clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) {
            struct rlimit lim;
            getrlimit(RLIMIT_NOFILE, &lim);
            lim.rlim_cur = lim.rlim_max < 4000 ? lim.rlim_max : 4000;
            setrlimit(RLIMIT_NOFILE, &lim);
            int high = (int) lim.rlim_cur - 1;
            CHECK(dup2(1, high) == high && close(high) == 0);
            raw(exit_group, t_failures);
        }
        show_wait("child", pid);
        thread_join(thread_start(nothing, NULL));
        show_status("another child", IN_CHILD(thread_join(thread_start(nothing, NULL))));
    }
    return t_end();
}
