/* covers: get_robust_list set_robust_list */
/* The list of a thread that comes into being meanwhile is one of the program's own, or none. */
#include "newborn.h"

static struct {
    void *next;
    long offset;
    void *pending;
} head = {&head, 0, NULL};

static void lives(void)
{
    MUST(raw(set_robust_list, &head, sizeof head) == 0);
}

static bool asks(int tid)
{
    uint64_t at = 0, size;
    if (raw(get_robust_list, tid, &at, &size))
        return errno != ESRCH && errno != EPERM;
    return at >> 36 == newborn_zone >> 36;
}

int main(void)
{
    CHECK(newborn_wrong(lives, asks) == 0);
    return t_end();
}
