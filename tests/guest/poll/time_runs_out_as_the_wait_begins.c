/* covers: ppoll pselect6 */
/* A timeout that ends just as the wait begins is one of zero, and what is ready is told. */
#include <poll.h>

#include "t.h"

int main(void)
{
    struct pollfd pf = {STDOUT_FILENO, POLLOUT, 0};
    int ready = 0, rounds = how_often(20000, 500000);

    for (int i = 0; i < rounds; i++) {
        struct timespec ts = {0, i % 5000};
        fd_set out;
        FD_ZERO(&out);
        FD_SET(STDOUT_FILENO, &out);
        ready += i & 1 ? raw(ppoll, &pf, 1, &ts, 0, 0) == 1 : raw(pselect6, STDOUT_FILENO + 1, 0, &out, 0, &ts, 0) == 1;
        CHECK(ts.tv_sec == 0 && ts.tv_nsec >= 0);
    }
    CHECK(ready == rounds);
    return t_end();
}
