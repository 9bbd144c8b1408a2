/* covers: seccomp execve execveat */
#include "../filter.h"

int main(int argc, char **argv)
{
    char *again[] = {argv[0], "again", NULL}, *third[] = {argv[0], "third", NULL};
    if (argc == 1) {
        no_new_privs();
        MUST(filter_one(0, SYS_getppid, ERRNO(EXFULL)) == 0);
        MUST(INSTALL(0, LOAD_NR, EQ(SYS_getpgid, 0, 3), LOAD_ARG(0), EQ(77, 0, 1), RET(ERRNO(EBADE)),
                     RET(SECCOMP_RET_ALLOW)) == 0);
        execv("/proc/self/exe", again);
        MUST(0);
    }
    printf("%s: mode %ld, filters %ld, no new privileges %ld\n", argv[1], raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0),
           status_field("/proc/self/status", "Seccomp_filters:"), raw(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    show("getppid", syscall(SYS_getppid));
    show("getpgid of 77", syscall(SYS_getpgid, 77));
    show_ok("getpgid of 0", syscall(SYS_getpgid, 0));
    if (strcmp(argv[1], "again") == 0) {
        MUST(filter_one(0, SYS_execve, ERRNO(EDOTDOT)) == 0);
        show("execve", execv("/proc/self/exe", third));
        show("a bad execveat", raw(execveat, -1, "", third, environ, AT_EMPTY_PATH));
        int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        raw(execveat, fd, "", third, environ, AT_EMPTY_PATH);
        MUST(0);
    }
    show("execve", execv("/proc/self/exe", third));
    return t_end();
}
