/* covers: prlimit64 mmap mremap brk */
#include <sys/resource.h>

#include "fault.h"

int main(void)
{
    struct rlimit rl, old;
    char *p, *q;
    long now;
    MUST(getrlimit(RLIMIT_AS, &old) == 0);
    p = map_anon(1 << 20, PROT_READ | PROT_WRITE);
    rl = old;
    rl.rlim_cur = 1ul << 30;
    MUST(setrlimit(RLIMIT_AS, &rl) == 0);
    show_ok("half a GiB", (long) (q = mmap(NULL, 512 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
    show_ok("another", (long) mmap(NULL, 512 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    show_ok("over itself", (long) mmap(q, 512 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    show_ok("mremap", (long) mremap(p, 1 << 20, 600 << 20, MREMAP_MAYMOVE));
    now = raw(brk, 0);
    CHECK(raw(brk, now + (600l << 20)) == now);
    show("give it back", munmap(q, 512 << 20));
    show_ok("half a GiB", (long) mmap(NULL, 512 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    rl.rlim_cur = 1 << 20;
    MUST(setrlimit(RLIMIT_AS, &rl) == 0);
    show_ok("a page", (long) mmap(NULL, T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    show("mprotect needs none", mprotect(p, 1 << 20, PROT_READ));
    MUST(setrlimit(RLIMIT_AS, &old) == 0);
    show_ok("a page", (long) mmap(NULL, T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

    MUST(getrlimit(RLIMIT_DATA, &old) == 0);
    rl = old;
    rl.rlim_cur = 64 << 20;
    MUST(setrlimit(RLIMIT_DATA, &rl) == 0);
    show_ok("private writable",
            (long) mmap(NULL, 65 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    show_ok("private readable", (long) mmap(NULL, 65 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    show_ok("shared writable", (long) mmap(NULL, 65 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    p = mmap(NULL, 65 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    show("made writable", mprotect(p, 65 << 20, PROT_READ | PROT_WRITE));
    return t_end();
}
