/* covers: execve execveat */
/* Started by a symlink of its own name to /proc/self/exe a program is itself, as by that name. */
#include <sys/auxv.h>
#include <sys/prctl.h>

#include "t.h"

static int again(const char *how)
{
    char self[PATH_MAX] = "", comm[17] = "";
    MUST(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    prctl(PR_GET_NAME, comm);
    const char *name = strrchr(self, '/'), *execfn = (const char *) getauxval(AT_EXECFN);
    printf("%s: %s, comm %s, execfn %s\n", how, name ? name + 1 : self, comm, execfn);
    return t_end();
}

static void start(const char *how, const char *path, int dirfd)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *args[] = {"program", (char *) how, NULL};
        if (dirfd >= 0)
            raw(execveat, dirfd, path, args, environ, 0);
        else
            execv(path, args);
        show(how, -1);
        _exit(1);
    }
    show_wait(how, pid);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return again(argv[1]);
    scratch();
    MUST(symlink("/proc/self/exe", "link") == 0 && symlink("link", "further") == 0 && mkdir("dir", 0755) == 0);
    MUST(symlink("/proc/self", "self") == 0);
    int dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    MUST(dir >= 0);
    start("link", "link", -1);
    start("further", "./dir/../further", -1);
    start("by a directory", "self/exe", -1);
    start("at a descriptor", "/proc/self/exe", dir);
    return t_end();
}
