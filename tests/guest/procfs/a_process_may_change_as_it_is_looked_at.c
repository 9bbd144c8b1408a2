/* covers: openat */
/* Files of a process that maps, executes, makes threads or ends can be opened as those of any other. */
#include "child.h"
#include "threads.h"

static const char *const all[] = {"stat", "statm", "status", "limits", "cmdline", "environ", "auxv", "maps", "sched"};
static int rounds;

/* Opening these asks for it. */
static bool needs_memory(const char *name)
{
    return strcmp(name, "environ") == 0 || strcmp(name, "auxv") == 0 || strcmp(name, "maps") == 0;
}

static void look_at(pid_t pid, const char *what)
{
    char path[64], buf[4096];
    const bool ended = strcmp(what, "ends") == 0;
    for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
        sprintf(path, "/proc/%d/%s", (int) pid, all[i]);
        int fd = open(path, O_RDONLY);
        if (fd < 0 && !(ended && errno == ESRCH && needs_memory(all[i])))
            printf("%s of one that %s: %s\n", all[i], what, errname(errno));
        if (fd >= 0 && strcmp(all[i], "status") == 0) {
            ssize_t n = read(fd, buf, sizeof buf - 1);
            buf[n < 0 ? 0 : n] = 0;
            const char *blocked = strstr(buf, "\nSigBlk:\t");
            if (!ended && !(blocked && strtoull(blocked + 9, NULL, 16) & 1ull << (SIGUSR1 - 1)))
                printf("one that %s blocks %.16s\n", what, blocked ? blocked + 9 : "-");
        }
        close(fd);
    }
}

static void maps(void)
{
    char *p[64];
    for (;;) {
        for (int i = 0; i < 64; i++)
            MUST((p[i] = mmap(NULL, T_PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                              0)) != MAP_FAILED);
        for (int i = 0; i < 64; i++)
            munmap(p[i], T_PAGE);
    }
}

static void *nothing(void *arg)
{
    return arg;
}

static void makes_threads(void)
{
    for (;;)
        thread_join(thread_start(nothing, NULL));
}

static void ends(void)
{
    _exit(0);
}

static void in_child(const char *what, void (*fn)(void), int times)
{
    int status;
    for (int i = 0; i < times; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
            fn();
        for (int k = 0; k < (times == 1 ? rounds : 1); k++)
            look_at(pid, what);
        kill(pid, SIGKILL);
        MUST(waitpid(pid, &status, 0) == pid);
    }
}

int main(void)
{
    sigset_t set;
    rounds = how_often(60, 3000);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    in_child("maps", maps, 1);
    in_child("makes threads", makes_threads, 1);
    in_child("ends", ends, rounds);
    return t_end();
}
