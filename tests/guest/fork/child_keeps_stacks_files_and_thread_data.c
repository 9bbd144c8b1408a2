/* covers: fork mmap sigaltstack */
#include "snapshot.h"
#include "threads.h"

/* Private memory of every other kind: mapped files (there, deleted, read-only until now), stacks of threads and of signal
 * handlers, thread-local data, memory that grows down. */
enum { SIZE = 1 << 20 };

static _Thread_local char local[64 << 10] __attribute__((aligned(4096)));

static char *map_file(const char *name, int prot, int fd)
{
    char *p = mmap(NULL, SIZE, prot, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) {
        printf("FAIL %s: %s\n", name, errname(errno));
        exit(1);
    }
    return p;
}

static __attribute__((noinline)) void here(const char *name)
{
    char area[64 << 10] __attribute__((aligned(4096)));
    snapshot_of(name, area, sizeof(area), T_PAGE);
}

static void *in_thread(void *arg)
{
    here("stack of a thread");
    snapshot_of("data of a thread", local, sizeof(local), T_PAGE);
    return arg;
}

static void handler(int sig)
{
    (void) sig;
    here("stack of a handler");
}

int main(void)
{
    int fd;
    char *p;
    printf("start\n");
    scratch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0 && ftruncate(fd, SIZE) == 0);
    snapshot_of("file", map_file("file", PROT_READ | PROT_WRITE, fd), SIZE, T_PAGE);
    p = map_file("read-only at first", PROT_READ, fd);
    for (size_t i = 0; i < SIZE; i += 2 * T_PAGE)
        CHECK(*(volatile char *) (p + i) == 0);
    MUST(mprotect(p, SIZE, PROT_READ | PROT_WRITE) == 0);
    snapshot_of("read-only at first", p, SIZE, T_PAGE);
    p = map_file("deleted", PROT_READ | PROT_WRITE, fd);
    unlink("f");
    close(fd);
    snapshot_of("deleted", p, SIZE, T_PAGE);
    MUST((fd = memfd_create("m", MFD_CLOEXEC)) >= 0 && ftruncate(fd, SIZE) == 0);
    p = map_file("memfd", PROT_READ | PROT_WRITE, fd);
    close(fd);
    snapshot_of("memfd", p, SIZE, T_PAGE);
    MUST((fd = open("/dev/zero", O_RDWR)) >= 0);
    snapshot_of("zero device", map_file("zero device", PROT_READ | PROT_WRITE, fd), SIZE, T_PAGE);
    close(fd);

    p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
    MUST(p != MAP_FAILED);
    snapshot_of("growing down", p, SIZE, T_PAGE);

    snapshot_of("data of the first thread", local, sizeof(local), T_PAGE);
    thread_join(thread_start(in_thread, NULL));

    stack_t ss = {.ss_sp = malloc(1 << 18), .ss_size = 1 << 18};
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    MUST(ss.ss_sp && sigaltstack(&ss, NULL) == 0 && sigaction(SIGUSR1, &sa, NULL) == 0);
    raise(SIGUSR1);
    return t_end();
}
