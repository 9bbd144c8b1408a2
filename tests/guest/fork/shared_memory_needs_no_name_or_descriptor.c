/* covers: fork mmap munmap memfd_create shmat shmget shmctl shmdt mremap ftruncate */
#include <sys/shm.h>

#include "child.h"
#include "fault.h"

/* Shared memory whose file is deleted, whose descriptor is closed, whose segment is removed: both sides still share it, on pages
 * written before the fork, first by the child, first by the parent, and by a grandchild. */
enum { SIZE = 64 * T_PAGE };

static void *map(int prot, int fd, off_t off, size_t size)
{
    void *p = mmap(NULL, size, prot, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, off);
    MUST(p != MAP_FAILED);
    return p;
}

/* Page 0: before the fork; 1: by the child; 2: by the parent afterwards; 3: by a grandchild. */
static void try(const char *name, volatile char *p)
{
    struct gate a, b;
    gate_init(&a);
    gate_init(&b);
    p[0] = 10;
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        p[T_PAGE] = 11;
        gate_open(&b);
        gate_wait(&a);
        int sum = p[0] + p[2 * T_PAGE];
        MUST(IN_CHILD({
                 sum += p[T_PAGE];
                 p[3 * T_PAGE] = (char) sum;
             }) == 0);
        CHECK(p[3 * T_PAGE] == sum + 11);
        p[0]++;
        _exit(0);
    }
    gate_wait(&b);
    int first = p[T_PAGE];
    p[2 * T_PAGE] = 12;
    gate_open(&a);
    show_wait(name, pid);
    printf("  %d %d %d %d\n", p[0], first, p[2 * T_PAGE], p[3 * T_PAGE]);
    for (int i = 0; i < 2; i++) {
        close(a.fd[i]);
        close(b.fd[i]);
    }
}

static int file_of(size_t size)
{
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
    MUST(fd >= 0 && ftruncate(fd, (off_t) size) == 0);
    return fd;
}

int main(void)
{
    int fd, id;
    char *p, *q;
    fault_catch();
    scratch();
    MUST((fd = memfd_create("m", MFD_CLOEXEC)) >= 0 && ftruncate(fd, SIZE) == 0);
    p = map(PROT_READ | PROT_WRITE, fd, 0, SIZE);
    close(fd);
    try("memfd, closed", p);
    fd = file_of(SIZE);
    p = map(PROT_READ | PROT_WRITE, fd, 0, SIZE);
    close(fd);
    try("file, closed", p);
    unlink("f");
    try("file, deleted", p);
    MUST((fd = open(".", O_TMPFILE | O_RDWR, 0600)) >= 0 && ftruncate(fd, 2 * SIZE) == 0);
    p = map(PROT_READ | PROT_WRITE, fd, SIZE, SIZE);
    try("file without a name, from the middle on", p);
    /* what the file holds is what the memory holds */
    char byte = 0;
    MUST(pread(fd, &byte, 1, SIZE) == 1);
    printf("  in the file: %d\n", byte);
    close(fd);
    MUST((fd = open("/dev/zero", O_RDWR)) >= 0);
    p = map(PROT_READ | PROT_WRITE, fd, 0, SIZE);
    close(fd);
    try("zero device", p);
    if ((fd = open("/dev/shm", O_TMPFILE | O_RDWR, 0600)) >= 0) {
        MUST(ftruncate(fd, SIZE) == 0);
        p = map(PROT_READ | PROT_WRITE, fd, 0, SIZE);
        close(fd);
    }
    try("file in memory", p);

    MUST((id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600)) >= 0);
    MUST((p = shmat(id, NULL, 0)) != (void *) -1);
    try("System V", p);
    MUST((q = shmat(id, NULL, 0)) != (void *) -1);
    try("System V, attached twice", q);
    CHECK(p[0] == q[0] && p[3 * T_PAGE] == q[3 * T_PAGE]);
    show("remove", shmctl(id, IPC_RMID, NULL));
    try("System V, removed", p);
    show("detach", shmdt(q));
    show_status("child that detaches", IN_CHILD({
                    CHECK(shmdt(p) == 0);
                    show_read("  detached", p);
                }));
    try("System V, removed and attached once", p);

    /* two addresses of one memory stay two addresses of one memory */
    p = map(PROT_READ | PROT_WRITE, -1, 0, SIZE);
    MUST((q = mremap(p, 0, SIZE, MREMAP_MAYMOVE)) != MAP_FAILED);
    try("anonymous, at a second address", q);
    show_status("child", IN_CHILD({
                    p[5 * T_PAGE] = 50;
                    CHECK(q[5 * T_PAGE] == 50 && q[0] == p[0]);
                    MUST(munmap(p, SIZE) == 0);
                    q[6 * T_PAGE] = 60;
                }));
    printf("  %d %d\n", q[5 * T_PAGE], p[6 * T_PAGE]);

    /* rights are of one side, memory is of both */
    MUST(mprotect(p, SIZE, PROT_READ) == 0);
    show_status("child", IN_CHILD({
                    show_write("  read-only", p);
                    MUST(mprotect(p, SIZE, PROT_READ | PROT_WRITE) == 0);
                    p[7 * T_PAGE] = 70;
                }));
    show_write("still read-only", p);
    printf("  %d\n", p[7 * T_PAGE]);
    return t_end();
}
