/* covers: process_vm_readv */
/* By the number of a thread that comes into being meanwhile, no other memory is read than the program's own. */
#include <sys/uio.h>

#include "newborn.h"

static bool asks(int tid)
{
    char byte;
    struct iovec local = {&byte, 1}, there = {(void *) newborn_zone, 1};
    return process_vm_readv(tid, &local, 1, &there, 1, 0) >= 0 || (errno != ESRCH && errno != EFAULT && errno != EPERM);
}

int main(void)
{
    CHECK(newborn_wrong(NULL, asks) == 0);
    return t_end();
}
