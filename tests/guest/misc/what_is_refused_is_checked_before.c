/* covers: pkey_alloc mmap */
/* Bad arguments are told of even where a good call would be refused. */
#include <sys/mman.h>

#include "t.h"

#define DROPPABLE 0x08

static void droppable(const char *what, int flags)
{
    void *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, DROPPABLE | MAP_ANONYMOUS | flags, -1, 0);
    show_ok(what, p == MAP_FAILED ? -1 : 0);
}

int main(void)
{
    show("pkey_alloc with flags", raw(pkey_alloc, 1, 0));
    show("pkey_alloc with unknown rights", raw(pkey_alloc, 0, 4));
    droppable("droppable stack", MAP_GROWSDOWN);
    droppable("droppable and locked", MAP_LOCKED);
    return t_end();
}
