/* covers: select pselect6 */
#include "t.h"
#include <sys/select.h>
#include <sys/time.h>

#define BITS 2048
typedef struct {
    unsigned long w[BITS / 64];
} bits;

static void set(bits *b, int fd)
{
    b->w[fd / 64] |= 1ul << fd % 64;
}

static int get(const bits *b, int fd)
{
    return (int) (b->w[fd / 64] >> fd % 64 & 1);
}

int main(void)
{
    bits r = {{0}}, w = {{0}}, x = {{0}};
    struct timeval tv = {5, 0};
    struct timespec ts = {5, 0};
    long short_mask[2] = {(long) &r, 4};
    int p[2], q[2];

    MUST(pipe(p) == 0 && pipe(q) == 0 && dup2(q[0], 700) == 700);
    MUST(write(q[1], "x", 1) == 1);
    set(&r, p[0]);
    set(&r, 700);
    set(&w, p[1]);
    set(&x, p[0]);
    show("select", raw(select, 701, &r, &w, &x, &tv));
    printf("read %d %d write %d except %d\n", get(&r, p[0]), get(&r, 700), get(&w, p[1]), get(&x, p[0]));
    CHECK(tv.tv_sec == 4 || (tv.tv_sec == 5 && tv.tv_usec == 0));

    memset(&r, 0, sizeof(r));
    set(&r, p[0]);
    set(&r, 700);
    tv = (struct timeval){0, 20000};
    show("without the high one", raw(select, 700, &r, 0, 0, &tv));
    printf("read %d %d left %ld.%06ld\n", get(&r, p[0]), get(&r, 700), (long) tv.tv_sec, (long) tv.tv_usec);
    memset(&r, 0, sizeof(r));
    set(&r, 900);
    show("closed", raw(select, 1000, &r, 0, 0, 0));
    show("negative", raw(select, -1, 0, 0, 0, &tv));
    tv.tv_sec = -1;
    show("negative time", raw(select, 0, 0, 0, 0, &tv));
    tv = (struct timeval){0, 1000};
    show("only time", raw(select, 0, 0, 0, 0, &tv));
    show("bad set", raw(select, 10, BAD_PTR, 0, 0, &tv));
    show("bad time", raw(select, 0, 0, 0, 0, BAD_PTR));

    memset(&r, 0, sizeof(r));
    set(&r, 700);
    show("pselect6", raw(pselect6, 701, &r, 0, 0, &ts, 0));
    CHECK(get(&r, 700) && ts.tv_sec >= 4);
    ts = (struct timespec){0, 1000000};
    memset(&r, 0, sizeof(r));
    set(&r, p[0]);
    show("pselect6 timeout", raw(pselect6, 10, &r, 0, 0, &ts, 0));
    printf("left %ld.%09ld\n", (long) ts.tv_sec, ts.tv_nsec);
    ts.tv_nsec = 1000000000;
    show("pselect6 bad time", raw(pselect6, 0, 0, 0, 0, &ts, 0));
    show("pselect6 bad mask", (ts.tv_nsec = 0, raw(pselect6, 0, 0, 0, 0, &ts, BAD_PTR)));
    show("pselect6 mask size", raw(pselect6, 0, 0, 0, 0, &ts, short_mask));
    return t_end();
}
