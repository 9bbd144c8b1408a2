/* covers: openat read readlink getpid getppid */
#include "t.h"

static void line_of(const char *file, const char *key)
{
    static char buf[65536];
    char *p, find[64];
    if (get_file(file, buf, sizeof(buf)) <= 0) {
        printf("%s unreadable\n", file);
        return;
    }
    snprintf(find, sizeof(find), "\n%s", key);
    p = strncmp(buf, key, strlen(key)) == 0 ? buf : strstr(buf, find);
    if (!p) {
        printf("%s: no %s\n", file, key);
        return;
    }
    p += *p == '\n';
    p[strcspn(p, "\n")] = 0;
    for (; *p; p++)
        putchar(*p == '\t' ? ' ' : *p);
    putchar('\n');
}

int main(int argc, char **argv)
{
    static char buf[65536], exe[PATH_MAX], path[64];
    char *again[] = {argv[0], "two words", "", "last", NULL}, *env[] = {"ONE=1", "EMPTY=", NULL};
    struct stat a, b;
    long n;
    int pid, ppid;
    char state, comm[64];

    if (argc == 1) {
        execve("/proc/self/exe", again, env);
        show("execve", -1);
    }
    n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    MUST(n > 0);
    printf("exe %s\n", strrchr(exe, '/') + 1);
    CHECK(stat(exe, &a) == 0 && stat("/proc/self/exe", &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    n = get_file("/proc/self/exe", buf, 5);
    CHECK(n == 4 && memcmp(buf, "\177ELF", 4) == 0);
    n = get_file("/proc/self/cmdline", buf, sizeof(buf));
    printf("cmdline %ld:", n - (long) strlen(buf));
    for (char *p = buf + strlen(buf) + 1; p < buf + n; p += strlen(p) + 1)
        printf(" [%s]", p);
    printf("\n");
    CHECK(strcmp(buf, argv[0]) == 0);
    n = get_file("/proc/self/environ", buf, sizeof(buf));
    for (char *p = buf; p < buf + n; p += strlen(p) + 1)
        printf("environ [%s]\n", p);
    line_of("/proc/self/comm", "");
    n = get_file("/proc/self/stat", buf, sizeof(buf));
    MUST(n > 0 && sscanf(buf, "%d (%63[^)]) %c %d", &pid, comm, &state, &ppid) == 4);
    printf("stat (%s) %c\n", comm, state);
    CHECK(pid == getpid() && ppid == getppid());
    line_of("/proc/self/status", "Name:");
    line_of("/proc/self/status", "State:");
    line_of("/proc/self/status", "Threads:");
    line_of("/proc/self/status", "TracerPid:");
    line_of("/proc/self/status", "SigIgn:");
    line_of("/proc/self/status", "SigBlk:");
    line_of("/proc/self/status", "SigCgt:");
    line_of("/proc/self/limits", "Max open files");
    line_of("/proc/self/limits", "Max stack size");
    line_of("/proc/self/limits", "Max address space");
    line_of("/proc/self/limits", "Max core file size");
    snprintf(path, sizeof(path), "/proc/%d/exe", getpid());
    n = readlink(path, buf, sizeof(buf) - 1);
    MUST(n > 0);
    buf[n] = 0;
    CHECK(strcmp(buf, exe) == 0);
    n = readlink("/proc/self", buf, sizeof(buf) - 1);
    MUST(n > 0);
    buf[n] = 0;
    CHECK(atoi(buf) == getpid());
    n = readlink("/proc/self/root", buf, sizeof(buf) - 1);
    printf("root %.*s\n", (int) n, buf);
    n = readlink("/proc/self/cwd", buf, sizeof(buf) - 1);
    MUST(n > 0 && getcwd(exe, sizeof(exe)));
    buf[n] = 0;
    CHECK(strcmp(buf, exe) == 0);
    show("task", access("/proc/self/task", X_OK));
    show("oom_score_adj", get_file("/proc/self/oom_score_adj", buf, sizeof(buf)) > 0);
    show("mounts", get_file("/proc/self/mountinfo", buf, sizeof(buf)) > 0);
    return t_end();
}
