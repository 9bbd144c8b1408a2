/* covers: openat readlink kill execve */
/* translated: no (it does not end under the translator outside, so there is nothing to compare with) */
#include <dirent.h>

#include "child.h"
#include "fault.h"
#include "maps.h"

/* A parent looks at its child: before and after its exec, stopped, dead. */
static char *of(pid_t pid, const char *what)
{
    static char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int) pid, what);
    return path;
}

static void cmdline(pid_t pid)
{
    char buf[4096], *name;
    ssize_t n = get_file(of(pid, "cmdline"), buf, sizeof(buf));
    for (ssize_t i = 0; i < n - 1; i++)
        if (!buf[i])
            buf[i] = '|';
    name = strrchr(buf, '/');
    printf("cmdline %zd: %s\n", n < 0 ? n : (ssize_t) strlen(name ? name : buf),
           n < 0  ? errname(errno)
           : name ? name
                  : buf);
}

int main(int argc, char **argv)
{
    struct gate ready, go;
    char exe[PATH_MAX] = "", mine[PATH_MAX] = "", buf[4096];
    struct map_line m0;
    if (argc > 2) {
        MUST(write(atoi(argv[1]), "g", 1) == 1);
        char c;
        return read(atoi(argv[2]), &c, 1) != 1;
    }
    gate_init(&ready);
    gate_init(&go);
    char *p = mmap((void *) 0x2b0000000000ul, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        MUST(mprotect(p, T_PAGE, PROT_READ) == 0);
        MUST(chdir("/usr") == 0);
        gate_open(&ready);
        gate_wait(&go);
        char a[16], b[16];
        fcntl(ready.fd[1], F_SETFD, 0);
        fcntl(go.fd[0], F_SETFD, 0);
        sprintf(a, "%d", ready.fd[1]);
        sprintf(b, "%d", go.fd[0]);
        execl("/proc/self/exe", "renamed", a, b, "third", (char *) NULL);
        _exit(1);
    }
    gate_wait(&ready);
    cmdline(pid);
    MUST(readlink("/proc/self/exe", mine, sizeof(mine) - 1) > 0);
    MUST(readlink(of(pid, "exe"), exe, sizeof(exe) - 1) > 0);
    CHECK(strcmp(exe, mine) == 0);
    memset(exe, 0, sizeof(exe));
    MUST(readlink(of(pid, "cwd"), exe, sizeof(exe) - 1) > 0);
    printf("cwd %s\n", exe);
    MUST(maps_read(of(pid, "maps")) > 0);
    m0 = *maps_at(p);
    printf("%s %lx, then %s\n", m0.rights, m0.end - m0.start, maps_at(p + T_PAGE)->rights);
    CHECK(maps_named("[stack]") && maps_named("[vdso]"));
    for (int i = 0; i < maps_count; i++)
        CHECK(!strstr(maps_last(&maps[i]), "kvm"));
    MUST(get_file(of(pid, "status"), buf, sizeof(buf)) > 0);
    CHECK(field(buf, "Pid") == pid && field(buf, "PPid") == getpid() && field(buf, "Threads") == 1);
    DIR *d = opendir(of(pid, "fd"));
    int n = 0, high = 0;
    MUST(d);
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.') {
            n++;
            high += atoi(e->d_name) > 50;
        }
    closedir(d);
    printf("%d descriptors, %d high ones\n", n, high);
    until_state(pid, pid, "S");
    printf("state %c\n", task_state(pid, pid));

    gate_open(&go);
    gate_wait(&ready);
    MUST(get_file(of(pid, "cmdline"), buf, sizeof(buf)) > 0);
    printf("after exec %s\n", buf);
    MUST(maps_read(of(pid, "maps")) > 0);
    CHECK(maps_at(p) == NULL);
    MUST(get_file(of(pid, "comm"), buf, sizeof(buf)) > 0);
    printf("comm %s", buf);
    kill(pid, SIGSTOP);
    int status;
    CHECK(waitpid(pid, &status, WUNTRACED) == pid);
    printf("state %c\n", task_state(pid, pid));
    kill(pid, SIGCONT);
    int dirfd = open(of(pid, ""), O_RDONLY | O_DIRECTORY);
    gate_open(&go);
    siginfo_t si;
    MUST(waitid(P_PID, (id_t) pid, &si, WEXITED | WNOWAIT) == 0);
    printf("state %c\n", task_state(pid, pid));
    show("maps of a zombie", maps_read(of(pid, "maps")));
    show("exe of a zombie", readlink(of(pid, "exe"), exe, sizeof(exe)));
    cmdline(pid);
    show_wait("child", pid);
    show("gone", access(of(pid, "status"), F_OK));
    show("through its old directory", openat(dirfd, "status", O_RDONLY));
    return t_end();
}
