/* covers: execveat */
#include "child.h"

static void at(const char *what, int dir, const char *path, int flags)
{
    char *args[] = {"prog", "one", NULL}, *env[] = {"A=b", NULL};
    int status = IN_CHILD({
        raw(execveat, dir, path, args, env, flags);
        printf("%s: %s\n", what, errname(errno));
        _exit(111);
    });
    show_status(what, status);
}

int main(void)
{
    int dir, sh, script, cloexec;
    scratch();
    put_file("script", "#!/bin/sh\necho script \"$1\" $#\nexit 4\n");
    chmod("script", 0755);
    MUST(mkdir("sub", 0755) == 0);
    MUST(symlink("/bin/true", "sub/true") == 0);
    MUST(symlink("/bin/false", "sub/false") == 0);
    MUST((dir = open("sub", O_RDONLY | O_DIRECTORY)) >= 0);
    MUST((sh = open("/bin/true", O_RDONLY | O_CLOEXEC)) >= 0);
    MUST((script = open("script", O_RDONLY)) >= 0);
    MUST((cloexec = open("script", O_RDONLY | O_CLOEXEC)) >= 0);
    at("relative to a directory", dir, "true", 0);
    at("relative to a directory", dir, "false", 0);
    at("upwards", dir, "../script", 0);
    at("working directory", AT_FDCWD, "./script", 0);
    at("absolute", -1, "/bin/true", 0);
    at("link not followed", dir, "true", AT_SYMLINK_NOFOLLOW);
    at("empty path", sh, "", AT_EMPTY_PATH);
    at("empty path without the flag", sh, "", 0);
    at("empty path of a directory", dir, "", AT_EMPTY_PATH);
    at("empty path of the working directory", AT_FDCWD, "", AT_EMPTY_PATH);
    at("script by descriptor", script, "", AT_EMPTY_PATH);
    at("script by one that closes", cloexec, "", AT_EMPTY_PATH);
    at("path descriptor", open("/bin/false", O_PATH | O_CLOEXEC), "", AT_EMPTY_PATH);
    at("write-only", open("sub/x", O_WRONLY | O_CREAT, 0755), "", AT_EMPTY_PATH);
    at("bad descriptor", 12345, "true", 0);
    at("not a directory", sh, "true", 0);
    at("unknown flag", dir, "true", 0x8);
    at("path not there", dir, BAD_PTR, 0);
    /* a program that has no name any more */
    int fd = memfd_create("prog", MFD_CLOEXEC);
    int in = open("/bin/true", O_RDONLY);
    char buf[65536];
    ssize_t n;
    MUST(fd >= 0 && in >= 0);
    while ((n = read(in, buf, sizeof(buf))) > 0)
        MUST(write(fd, buf, (size_t) n) == n);
    at("memfd", fd, "", AT_EMPTY_PATH);
    return t_end();
}
