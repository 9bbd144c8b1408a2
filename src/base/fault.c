#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fds.h"
#include "base/lines.h"
#include "base/raw.h"

static const struct {
    const char *name, *what;
    int err;
} points[] = {
#define FAULT(name, id, err, what) {name, what, err},
#include "base/fault.def"
#undef FAULT
};

/* What all processes of the run share. */
struct plan {
    uint64_t random; /* state of a generator, advanced by whoever asks */
    struct {
        uint64_t first, last; /* the times that fail; first 0: none */
        uint64_t one_in;      /* or at random; 0: no */
        uint64_t hits;
    } point[FAULT_POINTS];
};

bool fault_armed;
static struct plan *plan;
static int plan_fd = -1;

int fault_fd(void)
{
    return plan_fd;
}

void fault_adopt(int fd)
{
    void *p = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return;
    plan = p;
    plan_fd = fd;
    fault_armed = true;
}

/* splitmix64 over a shared counter: good enough to be unlike any pattern of the program. */
static uint64_t draw(void)
{
    uint64_t z = __atomic_add_fetch(&plan->random, 0x9e3779b97f4a7c15ull, __ATOMIC_RELAXED);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

int fault_hit(enum fault_point i)
{
    uint64_t n = __atomic_add_fetch(&plan->point[i].hits, 1, __ATOMIC_RELAXED);
    bool fails = plan->point[i].one_in ? draw() % plan->point[i].one_in == 0
                                       : plan->point[i].first && n >= plan->point[i].first && n <= plan->point[i].last;
    return fails ? -points[i].err : 0;
}

static bool matches(const char *pattern, size_t len, const char *name)
{
    if (len && pattern[len - 1] == '*')
        return strncmp(pattern, name, len - 1) == 0;
    return strlen(name) == len && strncmp(pattern, name, len) == 0;
}

/* One POINT:WHEN up to a comma or the end; *at moves past it. */
static bool parse_one(const char **at, struct plan *p)
{
    const char *s = *at;
    size_t len = strcspn(s, ":,");
    uint64_t n, first = 0, last = 0, one_in = 0;
    if (s[len] != ':')
        return false;
    const char *q = s + len + 1;
    if (!parse_number(&q, 10, &n) || n == 0)
        return false;
    first = last = n;
    if (*q == '+') {
        q++;
        last = UINT64_MAX;
    } else if (*q == '/') {
        q++;
        if (n != 1 || !parse_number(&q, 10, &one_in) || one_in == 0)
            return false;
    }
    if (*q && *q != ',')
        return false;
    bool any = false;
    for (unsigned i = 0; i < FAULT_POINTS; i++)
        if (matches(s, len, points[i].name)) {
            any = true;
            p->point[i].first = first, p->point[i].last = last, p->point[i].one_in = one_in;
        }
    *at = q + (*q == ',');
    return any;
}

int fault_setup(const char *spec, char *err, size_t size)
{
    struct plan p = {.random = (uint64_t) host(SYS_getpid) << 32};
    for (const char *at = spec; *at;)
        if (!parse_one(&at, &p)) {
            snprintf(err, size,
                     "ELFUSE_FAULT: '%.64s' is no fault; accepted: POINT:N, POINT:N+ or POINT:1/N, separated by "
                     "commas, with a point of --list-faults",
                     at);
            return -EINVAL;
        }
    fds_create_lock();
    int fd = (int) host(SYS_memfd_create, "elfuse-fault", 1 /* MFD_CLOEXEC */);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, true);
    fds_create_unlock();
    long n = fd < 0 ? fd : host(SYS_pwrite64, fd, &p, sizeof p, 0);
    if (n != sizeof p) {
        snprintf(err, size, "ELFUSE_FAULT: no memory for the counters");
        return -ENOMEM;
    }
    fault_adopt(fd);
    return 0;
}

char *fault_list(void)
{
    size_t size = 1;
    for (unsigned i = 0; i < FAULT_POINTS; i++)
        size += strlen(points[i].name) + strlen(points[i].what) + 2;
    char *text = malloc(size), *p = text;
    for (unsigned i = 0; text && i < FAULT_POINTS; i++)
        p += snprintf(p, size - (size_t) (p - text), "%s\t%s\n", points[i].name, points[i].what);
    return text;
}
