/* covers: getdents64 lseek */
#include "t.h"
#include <dirent.h>

int main(void)
{
    char name[32], first[64][256], again[64][256];
    long where[64];
    struct dirent *d;
    DIR *dir;
    int n = 0, same = 0;

    scratch();
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "%d", i);
        put_file(name, "");
    }
    dir = opendir(".");
    MUST(dir);
    while (where[n] = telldir(dir), (d = readdir(dir)) && n < 63)
        strcpy(first[n++], d->d_name);
    show("entries", n);
    for (int i = n - 1; i >= 0; i--) {
        seekdir(dir, where[i]);
        d = readdir(dir);
        MUST(d);
        strcpy(again[i], d->d_name);
        same += strcmp(first[i], again[i]) == 0;
    }
    show("same", same);
    rewinddir(dir);
    d = readdir(dir);
    CHECK(d && strcmp(d->d_name, first[0]) == 0);
    closedir(dir);
    return t_end();
}
