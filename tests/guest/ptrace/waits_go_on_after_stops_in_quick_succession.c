/* covers: ptrace nanosleep clock_nanosleep poll futex */
/* A wait with an end that is stopped, let go on and stopped again before it has got far sees nothing of that: no handler ran. */
#include "ptrace.h"
#include "threads.h"

enum { STOPS = 2000, KINDS = 5, MS = 200 };

static const char *const names[KINDS] = {"nanosleep", "clock_nanosleep", "poll", "futex", "select"};

static struct shared {
    long result, took_ms;
    uint32_t word;
} * at;

static long waits(int kind)
{
    struct timespec ts = {0, MS * 1000000l}, rem;
    struct timeval tv = {0, MS * 1000};
    struct pollfd none = {.fd = -1};
    switch (kind) {
    case 0:
        return raw(nanosleep, &ts, &rem);
    case 1:
        return raw(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL);
    case 2:
        return raw(poll, &none, 1, MS);
    case 3:
        return futex(&at->word, FUTEX_WAIT, 0, &ts, NULL, 0);
    default:
        return raw(select, 0, NULL, NULL, NULL, &tv);
    }
}

int main(void)
{
    at = shared_mem(T_PAGE);
    for (int kind = 0; kind < KINDS; kind++) {
        struct gate ready, go;
        int status = 0, stops = 0, ended = 0;
        gate_init(&ready);
        gate_init(&go);
        pid_t p = fork();
        MUST(p >= 0);
        if (p == 0) {
            let_trace();
            gate_open(&ready);
            gate_wait(&go);
            int64_t from = now_ns(CLOCK_MONOTONIC);
            long r = waits(kind);
            at->result = r < 0 ? -errno : r;
            at->took_ms = (now_ns(CLOCK_MONOTONIC) - from) / 1000000;
            _exit(0);
        }
        gate_wait(&ready);
        MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
        gate_open(&go);
        until_state(p, p, "S");
        while (stops++ < STOPS && !ended && ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0) {
            status = next_status(p);
            ended = !WIFSTOPPED(status);
            if (!ended)
                MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
        }
        while (!ended) {
            status = next_status(p);
            ended = !WIFSTOPPED(status);
            if (!ended)
                ptrace(PTRACE_CONT, p, NULL, NULL);
        }
        if (at->result < 0)
            printf("%s: %s", names[kind], errname((int) -at->result));
        else
            printf("%s: %ld", names[kind], at->result);
        printf(", %s\n", at->took_ms >= MS - 1 ? "at its end" : "before its end");
        show_status("tracee", status);
    }
    return t_end();
}
