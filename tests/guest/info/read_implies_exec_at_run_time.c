/* covers: personality mmap mprotect brk shmat */
/* translated: no (it runs code of x86-64) */
#include <sys/personality.h>
#include <sys/shm.h>

#include "child.h"
#include "threads.h"

static void show_rights(const char *name, void *p)
{
    char rights[8] = "-";
    FILE *f = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long start, end;
    MUST(f);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3 && start <= (unsigned long) p &&
            (unsigned long) p < end)
            break;
    fclose(f);
    printf("%s %s\n", name, rights);
}

static void call(void *p)
{
    *(uint8_t *) p = 0xc3;
    ((void (*)(void)) p)();
    printf("ran\n");
}

static void *map(int prot, int flags, int fd)
{
    return mmap(NULL, T_PAGE, prot, flags, fd, 0);
}

static void memory(void)
{
    char *p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    show_rights("mmap", p);
    call(p);
    show_rights("not readable", map(PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1));
    p = map(PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1);
    static const int prots[] = {PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE, PROT_NONE, PROT_READ | PROT_EXEC};
    for (unsigned i = 0; i < ARRAY_SIZE(prots); i++) {
        MUST(mprotect(p, T_PAGE, prots[i]) == 0);
        show_rights("mprotect", p);
    }
    char *heap = (char *) raw(brk, 0), *end = heap + 64 * T_PAGE;
    CHECK(raw(brk, end) == (long) end);
    show_rights("heap", end - 1);
    int id = shmget(IPC_PRIVATE, T_PAGE, 0600);
    show_rights("segment", shmat(id, NULL, 0));
    show_rights("read-only segment", shmat(id, NULL, SHM_RDONLY));
    shmctl(id, IPC_RMID, NULL);
}

/* Nothing is run from there, and so nothing is made executable. */
static void files(void)
{
    int fd = open("/dev/zero", O_RDWR);
    show_rights("/dev/zero", map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd));
    close(fd);
    fd = memfd_create("m", 0);
    MUST(ftruncate(fd, T_PAGE) == 0);
    char *p = map(PROT_READ, MAP_SHARED, fd);
    show_rights("a file", p);
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    show_rights("mprotect", p);
    close(fd);
    fd = open("/sys/kernel/notes", O_RDONLY);
    p = fd < 0 ? MAP_FAILED : map(PROT_READ, MAP_PRIVATE, fd);
    printf("in /sys %s\n", p == MAP_FAILED ? errname(errno) : "mapped");
    if (p != MAP_FAILED) {
        show_rights("in /sys", p);
        MUST(mprotect(p, T_PAGE, PROT_NONE) == 0 && mprotect(p, T_PAGE, PROT_READ) == 0);
        show_rights("mprotect", p);
    }
}

static void *other(void *arg)
{
    (void) arg;
    show_rights("a thread from before", map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1));
    show("its own", raw(personality, READ_IMPLIES_EXEC));
    show_rights("it", map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1));
    return NULL;
}

int main(void)
{
    pthread_join(thread_start(other, NULL), NULL);
    show_rights("without", map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1));
    show("set", raw(personality, READ_IMPLIES_EXEC));
    memory();
    files();
    show_status("child", IN_CHILD(memory()));
    show("cleared", raw(personality, 0));
    show_rights("without", map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1));
    return t_end();
}
