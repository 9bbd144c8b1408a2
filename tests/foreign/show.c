/* One program of many small acts, for tests/foreign/run: it is built for several architectures, and tells what it sees of itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void print_file(const char *path)
{
    char buf[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf);
    printf("%s:", path);
    for (ssize_t i = 0; i < n; i++)
        putchar(buf[i] && buf[i] != '\n' ? buf[i] : '|');
    puts(n < 0 ? " none" : "");
    close(fd);
}

static int show(char **v)
{
    char link[4096];
    ssize_t n = readlink("/proc/self/exe", link, sizeof link);
    for (int i = 0; v[i]; i++)
        printf("arg %d: %s\n", i, v[i]);
    printf("execfn: %s\nexe: %.*s\n", (const char *) getauxval(AT_EXECFN), (int) n, link);
    print_file("/proc/self/comm");
    print_file("/proc/self/cmdline");
    return 0;
}

static int failed(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 9;
}

static int await(pid_t pid)
{
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return failed("wait");
    if (WIFSIGNALED(status))
        printf("signal %d\n", WTERMSIG(status));
    else
        printf("status %d\n", WEXITSTATUS(status));
    return 0;
}

static int start(const char *how, char **v)
{
    if (strcmp(how, "exec") == 0)
        execv(v[0], v);
    else if (strcmp(how, "execp") == 0)
        execvp(v[0], v);
    else if (strcmp(how, "argv0") == 0) /* argv0 PATH ARG0 ARG... */
        execv(v[0], v + 1);
    else if (strcmp(how, "noargs") == 0)
        execv(v[0], (char *[]){NULL});
    else if (strcmp(how, "noenv") == 0)
        execve(v[0], v, (char *[]){NULL});
    else if (strcmp(how, "fexec") == 0)
        fexecve(open(v[0], O_RDONLY), v, environ);
    else if (strcmp(how, "fexec_path") == 0)
        fexecve(open(v[0], O_PATH), v, environ);
    else if (strcmp(how, "fexec_cloexec") == 0)
        fexecve(open(v[0], O_RDONLY | O_CLOEXEC), v, environ);
    else if (strcmp(how, "execat") == 0) /* execat DIR NAME ARG... */
        syscall(SYS_execveat, open(v[0], O_PATH), v[1], v + 1, environ, 0);
    else if (strcmp(how, "execat_nofollow") == 0)
        syscall(SYS_execveat, AT_FDCWD, v[0], v, environ, AT_SYMLINK_NOFOLLOW);
    return failed(how);
}

static int vforked(char **v)
{
    pid_t pid = vfork();
    if (pid == 0) {
        execv(v[0], v);
        _exit(errno == ENOENT ? 127 : 126);
    }
    return await(pid);
}

static int forked(char **v)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        execv(v[0], v);
        _exit(errno == ENOENT ? 127 : 126);
    }
    return await(pid);
}

static int spawned(char **v)
{
    pid_t pid;
    errno = posix_spawn(&pid, v[0], NULL, NULL, v, environ);
    return errno ? failed("spawn") : await(pid);
}

static int descriptors(void)
{
    for (int fd = 0; fd < 64; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags >= 0)
            printf("%d%s\n", fd, flags & FD_CLOEXEC ? " cloexec" : "");
    }
    int fd = open("/dev/null", O_RDONLY);
    printf("next: %d\n", fd);
    return 0;
}

/* Whose names the mappings bear; the translator's must not be among them. */
static int maps(void)
{
    char line[4096];
    FILE *f = fopen("/proc/self/maps", "r");
    int own = 0, stack = 0, translator = 0;
    while (f && fgets(line, sizeof line, f)) {
        own |= strstr(line, "/" PROGRAM_DIRECTORY "/") != NULL;
        stack |= strstr(line, "[stack]") != NULL;
        translator |= strstr(line, "qemu") != NULL;
    }
    printf("own %d, stack %d, translator %d\n", own, stack, translator);
    return 0;
}

static int identity(void)
{
    printf("secure %lu, ids %d %d %d %d, told %lu %lu %lu %lu\n", getauxval(AT_SECURE), getuid(), geteuid(), getgid(),
           getegid(), getauxval(AT_UID), getauxval(AT_EUID), getauxval(AT_GID), getauxval(AT_EGID));
    return 0;
}

static int name(const char *new)
{
    char got[32] = "";
    prctl(PR_GET_NAME, got);
    printf("%s\n", got);
    prctl(PR_SET_NAME, new);
    prctl(PR_GET_NAME, got);
    printf("%s\n", got);
    print_file("/proc/self/comm");
    return 0;
}

static int die(const char *how)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (strcmp(how, "fault") == 0)
        *(volatile int *) (strlen(how) - 5) = 1;
    if (strcmp(how, "abort") == 0)
        abort();
    kill(getpid(), atoi(how));
    return 9;
}

static int machine(void)
{
    struct utsname u;
    uname(&u);
    puts(u.machine);
    return 0;
}

static int hold(void)
{
    char c;
    puts("ready");
    fflush(stdout);
    return read(0, &c, 1) == 0 ? 0 : 9;
}

/* How many MiB there are before ENOMEM: said only where they are not from `low` to `high`. */
static int memory(int low, int high)
{
    int n = 0;
    char *p;
    while (n < 4096 &&
           (p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED) {
        p[n % 4096] = 1;
        n++;
    }
    if (n < low || n > high)
        printf("%d MiB, not %d to %d\n", n, low, high);
    return n == 4096 || errno == ENOMEM ? 0 : failed("mmap");
}

int main(int argc, char **argv)
{
    const char *act = argc > 1 ? argv[1] : "show", *value = argc > 2 ? argv[2] : "";
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(act, "start") == 0)
        return argc > 3 ? start(value, argv + 3) : 9;
    if (strcmp(act, "vfork") == 0)
        return vforked(argv + 2);
    if (strcmp(act, "fork") == 0)
        return forked(argv + 2);
    if (strcmp(act, "spawn") == 0)
        return spawned(argv + 2);
    if (strcmp(act, "descriptors") == 0)
        return descriptors();
    if (strcmp(act, "memory") == 0)
        return argc > 3 ? memory(atoi(value), atoi(argv[3])) : 9;
    if (strcmp(act, "maps") == 0)
        return maps();
    if (strcmp(act, "identity") == 0)
        return identity();
    if (strcmp(act, "name") == 0)
        return name(value);
    if (strcmp(act, "die") == 0)
        return die(value);
    if (strcmp(act, "machine") == 0)
        return machine();
    if (strcmp(act, "hold") == 0)
        return hold();
    if (strcmp(act, "exit") == 0)
        return atoi(value);
    if (strcmp(act, "env") == 0)
        for (char **e = environ; *e; e++)
            puts(*e);
    return strcmp(act, "env") ? show(argv) : 0;
}
