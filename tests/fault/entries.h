/* What a directory of /proc lists. */
#ifndef ENTRIES_H
#define ENTRIES_H

#include <dirent.h>

static inline int entries(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

#endif
