/* covers: clone chdir umask */
/* only: glibc (clone of musl refuses CLONE_THREAD) */
/* CLONE_THREAD without CLONE_FS and CLONE_FILES: a directory, a umask and a table of descriptors of its own. */
#include "rawthread.h"

static int fd_made;

static int changes(void *arg)
{
    (void) arg;
    raw(chdir, "/");
    raw(umask, 0123);
    fd_made = (int) raw(dup2, 1, 77);
    raw(close, 5);
    return 0;
}

static void once(const char *name, uint64_t flags)
{
    static struct raw_thread r;
    char cwd[PATH_MAX];
    scratch();
    umask(022);
    MUST(dup2(1, 5) == 5);
    close(77);
    long tid = raw_thread(&r, changes, flags, NULL);
    printf("%s: %s\n", name, tid > 0 ? "made" : errname(errno));
    raw_join(&r);
    MUST(getcwd(cwd, sizeof cwd));
    printf("directory %s, umask %o, descriptor 77 %s, 5 %s, made %d\n", strcmp(cwd, "/") ? "own" : "/", umask(022),
           fcntl(77, F_GETFD) < 0 ? "absent" : "there", fcntl(5, F_GETFD) < 0 ? "absent" : "there", fd_made);
    MUST(chdir(t_dir) == 0);
    t_scratch_clean();
}

int main(void)
{
    once("all shared", CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    once("own directory", CLONE_FILES | CLONE_SYSVSEM);
    once("own descriptors", CLONE_FS | CLONE_SYSVSEM);
    once("both", CLONE_SYSVSEM);
    once("nothing shared", 0);
    return t_end();
}
