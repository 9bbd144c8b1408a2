/* First process of the emulated host: loads KVM, runs every case of /cases natively and under elfuse, tells the console what
 * differed, and powers off. Two workers share the list.
 *
 * A case is one line of fields parted by \037: name, 1 if it is known to differ, the number n of words of the native command, its
 * words, the words of the command under elfuse. Console lines: "@same NAME ms ms", "@differ NAME ms ms" or "@unstable NAME ms ms"
 * (alike each time after the first) with "| …" lines of detail after it, "@end". Anything else is the kernel's or noise. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CASE_SECONDS 180
#define AGAIN 5 /* tests/stability.py */
#define OUTPUT_MAX (1u << 20)

struct result {
    char *out, *err; /* zero-terminated */
    size_t out_len;
    int status;
    long ms;
    bool timeout;
};

static _Noreturn void give_up(const char *what)
{
    printf("@broken %s: %s\n", what, strerror(errno));
    fflush(stdout);
    reboot(RB_AUTOBOOT);
    _exit(1);
}

static char *slurp(const char *path, size_t *len)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        give_up(path);
    char *p = calloc(1, (size_t) st.st_size + 1);
    if (!p || read(fd, p, (size_t) st.st_size) != st.st_size)
        give_up(path);
    close(fd);
    *len = (size_t) st.st_size;
    return p;
}

static void set_up(void)
{
    static const struct {
        const char *type, *on;
    } fs[] = {{"proc", "/proc"},      {"sysfs", "/sys"},     {"devtmpfs", "/dev"},
              {"devpts", "/dev/pts"}, {"tmpfs", "/dev/shm"}, {"tmpfs", "/tmp"}};
    for (size_t i = 0; i < sizeof(fs) / sizeof(*fs); i++) {
        mkdir(fs[i].on, 0755);
        if (mount(fs[i].type, fs[i].on, fs[i].type, 0, NULL) < 0)
            give_up(fs[i].on);
    }
    chmod("/tmp", 01777);
    chmod("/dev/shm", 01777);
    symlink("/proc/self/fd", "/dev/fd");
    symlink("/dev/pts/ptmx", "/dev/ptmx");

    size_t len;
    char *modules = slurp("/modules", &len);
    for (char *m = strtok(modules, "\n"); m; m = strtok(NULL, "\n")) {
        int fd = open(m, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
            give_up(m);
        close(fd);
    }
    if (access("/dev/kvm", R_OK | W_OK) < 0)
        give_up("/dev/kvm");

    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    if (s < 0 || ioctl(s, SIOCSIFFLAGS, &lo) < 0)
        give_up("lo");
    close(s);
    sethostname("emulated", 8);
    /* What a login on a usual system has. */
    struct rlimit files = {1024, 524288};
    setrlimit(RLIMIT_NOFILE, &files);
    int maps = open("/proc/sys/vm/max_map_count", O_WRONLY | O_CLOEXEC);
    if (maps < 0 || write(maps, "100000", 6) != 6) /* more than the default: many have a million */
        give_up("max_map_count");
    close(maps);
}

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void drain(int fd, char *buf, size_t *len)
{
    static char rest[65536];
    ssize_t n = *len < OUTPUT_MAX ? read(fd, buf + *len, OUTPUT_MAX - *len) : read(fd, rest, sizeof(rest));
    if (n > 0 && *len < OUTPUT_MAX)
        *len += (size_t) n;
}

/* A session, a directory and a clean environment of its own; no terminal, no input. */
static void run(char **argv, struct result *r)
{
    int out[2], err = memfd_create("stderr", MFD_CLOEXEC);
    char home[] = "/tmp/case.XXXXXX";
    if (pipe2(out, O_CLOEXEC) < 0 || err < 0 || !mkdtemp(home))
        give_up("run");
    long start = now_ms();
    pid_t pid = fork();
    if (pid < 0)
        give_up("fork");
    if (pid == 0) {
        char home_env[64], tmp_env[64];
        snprintf(home_env, sizeof(home_env), "HOME=%s", home);
        snprintf(tmp_env, sizeof(tmp_env), "TMPDIR=%s", home);
        char *env[] = {"PATH=/usr/bin:/bin", home_env, tmp_env, "LANG=C", NULL};
        int in = open("/dev/null", O_RDONLY);
        setsid();
        if (chdir(home) < 0 || dup2(in, 0) < 0 || dup2(out[1], 1) < 0 || dup2(err, 2) < 0)
            _exit(98);
        close(in);
        execve(argv[0], argv, env);
        dprintf(2, "%s: %s\n", argv[0], strerror(errno));
        _exit(99);
    }
    close(out[1]);
    int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0)
        give_up("pidfd_open");
    r->out = calloc(1, OUTPUT_MAX + 1);
    if (!r->out)
        give_up("memory");
    struct pollfd p[2] = {{out[0], POLLIN, 0}, {pidfd, POLLIN, 0}};
    while (p[0].fd >= 0 || p[1].fd >= 0) {
        long left = start + CASE_SECONDS * 1000 - now_ms();
        if (left <= 0) {
            r->timeout = true;
            break;
        }
        if (poll(p, 2, (int) left) <= 0)
            continue;
        if (p[0].fd >= 0 && (p[0].revents & POLLIN))
            drain(out[0], r->out, &r->out_len);
        else if (p[0].fd >= 0 && p[0].revents)
            p[0].fd = -1;
        if (p[1].fd >= 0 && p[1].revents)
            p[1].fd = -1;
    }
    /* The zombie, if it is one, still holds its number: the group is this case's. */
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    waitpid(pid, &r->status, 0);
    r->ms = now_ms() - start;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    off_t n = lseek(err, 0, SEEK_END);
    r->err = calloc(1, (size_t) n + 1);
    if (!r->err || pread(err, r->err, (size_t) n, 0) != n)
        give_up("stderr");
    close(err);
    close(out[0]);
    close(pidfd);
    pid_t rm = fork();
    if (rm == 0) {
        execl("/bin/busybox", "rm", "-rf", home, NULL);
        _exit(1);
    }
    waitpid(rm, NULL, 0);
}

static bool alike(const struct result *a, const struct result *b)
{
    return !a->timeout && !b->timeout && a->status == b->status && a->out_len == b->out_len &&
           !memcmp(a->out, b->out, a->out_len);
}

static void drop(struct result *r)
{
    free(r->out);
    free(r->err);
}

static FILE *report;

/* At most `max` lines of `s`, each marked; the last ones when `tail`. */
static void say_lines(const char *mark, const char *s, int max, bool tail)
{
    if (tail) {
        int lines = 0;
        const char *p = s + strlen(s);
        while (p > s && (p[-1] != '\n' || !p[0] || lines++ < max))
            p--;
        s = p;
    }
    while (*s && max-- > 0) {
        int n = (int) strcspn(s, "\n");
        fprintf(report, "| %s%.*s\n", mark, n > 200 ? 200 : n, s);
        s += n + (s[n] == '\n');
    }
}

static void say_end(const char *who, const struct result *r)
{
    if (r->timeout)
        fprintf(report, "| %s: no end within %d s\n", who, CASE_SECONDS);
    else if (WIFSIGNALED(r->status))
        fprintf(report, "| %s: killed by signal %d\n", who, WTERMSIG(r->status));
    else
        fprintf(report, "| %s: exit status %d\n", who, WEXITSTATUS(r->status));
}

static void run_case(char *line)
{
    char *word[256], **w = word;
    char *name = strsep(&line, "\037");
    bool known = atoi(strsep(&line, "\037"));
    int native_words = atoi(strsep(&line, "\037"));
    while (line && w < word + 250) {
        *w++ = strsep(&line, "\037");
        if (w - word == native_words)
            *w++ = NULL;
    }
    *w = NULL;

    struct result a = {0}, b = {0};
    run(word, &a);
    run(word + native_words + 1, &b);
    bool sound = !a.timeout && !strstr(a.out, "FAIL");
    bool same = sound && alike(&a, &b);
    /* What a host does one time in five natively is right. */
    for (int i = 0; i < AGAIN && sound && !same && !known && !b.timeout; i++) {
        struct result more = {0};
        run(word, &more);
        same = alike(&more, &b);
        drop(&more);
    }
    bool unstable = sound && !same && !known && !b.timeout;
    for (int i = 0, failed = 0; i < AGAIN && unstable; i++) {
        struct result more = {0};
        run(word + native_words + 1, &more);
        failed += !alike(&a, &more);
        unstable = failed * 2 < AGAIN;
        drop(&more);
    }

    char *text;
    size_t size;
    report = open_memstream(&text, &size);
    fprintf(report, "@%s %s %ld %ld\n", same ? "same" : unstable ? "unstable" : "differ", name, a.ms, b.ms);
    if (!sound)
        fprintf(report, "| wrong natively\n");
    char *wrong = strstr(a.out, "FAIL");
    if (wrong)
        say_lines("native: ", wrong, 2, false);
    if (!same) {
        size_t i = 0, from = 0;
        for (; i < a.out_len && i < b.out_len && a.out[i] == b.out[i]; i++)
            from = a.out[i] == '\n' ? i + 1 : from;
        if (i < a.out_len || i < b.out_len) {
            say_lines("native: ", a.out + from, 6, false);
            say_lines("elfuse: ", b.out + from, 6, false);
        }
        if (!sound || a.status != b.status || b.timeout) {
            say_end("native", &a);
            say_end("elfuse", &b);
        }
        say_lines("stderr: ", b.err, 12, true);
    }
    fclose(report);
    int lock = open("/lock", O_RDWR | O_CLOEXEC);
    flock(lock, LOCK_EX);
    for (size_t n = 0; n < size;) {
        ssize_t k = write(1, text + n, size - n);
        if (k <= 0)
            break;
        n += (size_t) k;
    }
    close(lock);
    free(text);
    drop(&a);
    drop(&b);
}

int main(int argc, char **argv)
{
    set_up();
    size_t len;
    char *cases = slurp("/cases", &len);
    static char *line[4096];
    unsigned count = 0, workers = argc > 1 && atoi(argv[1]) > 0 ? (unsigned) atoi(argv[1]) : 2;
    for (char *l = strtok(cases, "\n"); l && count < 4096; l = strtok(NULL, "\n"))
        line[count++] = l;
    close(open("/lock", O_CREAT | O_RDWR, 0600));
    atomic_uint *next = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    printf("@ready %ld ms\n", now_ms());
    fflush(stdout);
    for (unsigned i = 0; i < workers; i++) {
        pid_t pid = fork();
        if (pid < 0)
            give_up("worker");
        if (pid == 0) {
            prctl(PR_SET_CHILD_SUBREAPER, 1);
            unsigned mine;
            while ((mine = atomic_fetch_add(next, 1)) < count)
                run_case(line[mine]);
            _exit(0);
        }
    }
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
    printf("@end %ld ms\n", now_ms());
    fflush(stdout);
    tcdrain(1);
    reboot(RB_AUTOBOOT);
    return 1;
}
