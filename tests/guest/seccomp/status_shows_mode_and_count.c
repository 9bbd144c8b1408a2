/* covers: seccomp */
#include "../filter.h"

static void look(const char *path)
{
    printf("Seccomp %ld filters %ld NoNewPrivs %ld\n", status_field(path, "Seccomp:"),
           status_field(path, "Seccomp_filters:"), status_field(path, "NoNewPrivs:"));
}

int main(void)
{
    struct gate ready, done;
    char path[64];
    gate_init(&ready);
    gate_init(&done);
    look("/proc/self/status");
    pid_t pid = fork();
    if (pid == 0) {
        no_new_privs();
        for (int i = 0; i < 5; i++)
            MUST(filter_one(0, SYS_getppid, ERRNO(i)) == 0);
        look("/proc/self/status");
        look("/proc/thread-self/status");
        gate_open(&ready);
        gate_wait(&done);
        _exit(0);
    }
    gate_wait(&ready);
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    look(path);
    look("/proc/self/status");
    gate_open(&done);
    show_wait("child", pid);
    pid = fork();
    if (pid == 0) {
        char c;
        MUST(raw(seccomp, SECCOMP_SET_MODE_STRICT, 0, 0) == 0);
        raw(write, ready.fd[1], "g", 1);
        raw(read, done.fd[0], &c, 1);
        raw(exit, 0);
    }
    gate_wait(&ready);
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    look(path);
    gate_open(&done);
    show_wait("child", pid);
    return t_end();
}
