/* Memory that is locked under a limit that counts, whoever runs the program. */
#ifndef MEMLOCK_H
#define MEMLOCK_H

#include <linux/capability.h>
#include <sys/resource.h>

#include "child.h"
#include "fault.h"
#include "maps.h"

#define RW (PROT_READ | PROT_WRITE)

/* So many pages and no more: the limit, and no privilege to pass it. */
T_UNUSED static void limit_locking(unsigned pages)
{
    struct __user_cap_header_struct hdr = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[2];
    struct rlimit rl = {pages * T_PAGE, pages * T_PAGE};
    MUST(setrlimit(RLIMIT_MEMLOCK, &rl) == 0);
    MUST(raw(capget, &hdr, caps) == 0);
    caps[0].effective &= ~(1u << CAP_IPC_LOCK);
    caps[0].permitted &= ~(1u << CAP_IPC_LOCK);
    MUST(raw(capset, &hdr, caps) == 0);
}

/* A line of /proc/self/status, in pages. Nothing is mapped for it: the limit may leave no room. */
T_UNUSED static long status_pages(const char *key)
{
    static char text[8192];
    MUST(get_file("/proc/self/status", text, sizeof text) > 0);
    return field(text, key) / (T_PAGE / 1024);
}

/* A letter in every page: a, b, c ... */
T_UNUSED static void put_letters(char *p, int pages)
{
    for (int i = 0; i < pages; i++)
        p[i * T_PAGE] = (char) ('a' + i);
}

/* Of each page its letter, in capitals where it is locked; - (=) for a zero, . (:) where nothing is to be read. */
T_UNUSED static void show_pages(const char *what, char *p, int pages)
{
    char s[65] = "";
    MUST(pages < (int) sizeof s);
    for (int i = 0; i < pages; i++, p += T_PAGE) {
        volatile char c = '.';
        FAULTS(c = *(volatile char *) p);
        const bool locked = msync(p, T_PAGE, MS_INVALIDATE) == -1 && errno == EBUSY;
        s[i] = c == 0 ? locked ? '=' : '-' : c == '.' ? locked ? ':' : '.' : locked ? (char) (c - 'a' + 'A') : c;
    }
    printf("%s: %s\n", what, s);
}

#endif
