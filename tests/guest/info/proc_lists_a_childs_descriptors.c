/* covers: getdents64 readlink openat */
#include "t.h"
#include <dirent.h>

int main(void)
{
    char path[64], c, link[300], to[256];
    int up[2], down[2], fds[64], n = 0;
    struct dirent *e;
    DIR *d;
    pid_t pid;

    MUST(pipe(up) == 0 && pipe(down) == 0);
    pid = fork();
    if (pid == 0) {
        MUST(dup2(open("/dev/null", O_RDONLY), 60) == 60);
        MUST(write(up[1], "r", 1) == 1 && read(down[0], &c, 1) == 1);
        _exit(0);
    }
    MUST(read(up[0], &c, 1) == 1);
    snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    d = opendir(path);
    MUST(d);
    while ((e = readdir(d)) && n < 64)
        if (e->d_name[0] != '.')
            fds[n++] = atoi(e->d_name);
    closedir(d);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (fds[j] < fds[i]) {
                int t = fds[i];
                fds[i] = fds[j];
                fds[j] = t;
            }
    for (int i = 0; i < n; i++)
        printf("%d ", fds[i]);
    printf("\n");
    snprintf(link, sizeof(link), "%s/60", path);
    memset(to, 0, sizeof(to));
    show("link", readlink(link, to, sizeof(to) - 1));
    printf("%s\n", to);
    show_ok("open it", open(link, O_RDONLY));
    MUST(write(down[1], "g", 1) == 1);
    show_wait("child", pid);
    return t_end();
}
