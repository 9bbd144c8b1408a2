/* covers: exit_group execve kill */
/* svm: no (takes long there) */
/* 64 threads, or 16, spin (some), block in calls of several kinds, or come and go, while one ends the process: by exit_group, by a signal, by a fault, or by
 * execve, from the leader or another. */
#include <sys/epoll.h>

#include "child.h"
#include "threads.h"

static int p[2], ep;
static uint32_t word;
static _Atomic uint32_t ready;
static intptr_t many = 64;
static char self[PATH_MAX];

static void *nothing(void *arg)
{
    return arg;
}

static void *busy(void *arg)
{
    struct timespec ts = {1000, 0};
    struct epoll_event ev;
    char c;
    atomic_fetch_add(&ready, 1);
    for (;;)
        switch ((intptr_t) arg < 8 ? (intptr_t) arg : 2 + (intptr_t) arg % 4) {
        case 0:
        case 1:
            __asm__ volatile("pause");
            break;
        case 2:
            (void) !read(p[0], &c, 1);
            break;
        case 3:
            futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0);
            break;
        case 4:
            epoll_wait(ep, &ev, 1, -1);
            break;
        case 5:
            nanosleep(&ts, NULL);
            break;
        case 6:
            raw(getppid);
            break;
        default: {
            pthread_t th;
            if (pthread_create(&th, NULL, nothing, NULL) == 0)
                pthread_join(th, NULL);
        }
        }
    return NULL;
}

static void *ends(void *arg)
{
    while (atomic_load(&ready) < (uint32_t) many)
        sched_yield();
    switch ((intptr_t) arg) {
    case 0:
        _exit(9);
    case 1:
        raw(kill, getpid(), SIGKILL);
        break;
    case 2:
        raw(kill, getpid(), SIGTERM);
        break;
    case 3:
        *(volatile char *) BAD_PTR = 0;
        break;
    case 4: {
        char was[16];
        snprintf(was, sizeof was, "%d", (int) getpid());
        execl(self, self, was, (char *) NULL);
        _exit(1);
    }
    }
    for (;;)
        pause();
    return NULL;
}

int main(int argc, char **argv)
{
    static const char *const how[] = {"exit_group", "SIGKILL", "SIGTERM", "fault", "execve"};
    if (argc > 1) {
        char buf[4096];
        bool one = get_file("/proc/self/status", buf, sizeof buf) > 0 && strstr(buf, "Threads:\t1\n");
        _exit(getpid() == atoi(argv[1]) && one && raw(gettid) == getpid() ? 10 : 11);
    }
    MUST(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    MUST(pipe2(p, O_CLOEXEC) == 0 && (ep = epoll_create1(EPOLL_CLOEXEC)) >= 0);
    for (intptr_t k = 0; k < 10; k++) {
        printf("%s by %s: ", how[k / 2], k & 1 ? "another" : "the leader");
        fflush(stdout);
        show_status("", IN_CHILD({
                        pthread_attr_t at;
                        pthread_t th;
                        pthread_attr_init(&at);
                        pthread_attr_setstacksize(&at, 65536);
                        many = k & 1 ? 64 : 16;
                        for (intptr_t i = 0; i < many; i++)
                            MUST(pthread_create(&th, &at, busy, (void *) i) == 0);
                        if (k & 1)
                            thread_join(thread_start(ends, (void *) (k / 2)));
                        ends((void *) (k / 2));
                    }));
    }
    return t_end();
}
