/* covers: vfork execve pipe2 */
#include "child.h"

static volatile int err;

int main(int argc, char **argv)
{
    if (argc > 1) {
        printf("in the new program: %s %s\n", argv[1], getenv("WORD"));
        return 21;
    }
    char *const args[] = {argv[0], "hello", NULL}, *const env[] = {"WORD=world", NULL};
    char path[PATH_MAX];
    MUST(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
    path[readlink("/proc/self/exe", path, sizeof(path) - 1)] = 0;
    char *heap = malloc(100000);
    memset(heap, 7, 100000);
    for (int i = 0; i < 5; i++) {
        pid_t pid = vfork();
        MUST(pid >= 0);
        if (pid == 0) {
            execve("/nonexistent/program", args, env);
            err = errno;
            execve(path, args, env);
            _exit(1);
        }
        show_wait("child", pid);
        printf("first exec: %s\n", errname(err));
        for (int k = 0; k < 100000; k += 1000)
            CHECK(heap[k] == 7);
    }
    return t_end();
}
