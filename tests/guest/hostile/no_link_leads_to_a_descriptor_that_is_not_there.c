/* covers: openat openat2 linkat truncate open_tree name_to_handle_at */
/* Descriptors of the supervisor are not there, by whatever path they are looked for. */
#include <linux/openat2.h>

#include "child.h"
#include "threads.h"

enum { LAST = 6000 };

static int found;
static bool has_attr;

static void count(const char *way, int n, long r)
{
    if (r >= 0 || errno != ENOENT)
        printf("%s %d: %s\n", way, n, r < 0 ? errname(errno) : "there");
    found += r >= 0;
    if (r > 0)
        close((int) r);
}

static void look_for(int n)
{
    struct open_how how = {.flags = O_PATH};
    struct file_handle handle = {.handle_bytes = 0};
    int mount;
    char path[80], target[64];
    sprintf(target, "/proc/self/fd/%d", n);
    MUST(symlink(target, "link") == 0);
    count("link", n, open("link", O_RDONLY | O_NONBLOCK));
    count("openat2", n, raw(openat2, AT_FDCWD, "link", &how, sizeof how));
    count("open_tree", n, raw(open_tree, AT_FDCWD, "link", 0));
    if (has_attr)
        count("open_tree_attr", n, raw(open_tree_attr, AT_FDCWD, "link", 0, NULL, 0));
    count("name_to_handle_at", n, name_to_handle_at(AT_FDCWD, "link", &handle, &mount, AT_SYMLINK_FOLLOW));
    count("truncate", n, truncate("link", LONG_MAX));
    count("linkat", n, linkat(AT_FDCWD, "link", AT_FDCWD, "name", AT_SYMLINK_FOLLOW));
    MUST(unlink("link") == 0);
    sprintf(path, "%s/", target);
    count("slash", n, open(path, O_RDONLY | O_NONBLOCK));
    sprintf(path, "%s/self", target);
    count("through", n, open(path, O_RDONLY | O_NONBLOCK));
    sprintf(path, "/proc/self/fd//%d", n);
    count("two slashes", n, open(path, O_RDONLY | O_NONBLOCK));
}

static void look(int step)
{
    for (int n = 3; n < LAST; n += step)
        if (fcntl(n, F_GETFD) < 0)
            look_for(n);
}

static void *wait_for_end(void *arg)
{
    struct gate *g = arg;
    gate_wait(g);
    return arg;
}

/* What the program has itself is where it was. */
static void own_links(void)
{
    char path[64], text[8] = "";
    int p[2], fd;
    MUST(pipe(p) == 0);
    MUST((fd = open("file", O_RDWR | O_CREAT, 0600)) >= 0);
    sprintf(path, "/proc/self/fd/%d", fd);
    MUST(symlink(path, "to a file") == 0);
    sprintf(path, "/proc/self/fd/%d", p[0]);
    MUST(symlink(path, "to a pipe") == 0);
    MUST(symlink("/proc/self/cwd", "here") == 0);
    MUST(symlink("/proc/self/exe", "program") == 0);
    int again = open("to a file", O_WRONLY | O_TRUNC | O_CREAT, 0600);
    CHECK(again >= 0 && write(again, "text", 4) == 4 && pread(fd, text, 8, 0) == 4 && strcmp(text, "text") == 0);
    CHECK(truncate("to a file", 2) == 0 && pread(fd, text, 8, 0) == 2);
    CHECK(linkat(AT_FDCWD, "to a file", AT_FDCWD, "second name", AT_SYMLINK_FOLLOW) == 0);
    CHECK(open("to a pipe", O_RDONLY | O_NONBLOCK) >= 0);
    CHECK(open("here/file", O_RDONLY) >= 0);
    CHECK(open("here/../x/y", O_RDONLY) < 0);
    show("link itself", open("to a file", O_RDONLY | O_NOFOLLOW));
    show("there already", open("to a file", O_RDWR | O_CREAT | O_EXCL, 0600));
    show("program is busy", open("program", O_WRONLY));
    show("no directory", open("to a file/", O_RDONLY));
    show("loop", symlink("loop", "loop") ? -1 : open("loop", O_RDONLY));
    int at = open("to a file", O_PATH | O_NOFOLLOW | O_RDWR | O_CREAT, 0600);
    struct stat st;
    CHECK(at >= 0 && fstat(at, &st) == 0 && S_ISLNK(st.st_mode));
}

int main(void)
{
    has_attr = raw(open_tree_attr, -1, "", 0, NULL, 0) == 0 || errno != ENOSYS;
    struct gate end;
    scratch();
    look(1);
    gate_init(&end);
    pthread_t th = thread_start(wait_for_end, &end);
    look(3);
    own_links();
    gate_open(&end);
    thread_join(th);
    CHECK(found == 0);
    return t_end();
}
