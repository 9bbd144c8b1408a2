/* covers: execve */
/* translated: no (the translator hands on an environment of its own order, without odd strings) */
#include "child.h"

extern char **environ;

int main(int argc, char **argv T_UNUSED)
{
    static char path[PATH_MAX], big[100000];
    if (argc > 1) {
        size_t n = 0, sum = 0;
        for (char **e = environ; *e; e++, n++) {
            if (strlen(*e) < 60)
                printf("[%s]\n", *e);
            for (char *s = *e; *s; s++)
                sum = sum * 31 + (unsigned char) *s;
        }
        printf("%zu variables, sum %zx\n", n, sum);
        return 0;
    }
    MUST(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
    memset(big, 'b', sizeof(big) - 1);
    memcpy(big, "BIG=", 4);
    char *env[] = {"PATH=/bin",
                   "EMPTY=",
                   "=odd",
                   "no equals sign",
                   "LD_LIBRARY_PATH=/nonexistent",
                   "TWICE=1",
                   "TWICE=2",
                   "BYTES=\x01\x7f\x80\xff",
                   big,
                   NULL};
    show_status("show", IN_CHILD(execve(path, (char *[]){"show", "x", NULL}, env)));
    char *none[] = {NULL};
    show_status("show", IN_CHILD(execve(path, (char *[]){"show", "x", NULL}, none)));
    return t_end();
}
