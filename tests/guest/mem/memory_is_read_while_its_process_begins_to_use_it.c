/* covers: process_vm_readv */
#include <sys/prctl.h>
#include <sys/uio.h>

#include "child.h"

enum { MIB = 1 << 20, STEP = 64 * MIB, STEPS = 200 };

/* Neither is the memory of another process out of reach for the moment in which it is used for the first time, nor does a call give zeros for what was
 * written before something else that the same call sees. */
int main(void)
{
    volatile int *shared = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    volatile char *at =
        mmap(NULL, (size_t) STEPS * STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(shared != MAP_FAILED && at != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
        for (int i = 0; i < STEPS; i++) {
            shared[0] = i;
            for (volatile int k = 0; k < 100000; k++)
                ;
            at[(size_t) i * STEP + T_PAGE] = 1;
            __atomic_store_n(&shared[1], i + 1, __ATOMIC_RELEASE);
        }
        __atomic_store_n(&shared[2], 1, __ATOMIC_RELEASE);
        pause();
        _exit(1);
    }
    long good = 0, bad = 0, stale = 0;
    while (!__atomic_load_n(&shared[2], __ATOMIC_ACQUIRE)) {
        const int done = __atomic_load_n(&shared[1], __ATOMIC_ACQUIRE), i = shared[0];
        char byte = 9;
        const struct iovec to = {&byte, 1}, from = {(char *) at + (size_t) i * STEP + T_PAGE, 1};
        const long r = process_vm_readv(pid, &to, 1, &from, 1, 0);
        good += r == 1;
        bad += r != 1;
        stale += r == 1 && byte != 1 && (byte != 0 || done > i);
    }
    CHECK(good > 0);
    printf("%ld refused, %ld too old\n", bad, stale);
    kill(pid, SIGKILL);
    reap(pid);
    munmap((void *) at, (size_t) STEPS * STEP);

    static char room[24 * MIB];
    int wrong = 0;
    for (int n = 0; n < 12; n++) {
        at = mmap(NULL, 16 * STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        shared[0] = 0;
        pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
            at[1] = 5;
            shared[0] = 1;
            while (shared[0] != 2)
                ;
            for (volatile int k = 0; k < n * 1000000; k++)
                ;
            at[8 * STEP] = 1;
            __atomic_store_n(&at[0], 1, __ATOMIC_RELEASE);
            pause();
            _exit(1);
        }
        while (shared[0] != 1)
            ;
        char first = 9, later = 9;
        const struct iovec to[] = {{room, sizeof room}, {&later, 1}, {&first, 1}},
                           from[] = {
                               {(char *) at + 2 * STEP, sizeof room}, {(char *) at, 1}, {(char *) at + 8 * STEP, 1}};
        shared[0] = 2;
        if (process_vm_readv(pid, to, 3, from, 3, 0) != (long) sizeof room + 2)
            wrong++;
        else if (later == 1)
            wrong += first != 1;
        kill(pid, SIGKILL);
        reap(pid);
        munmap((void *) at, 16 * STEP);
    }
    show("wrong", wrong);
    return t_end();
}
