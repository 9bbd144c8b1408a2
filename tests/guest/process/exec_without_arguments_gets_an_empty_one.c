/* covers: execve */
#include "child.h"

extern char **environ;

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    if (getenv("STAGE")) {
        printf("argc %d argv[0] [%s] argv[1] %s\n", argc, argv[0] ? argv[0] : "(null)", argv[1] ? argv[1] : "(null)");
        return 5;
    }
    if (argc == 1 && argv[0][0] == 0) {
        printf("empty name, environment %s\n", environ[0] ? environ[0] : "(none)");
        return 6;
    }
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    MUST(n > 0);
    path[n] = 0;
    char *env[] = {"STAGE=2", NULL}, *none[] = {NULL};
    show_status("empty vector", IN_CHILD(raw(execve, path, none, env)));
    show_status("null vector", IN_CHILD(raw(execve, path, NULL, env)));
    show_status("null vectors", IN_CHILD(raw(execve, path, NULL, NULL)));
    return t_end();
}
