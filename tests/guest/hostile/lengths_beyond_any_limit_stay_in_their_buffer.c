/* covers: msgrcv msgsnd semctl keyctl name_to_handle_at open_by_handle_at */
#include "t.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

/* What a call brings beyond the end of one large page belongs to the next address, whatever lies behind it elsewhere. */
#define LARGE (2ul << 20)
enum { JOIN = 1, READ = 11 };

/* Three large pages in a row that were not made in that order. */
static char *piece(void)
{
    static const int order[] = {0, 2, 1};
    char *at = mmap(NULL, 4 * LARGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(at != MAP_FAILED);
    at = (char *) (((uintptr_t) at + LARGE - 1) & -LARGE);
    for (unsigned i = 0; i < ARRAY_SIZE(order); i++)
        MUST(mmap(at + order[i] * LARGE, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
                  0) != MAP_FAILED);
    return at;
}

static void tell(const char *name, const char *p, size_t n)
{
    size_t there = 0, elsewhere = 0;
    for (size_t i = 0; i < n; i++)
        there += p[LARGE + i] == 'x', elsewhere += p[2 * LARGE + i] != 0;
    printf("%s: %zu at the next address, %zu elsewhere\n", name, there, elsewhere);
}

static void messages(void)
{
    static struct {
        long type;
        char text[4096];
    } m = {1, {0}};
    char *p = piece();
    int id = (int) raw(msgget, IPC_PRIVATE, IPC_CREAT | 0600);
    MUST(id >= 0);
    memset(m.text, 'x', sizeof m.text);
    const size_t sizes[] = {4096, 17 << 20, 3ul << 30, LONG_MAX};
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        MUST(raw(msgsnd, id, &m, sizeof m.text, 0) == 0);
        memset(p + LARGE, 0, T_PAGE);
        memset(p + 2 * LARGE, 0, T_PAGE);
        show("receive", raw(msgrcv, id, p + LARGE - 16, sizes[i], 0, 0));
        tell("message", p, 4096);
    }
    show("negative", raw(msgrcv, id, p, -1, 0, 0));
    show("negative", raw(msgrcv, id, p, LONG_MIN, 0, 0));
    show("send more than there can be", raw(msgsnd, id, p + 16, 17 << 20, 0));
    p[16] = 1;
    show("send more than there can be", raw(msgsnd, id, p + 16, 17 << 20, 0));
    show("remove", raw(msgctl, id, IPC_RMID, 0));
}

/* The values of a set that may be changed but not read. */
static void semaphores(void)
{
    enum { N = 200 };
    char *p = piece();
    uint16_t *v = (uint16_t *) (p + LARGE) - 1, got[N];
    int id = (int) raw(semget, IPC_PRIVATE, N, IPC_CREAT | 0600);
    struct semid_ds ds;
    MUST(id >= 0);
    for (unsigned i = 0; i < N; i++)
        v[i] = (uint16_t) (i + 1);
    memset(p + 2 * LARGE, 7, 2 * N);
    MUST(raw(semctl, id, 0, IPC_STAT, &ds) == 0);
    ds.sem_perm.mode = 0200;
    MUST(raw(semctl, id, 0, IPC_SET, &ds) == 0);
    show("set all", raw(semctl, id, 0, SETALL, v));
    ds.sem_perm.mode = 0600;
    MUST(raw(semctl, id, 0, IPC_SET, &ds) == 0);
    MUST(raw(semctl, id, 0, GETALL, got) == 0);
    printf("values: %s\n", memcmp(got, v, sizeof got) ? "others" : "those that were set");
    memset(v, 0, 2 * N);
    show("get all", raw(semctl, id, 0, GETALL, v));
    printf("values: %s\n", memcmp(got, v, sizeof got) ? "others" : "those that were set");
    show("get all at the edge", raw(semctl, id, 0, GETALL, at_edge(2 * N)));
    show("get all past the edge", raw(semctl, id, 0, GETALL, at_edge(2 * N - 2)));
    show("set all past the edge", raw(semctl, id, 0, SETALL, at_edge(2 * N - 2)));
    show("nowhere", raw(semctl, id, 0, SETALL, BAD_PTR));
    show("remove", raw(semctl, id, 0, IPC_RMID));
    show("removed", raw(semctl, id, 0, GETALL, v));
}

static void keys(void)
{
    static char payload[4096];
    char *p = piece();
    memset(payload, 'x', sizeof payload);
    if (raw(keyctl, JOIN, 0) < 0)
        return;
    long key = raw(add_key, "user", "elfuse:test", payload, sizeof payload, -3);
    if (key < 0)
        return;
    show("read", raw(keyctl, READ, key, p + LARGE - 8, LONG_MAX));
    tell("key", p, 4096);
}

static void handles(void)
{
    struct {
        uint32_t bytes;
        int32_t type;
        char at[128];
    } h = {128, 0, {0}}, *at;
    int mount;
    char *p = piece();
    scratch();
    put_file("file", "text");
    if (raw(name_to_handle_at, AT_FDCWD, "file", &h, &mount, 0) < 0)
        return;
    at = (void *) (p + LARGE - 8);
    at->bytes = h.bytes;
    show("at the end of a page", raw(name_to_handle_at, AT_FDCWD, "file", at, &mount, 0));
    CHECK(at->bytes == h.bytes && at->type == h.type && !memcmp(at->at, h.at, h.bytes) && !p[2 * LARGE]);
    at->bytes = 1;
    show("too small", raw(name_to_handle_at, AT_FDCWD, "file", at, &mount, 0));
    CHECK(at->bytes == h.bytes);
    at->bytes = 129;
    show("too large", raw(name_to_handle_at, AT_FDCWD, "file", at, &mount, 0));
    show("nowhere", raw(name_to_handle_at, AT_FDCWD, "file", BAD_PTR, &mount, 0));
    at = at_edge(8);
    at->bytes = h.bytes;
    show("at the edge", raw(name_to_handle_at, AT_FDCWD, "file", at, &mount, 0));
}

int main(void)
{
    messages();
    pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0) /* who may read all sets */
            MUST(setresuid(65534, 65534, 65534) == 0);
        semaphores();
        _exit(t_end());
    }
    show_wait("semaphores", pid);
    keys();
    handles();
    return t_end();
}
