/* covers: clock_settime settimeofday adjtimex clock_adjtime */
#include "t.h"

/* Nothing here may change the host's clock: every setting is wrong in some way. */
int main(void)
{
    struct timespec ts = {1, 0};
    struct timeval tv = {1, 1000000};
    long tx[26] = {0}, ty[26] = {0};

    show("monotonic", raw(clock_settime, CLOCK_MONOTONIC, &ts));
    show("bad clock", raw(clock_settime, 99, &ts));
    ts.tv_nsec = 1000000000;
    show("wrong nanoseconds", raw(clock_settime, CLOCK_REALTIME, &ts));
    show("EFAULT", raw(clock_settime, CLOCK_REALTIME, BAD_PTR));
    show("wrong microseconds", raw(settimeofday, &tv, 0));
    show("settimeofday EFAULT", raw(settimeofday, BAD_PTR, 0));
    show("zone EFAULT", raw(settimeofday, 0, BAD_PTR));
    show("adjtimex", raw(adjtimex, tx) >= 0);
    show("clock_adjtime", raw(clock_adjtime, CLOCK_REALTIME, ty) >= 0);
    CHECK(tx[6] == ty[6] && tx[9] > 0 && llabs(tx[9] - ty[9]) <= 1);
    show("adjtimex EFAULT", raw(adjtimex, BAD_PTR));
    show("clock_adjtime EFAULT", raw(clock_adjtime, CLOCK_REALTIME, BAD_PTR));
    show("clock_adjtime clock", raw(clock_adjtime, CLOCK_MONOTONIC, ty));
    return t_end();
}
