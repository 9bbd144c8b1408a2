/* covers: mbind */
/* only: static (a position-independent program lies in the middle) */
/* A policy for an enormous stretch of addresses at which nothing is. */
#include "t.h"
#include <linux/mempolicy.h>

#define START 0x100000000ul
#define END 0x7e9100000000ul

int main(void)
{
    char line[512];
    unsigned long a, b;
    FILE *f = fopen("/proc/self/maps", "r");
    MUST(f);
    while (fgets(line, sizeof line, f))
        MUST(sscanf(line, "%lx-%lx", &a, &b) == 2 && (b <= START || a >= END));
    fclose(f);
    show("by default", raw(mbind, START, END - START, MPOL_DEFAULT, NULL, 0, 0));
    show("from an odd page on", raw(mbind, START + 0x5000, END - START - 0x5000, MPOL_DEFAULT, NULL, 0, 0));
    return t_end();
}
