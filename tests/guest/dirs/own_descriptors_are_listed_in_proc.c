/* covers: openat getdents64 readlink close */
#include "t.h"
#include <dirent.h>

static int compare(const void *a, const void *b)
{
    return *(const int *) a - *(const int *) b;
}

static void list(const char *path)
{
    int fds[256], n = 0;
    DIR *d = opendir(path);
    struct dirent *e;

    MUST(d);
    while ((e = readdir(d)))
        if (e->d_name[0] != '.' && n < 256)
            fds[n++] = atoi(e->d_name);
    closedir(d);
    qsort(fds, (size_t) n, sizeof(*fds), compare);
    printf("%s:", path);
    for (int i = 0; i < n; i++)
        printf(" %d", fds[i]);
    printf("\n");
}

int main(void)
{
    char buf[64];
    struct stat st;

    scratch();
    list("/proc/self/fd");
    MUST(dup2(0, 10) == 10 && dup2(0, 200) == 200);
    list("/proc/self/fd");
    list("/proc/thread-self/fd");
    list("/dev/fd");
    snprintf(buf, sizeof(buf), "/proc/%d/fd", getpid());
    list(strcmp(buf, "") ? "/proc/self/fdinfo" : "");
    show("by pid", access(buf, F_OK));
    show("open one", access("/proc/self/fd/200", F_OK));
    show("closed one", access("/proc/self/fd/201", F_OK));
    show("stat closed", lstat("/proc/self/fd/5000", &st));
    show("readlink closed", readlink("/proc/self/fd/1500", buf, sizeof(buf)));
    close(200);
    show("after close", access("/proc/self/fd/200", F_OK));
    return t_end();
}
