/* covers: execve prctl */
/* What programs that write over their arguments (setproctitle) show as their command line. */
#include <sys/prctl.h>

#include "child.h"

static char *args, *args_end, *env_end;

static void show_title(const char *name)
{
    static char buf[4 * T_PAGE];
    ssize_t n = get_file("/proc/self/cmdline", buf, sizeof buf);
    unsigned sum = 0;
    for (ssize_t i = 0; i < n; i++)
        sum = sum * 31 + (unsigned char) buf[i];
    printf("%s: %zd bytes, last %d, sum %u, %.20s\n", name, n, n > 0 ? buf[n - 1] : -1, sum, buf);
}

static void titles(void)
{
    args_end[-1] = 'x';
    show_title("last byte");
    strcpy(args, "title");
    show_title("shorter than the arguments");
    memset(args, 'a', (size_t) (args_end - args) + 10);
    args_end[10] = 0;
    show_title("into the environment");
    memset(args, 'b', (size_t) (env_end - args));
    show_title("all of the environment");
    memset(args, 'c', (size_t) (args_end - args));
    args_end[0] = 0;
    show_title("the arguments exactly");
    memset(args, 'd', (size_t) (env_end - args));
    show("environment elsewhere",
         raw(prctl, PR_SET_MM, PR_SET_MM_ENV_START, args_end + 1, 0, 0) == 0 || errno == EPERM);
    show_title("with it");
    show("and back", raw(prctl, PR_SET_MM, PR_SET_MM_ENV_START, args_end, 0, 0) == 0 || errno == EPERM);
}

int main(int argc, char **argv)
{
    static char path[PATH_MAX], large[2 * T_PAGE];
    if (argc > 1) {
        args = argv[0];
        args_end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
        char **last = environ;
        while (last[1])
            last++;
        env_end = *last + strlen(*last) + 1;
        titles();
        return t_end();
    }
    MUST(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
    for (int i = 0; i < 2; i++) {
        memset(large, 'v', sizeof large);
        large[i ? sizeof large - 1 : 30] = 0;
        char *a[] = {"zero", "first", NULL}, *env[] = {"A=1", large, NULL};
        pid_t pid = fork();
        if (pid == 0) {
            execve(path, a, env);
            _exit(1);
        }
        show_wait("child", pid);
    }
    return t_end();
}
