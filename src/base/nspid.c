#include "base/nspid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"

/* Field `depth` of line NSpid, or how many there are (depth 0). */
static int field(const char *process, int depth)
{
    char path[32];
    struct lines l;
    int at = 0, number = 0;
    snprintf(path, sizeof path, "/proc/%s/status", process);
    if (lines_open(&l, path))
        return 0;
    for (char *line; (line = lines_next(&l));)
        if (strncmp(line, "NSpid:", 6) == 0)
            for (char *s = strchr(line, '\t'); s; s = strchr(s + 1, '\t'))
                if (++at == depth)
                    number = atoi(s + 1);
    lines_close(&l);
    return depth ? number : at;
}

int nspid_depth(void)
{
    return field("self", 0);
}

int nspid_at(int number, int depth)
{
    char name[16] = "self";
    if (number)
        snprintf(name, sizeof name, "%d", number);
    return field(name, depth);
}
