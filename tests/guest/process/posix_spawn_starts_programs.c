/* covers: clone execve wait4 dup2 rt_sigprocmask */
#include <spawn.h>

#include "child.h"

extern char **environ;

int main(void)
{
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t at;
    sigset_t set;
    pid_t pid;
    int p[2], e;
    char buf[256];
    scratch();
    char *const echo[] = {"sh", "-c", "echo out; echo err >&2; exit 5", NULL};
    MUST(pipe2(p, O_CLOEXEC) == 0);
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_adddup2(&fa, p[1], 1);
    posix_spawn_file_actions_addopen(&fa, 2, "err", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    e = posix_spawnp(&pid, "sh", &fa, NULL, echo, environ);
    printf("spawn: %d\n", e);
    show_wait("child", pid);
    ssize_t n = read(p[0], buf, sizeof(buf));
    printf("%.*s", (int) n, buf);
    CHECK(get_file("err", buf, sizeof(buf)) == 4);
    posix_spawn_file_actions_destroy(&fa);

    char *const none[] = {"none", NULL};
    e = posix_spawn(&pid, "/nonexistent/none", NULL, NULL, none, environ);
    printf("not there: %s\n", errname(e));
    put_file("plain", "no program");
    e = posix_spawn(&pid, "./plain", NULL, NULL, none, environ);
    printf("not executable: %s\n", errname(e));
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 0, "/nonexistent/file", O_RDONLY, 0);
    e = posix_spawnp(&pid, "true", &fa, NULL, (char *const[]){"true", NULL}, environ);
    printf("file action fails: %s\n", errname(e));
    show("no child is left", waitpid(-1, NULL, WNOHANG));

    posix_spawnattr_init(&at);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    posix_spawnattr_setsigmask(&at, &set);
    posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&at, 0);
    char *const blocked[] = {"sh", "-c", "kill -USR1 $$; grep -q '^SigBlk:.*200$' /proc/self/status && exit 8", NULL};
    e = posix_spawnp(&pid, "sh", NULL, &at, blocked, environ);
    printf("spawn: %d\n", e);
    show_wait("with a mask", pid);
    for (int i = 0; i < 10; i++) {
        MUST(posix_spawnp(&pid, "true", NULL, NULL, (char *const[]){"true", NULL}, environ) == 0);
        CHECK(reap(pid) == 0);
    }
    MUST(system("exit 17") == 17 << 8);
    FILE *f = popen("echo from popen", "r");
    MUST(f && fgets(buf, sizeof(buf), f));
    printf("%s", buf);
    show("pclose", pclose(f));
    return t_end();
}
