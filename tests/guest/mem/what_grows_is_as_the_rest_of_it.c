/* covers: madvise mlock mlockall fork shmat brk setrlimit */
/* translated: no (qemu keeps the limits on memory to itself) */
/* What a mapping grows by downwards is locked, wiped and kept from children like the rest; what comes after MCL_FUTURE is locked as well, and
 * stays so when the limit is lowered. */
#include <sys/shm.h>

#include "memlock.h"

#define DOWN (MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED)

static char *fresh(void)
{
    static char *at = (char *) 0x2b0000000000ul;
    at += 1ul << 30;
    MUST(mmap(at, 4 * T_PAGE, RW, DOWN, -1, 0) == at);
    put_letters(at, 4);
    return at;
}

static void advised(void)
{
    char *p = fresh();
    MUST(madvise(p, 4 * T_PAGE, MADV_WIPEONFORK) == 0);
    put_letters(p - 3 * T_PAGE, 3);
    show_pages("wiped", p - 3 * T_PAGE, 7);
    MUST(IN_CHILD(show_pages("  in a child", p - 3 * T_PAGE, 7); p[-4 * T_PAGE] = 'z';
                  MUST(IN_CHILD(show_pages("  and in its", p - 4 * T_PAGE, 8)) == 0)) == 0);
    p = fresh();
    MUST(madvise(p, 4 * T_PAGE, MADV_DONTFORK) == 0);
    put_letters(p - 3 * T_PAGE, 3);
    show_pages("not for children", p - 3 * T_PAGE, 7);
    MUST(IN_CHILD(show_pages("  in a child", p - 3 * T_PAGE, 7)) == 0);
}

static void locked(void)
{
    enum { LIMIT = 40 };
    limit_locking(LIMIT);
    char *p = fresh();
    MUST(mlock(p, 4 * T_PAGE) == 0);
    show_write("locked, by a page", p - T_PAGE);
    show_pages("  it", p - T_PAGE, 5);
    show_write("locked, to the limit", p - (LIMIT - 4) * T_PAGE);
    show_write("locked, past the limit", p - (LIMIT - 3) * T_PAGE);
    show("  VmLck", status_pages("VmLck"));
}

static void of_the_future(void)
{
    enum { LIMIT = 256 };
    limit_locking(LIMIT);
    MUST(mlockall(MCL_FUTURE) == 0);
    int id = shmget(IPC_PRIVATE, 4 * T_PAGE, 0600);
    MUST(id >= 0);
    char *p = shmat(id, NULL, 0);
    MUST(p != (void *) -1);
    show_pages("segment", p, 4);
    show("VmLck", status_pages("VmLck"));
    MUST(shmdt(p) == 0 && shmctl(id, IPC_RMID, NULL) == 0);
    id = shmget(IPC_PRIVATE, (LIMIT + 1) * T_PAGE, 0600);
    show("segment past the limit", shmat(id, NULL, 0) == (void *) -1 ? -errno : 0);
    MUST(shmctl(id, IPC_RMID, NULL) == 0);
    char *brk = (char *) raw(brk, 0);
    show("heap", (char *) raw(brk, brk + 4 * T_PAGE) == brk + 4 * T_PAGE);
    show("VmLck", status_pages("VmLck"));
    show("heap past the limit", (char *) raw(brk, brk + (LIMIT + 1) * T_PAGE) == brk + 4 * T_PAGE);

    MUST(mlockall(MCL_FUTURE | MCL_ONFAULT) == 0);
    p = mmap(NULL, 16 * T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    show("no more than that",
         mmap(NULL, LIMIT * T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -errno : 0);
    const struct rlimit rl = {T_PAGE, T_PAGE};
    MUST(setrlimit(RLIMIT_MEMLOCK, &rl) == 0);
    MUST(mprotect(p, 16 * T_PAGE, RW) == 0);
    show_write("a limit that was lowered", p + 3 * T_PAGE);
    show_pages("  it", p, 16);
    show("VmLck", status_pages("VmLck"));
    show("and no more", mmap(NULL, T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -errno : 0);
    const struct rlimit none = {0, 0};
    MUST(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
    show("mlockall", mlockall(MCL_FUTURE) ? -errno : 0);
    show("mmap", mmap(NULL, T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED ? -errno : 0);
    MUST(munlockall() == 0);
    show("mmap", mmap(NULL, T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED ? -errno : 0);
}

int main(void)
{
    fault_catch();
    advised();
    show_status("locked", IN_CHILD(locked()));
    show_status("of the future", IN_CHILD(of_the_future()));
    return t_end();
}
