/* covers: nanosleep poll futex clock_nanosleep restart_syscall kill */
#include <linux/futex.h>

#include "child.h"

/* A sleep that was stopped and continued (restart_syscall) ends when the first one would have, not later. */
static uint32_t word;
#define LONG 400000000l

static void c_nanosleep(void)
{
    struct timespec ts = {0, LONG};
    CHECK(raw(nanosleep, &ts, &ts) == 0);
}

static void c_clock(void)
{
    struct timespec ts = {0, LONG};
    CHECK(raw(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL) == 0);
}

static void c_poll(void)
{
    CHECK(raw(poll, NULL, 0, LONG / 1000000) == 0);
}

static void c_futex(void)
{
    struct timespec ts = {0, LONG};
    CHECK(raw(futex, &word, FUTEX_WAIT, 0, &ts, NULL, 0) == -1 && errno == ETIMEDOUT);
}

static void c_select(void)
{
    long tv[2] = {0, LONG / 1000};
    CHECK(raw(select, 0, NULL, NULL, NULL, tv) == 0);
}

static const struct {
    const char *name;
    void (*call)(void);
} calls[] = {{"nanosleep", c_nanosleep},
             {"clock_nanosleep", c_clock},
             {"poll", c_poll},
             {"futex", c_futex},
             {"select", c_select}};

int main(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        int64_t *took = shared_mem(T_PAGE);
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            int64_t t0 = now_ns(CLOCK_MONOTONIC);
            __atomic_store_n(&took[1], 1, __ATOMIC_SEQ_CST);
            calls[i].call();
            took[0] = now_ns(CLOCK_MONOTONIC) - t0;
            _exit(t_failures);
        }
        while (!__atomic_load_n(&took[1], __ATOMIC_SEQ_CST))
            sched_yield();
        until_state(pid, pid, "S");
        for (int n = 0; n < 5; n++) {
            kill(pid, SIGSTOP);
            MUST(waitpid(pid, &status, WUNTRACED) == pid);
            if (!WIFSTOPPED(status))
                break;
            kill(pid, SIGCONT);
            until_state(pid, pid, "SZ");
        }
        show_status(calls[i].name, WIFSTOPPED(status) ? reap(pid) : status);
        CHECK(took[0] >= LONG);
    }
    return t_end();
}
