/* covers: vfork kill mmap munmap */
/* svm: no (killer and victim want a processor each) */
/* A child that shares memory is killed in the middle of whatever it does; the parent goes on. */
#pragma GCC diagnostic ignored "-Wclobbered"
#include "threads.h"

static atomic_int child;
static atomic_bool stop;

static void *killer(void *arg)
{
    unsigned seed = 1;
    while (!atomic_load(&stop)) {
        int pid = atomic_exchange(&child, 0);
        if (!pid) {
            sched_yield();
            continue;
        }
        for (unsigned i = rand_r(&seed) % 3000; i; i--)
            __asm__ volatile("pause");
        kill(pid, SIGKILL);
    }
    return arg;
}

int main(void)
{
    pthread_t th = thread_start(killer, NULL);
    int killed = 0;
    alarm(100);
    for (int i = 0; i < 400; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            atomic_store(&child, getpid());
            for (int k = 0; k < 1000; k++) {
                char *p = mmap(NULL, 64 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                p[k % 64 * T_PAGE] = 1;
                mprotect(p, T_PAGE, PROT_READ);
                munmap(p, 64 * T_PAGE);
            }
            _exit(0);
        }
        int status;
        MUST(waitpid(pid, &status, 0) == pid);
        killed += WIFSIGNALED(status);
        void *p = mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        MUST(p != MAP_FAILED);
        munmap(p, T_PAGE);
    }
    atomic_store(&stop, true);
    thread_join(th);
    CHECK(killed > 20);
    return t_end();
}
