/* covers: execve */
/* svm: no (takes long there) */
#include "busy.h"

static char self[PATH_MAX];

static void ends(void)
{
    char was[16];
    snprintf(was, sizeof(was), "%d", (int) getpid());
    execl(self, self, was, (char *) NULL);
    _exit(1);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        char buf[4096];
        bool one = get_file("/proc/self/status", buf, sizeof(buf)) > 0 && strstr(buf, "Threads:\t1\n");
        _exit(getpid() == atoi(argv[1]) && one && raw(gettid) == getpid() ? 10 : 11);
    }
    MUST(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    busy_all(ends);
    return t_end();
}
