/* covers: execve prlimit64 */
/* svm: no (too much work, or memory, for the emulated host) */
#include <sys/resource.h>

#include "child.h"

static void try(char *path, const char *what, int argc, size_t len, int envc, size_t elen)
{
    char **args = calloc((size_t) argc + 2, sizeof(*args)), **env = calloc((size_t) envc + 1, sizeof(*env));
    char *word = malloc(len + 1), *eword = malloc(elen + 3);
    memset(word, 'a', len);
    word[len] = 0;
    memset(eword, 'e', elen + 2);
    eword[1] = '=';
    eword[elen + 2] = 0;
    args[0] = "count";
    for (int i = 1; i <= argc; i++)
        args[i] = word;
    for (int i = 0; i < envc; i++)
        env[i] = eword;
    int status = IN_CHILD({
        execve(path, args, env);
        printf("%s: %s\n", what, errname(errno));
        _exit(1);
    });
    show_status(what, status);
    free(args);
    free(env);
    free(word);
    free(eword);
}

extern char **environ;

int main(int argc, char **argv)
{
    static char path[PATH_MAX];
    struct rlimit rl;
    if (strcmp(argv[0], "count") == 0) {
        size_t a = 0, e = 0, n = 0;
        for (int i = 0; i < argc; i++)
            a += strlen(argv[i]) + 1;
        for (char **p = environ; *p; p++, n++)
            e += strlen(*p) + 1;
        printf("argc %d bytes %zu env %zu bytes %zu\n", argc, a, n, e);
        return 0;
    }
    MUST(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
    MUST(getrlimit(RLIMIT_STACK, &rl) == 0);
    rl.rlim_cur = 8 << 20;
    MUST(setrlimit(RLIMIT_STACK, &rl) == 0);
    try(path, "none", 0, 1, 0, 1);
    try(path, "10,000 short", 10000, 5, 0, 1);
    try(path, "1 MiB", 16, 65535, 3, 100);
    try(path, "1.9 MB in pieces", 19, 100000, 0, 1);
    try(path, "half of it environment", 9, 100000, 9, 100000);
    try(path, "131,071 bytes in one", 1, 131071, 0, 1);
    try(path, "131,072 bytes in one", 1, 131072, 0, 1);
    try(path, "10 MiB", 100, 104857, 0, 1);
    try(path, "10 MiB of environment", 0, 1, 100, 104857);
    try(path, "200,000 empty ones", 200000, 0, 0, 1);
    try(path, "300,000 empty ones", 300000, 0, 0, 1);
    rl.rlim_cur = 1 << 20;
    MUST(setrlimit(RLIMIT_STACK, &rl) == 0);
    try(path, "200 KiB with a small stack", 2, 100000, 0, 1);
    try(path, "300 KiB with a small stack", 3, 100000, 0, 1);
    return t_end();
}
