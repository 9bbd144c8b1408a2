/* covers: getrandom */
#include "t.h"
#include <sys/auxv.h>

int main(void)
{
    unsigned char a[256] = {0}, b[256] = {0}, *at;
    static unsigned char big[100000];
    long zero = 0;

    show("some", raw(getrandom, a, sizeof(a), 0));
    show("more", raw(getrandom, b, sizeof(b), 1));
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    show("random pool", raw(getrandom, a, 16, 2));
    show("insecure", raw(getrandom, a, 16, 4));
    show("much", raw(getrandom, big, sizeof(big), 0));
    for (unsigned i = 0; i < sizeof(big); i++)
        zero += big[i] == 0;
    CHECK(zero > 100 && zero < 1000);
    show("none", raw(getrandom, a, 0, 0));
    show("flags", raw(getrandom, a, 16, 8));
    show("both pools", raw(getrandom, a, 16, 6));
    show("EFAULT", raw(getrandom, BAD_PTR, 16, 0));
    show("over the edge", raw(getrandom, at_edge(10), 20, 0));
    at = (unsigned char *) getauxval(AT_RANDOM);
    MUST(at);
    memset(a, 0, 16);
    CHECK(memcmp(at, a, 16) != 0);
    return t_end();
}
