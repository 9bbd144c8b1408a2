/* covers: openat process_vm_readv process_vm_writev prctl */
/* A child that hides and shows itself (PR_SET_DUMPABLE) may be seen or not: what is seen is its own memory, at whichever moment. */
#include "t.h"
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/uio.h>

/* Where nothing of this program's is, and where a supervisor may lie. */
static const uint64_t outside[] = {0x400000, 0x7e9000000000, 0x7e8000000000};
enum { N = 3 };

/* How often something was there. */
static int found_by_file(pid_t p, int *opened)
{
    char path[64], byte;
    int found = 0;
    snprintf(path, sizeof path, "/proc/%d/mem", p);
    int fd = open(path, O_RDWR);
    if (fd < 0)
        return 0;
    ++*opened;
    for (int i = 0; i < N; i++)
        found += pread(fd, &byte, 1, (off_t) outside[i]) == 1;
    close(fd);
    return found;
}

static int found_by_call(pid_t p, int *seen, void *own)
{
    char byte;
    int found = 0;
    struct iovec local = {&byte, 1}, remote = {own, 1};
    *seen += process_vm_readv(p, &local, 1, &remote, 1, 0) == 1;
    for (int i = 0; i < N; i++) {
        remote.iov_base = (void *) outside[i];
        found += process_vm_readv(p, &local, 1, &remote, 1, 0) == 1;
    }
    return found;
}

int main(void)
{
    static char own = 1;
    int opened = 0, seen = 0, by_file = 0, by_call = 0, tries = how_often(1500, 20000);
    bool fixed = (uint64_t) &own < 0x800000; /* then this program itself is at the first place */
    if (geteuid() == 0)                      /* from whom nobody can hide */
        MUST(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            prctl(PR_SET_DUMPABLE, 0);
            prctl(PR_SET_DUMPABLE, 1);
        }
    }
    for (int i = 0; i < tries || !opened || !seen; i++) { /* the other one may have to be given its time first */
        by_file += found_by_file(p, &opened);
        by_call += found_by_call(p, &seen, &own);
    }
    MUST(kill(p, SIGKILL) == 0);
    MUST(waitpid(p, NULL, 0) == p);
    CHECK(opened > 0 && seen > 0);
    if (fixed)
        printf("this program lies there itself\n");
    else
        CHECK(by_file == 0 && by_call == 0);
    return t_end();
}
