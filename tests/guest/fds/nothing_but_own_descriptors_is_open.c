/* covers: poll */
#include "t.h"
#include <poll.h>

/* Whatever lies around the program: no number is open that it did not open. */
int main(void)
{
    static struct pollfd pf[512];
    int open_ones = 0, n;

    for (int base = 3; base < 70000; base += n) {
        n = ARRAY_SIZE(pf);
        for (int i = 0; i < n; i++)
            pf[i] = (struct pollfd){base + i, POLLIN, 0};
        MUST(poll(pf, (nfds_t) n, 0) == n);
        for (int i = 0; i < n; i++)
            open_ones += pf[i].revents != POLLNVAL;
    }
    show("open", open_ones);
    return t_end();
}
