/* covers: execve truncate */
/* translated: no (to the kernel the program is the translator: outside, this one would be opened for writing, and emptied) */
#include <linux/openat2.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "child.h"

static void try(const char *name, const char *path)
{
    char *args[] = {"x", NULL}, *env[] = {NULL};
    show(name, raw(execve, path, args, env));
}

int main(void)
{
    static char longname[5000];
    char *args[] = {"x", NULL}, *env[] = {NULL};
    scratch();
    put_file("plain", "#!/bin/true\n");
    put_file("text", "hello world\n");
    put_file("empty", "");
    put_file("script", "#!/nonexistent/interpreter\n");
    chmod("text", 0755);
    chmod("empty", 0755);
    chmod("script", 0755);
    mkdir("dir", 0755);
    MUST(symlink("loop", "loop") == 0);
    MUST(symlink("nowhere", "dangling") == 0);
    MUST(mkfifo("fifo", 0755) == 0);
    memset(longname, 'n', 4999);

    try("empty name", "");
    try("not there", "none");
    try("in a directory that is not there", "none/none");
    try("through a file", "plain/x");
    try("directory", "dir");
    try("not executable", "plain");
    try("text", "text");
    try("empty file", "empty");
    try("script without its interpreter", "script");
    try("link to itself", "loop");
    try("dangling link", "dangling");
    try("fifo", "fifo");
    try("device", "/dev/null");
    try("name too long", longname);
    longname[300] = 0;
    try("component too long", longname);
    try("slash at the end", "text/");
    try("not there at all", BAD_PTR);
    try("null", NULL);
    show("arguments not there", raw(execve, "/bin/true", BAD_PTR, env));
    show("environment not there", raw(execve, "/bin/true", args, BAD_PTR));
    args[0] = BAD_PTR;
    show("an argument not there", raw(execve, "/bin/true", args, env));
    args[0] = "x";
    env[0] = BAD_PTR;
    char *env2[] = {BAD_PTR, NULL};
    show("a variable not there", raw(execve, "/bin/true", args, env2));
    char **edge = at_edge(sizeof(char *));
    edge[0] = "x";
    show("vector runs into nothing", raw(execve, "/bin/true", edge, NULL));

    /* a program that is open for writing */
    MUST(system("cp /bin/true ./busy") == 0);
    int fd = open("busy", O_WRONLY);
    try("open for writing", fd >= 0 ? "./busy" : "");
    close(fd);
    MUST(access("busy", X_OK) == 0);
    show_status("no longer", IN_CHILD(execl("./busy", "busy", (char *) NULL)));
    int running = open("/proc/self/exe", O_WRONLY);
    show("writing to a running program", running);
    show("cutting it short", truncate("/proc/self/exe", 0));
    show("not by a negative length", truncate("/proc/self/exe", -1));
    show("emptying it", open("/proc/self/exe", O_RDONLY | O_TRUNC));
    show("a directory wanted", open("/proc/self/exe", O_RDWR | O_DIRECTORY));
    show("no link wanted", open("/proc/self/exe", O_RDWR | O_NOFOLLOW));
    show_ok("for ioctl only", open("/proc/self/exe", O_ACCMODE));
    struct open_how how = {.flags = O_RDWR, .resolve = 1 << 20};
    show("unknown resolve flag", raw(openat2, AT_FDCWD, "/proc/self/exe", &how, sizeof how));
    return t_end();
}
