/* covers: setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr
 * fremovexattr */
#include "t.h"

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The user's own names: security modules may add theirs. */
static void list(const char *what, const char *buf, long n)
{
    const char *names[32];
    int k = 0;

    if (n < 0) {
        show(what, n);
        return;
    }
    for (const char *p = buf; p < buf + n && k < 32; p += strlen(p) + 1)
        if (strncmp(p, "user.", 5) == 0 || strncmp(p, "trusted.", 8) == 0)
            names[k++] = p;
    qsort(names, (size_t) k, sizeof(*names), compare);
    printf("%s:", what);
    for (int i = 0; i < k; i++)
        printf(" %s", names[i]);
    printf("\n");
}

int main(void)
{
    char buf[256] = "";
    int fd;

    scratch();
    put_file("f", "x");
    MUST(symlink("f", "link") == 0);
    fd = open("f", O_RDWR);
    show("set", raw(setxattr, "f", "user.one", "first", 5, 0));
    show("set through link", raw(setxattr, "link", "user.two", "2", 1, 0));
    show("set by descriptor", raw(fsetxattr, fd, "user.three", "", 0, 0));
    show("set on link itself", raw(lsetxattr, "link", "user.four", "4", 1, 0));
    show("trusted on link itself", raw(lsetxattr, "link", "trusted.five", "five", 4, 0));
    show("get", raw(getxattr, "f", "user.one", buf, sizeof(buf)));
    printf("%.5s\n", buf);
    show("get by descriptor", raw(fgetxattr, fd, "user.two", buf, sizeof(buf)));
    show("get empty", raw(getxattr, "f", "user.three", buf, sizeof(buf)));
    show("size", raw(getxattr, "f", "user.one", 0, 0));
    show("too small", raw(getxattr, "f", "user.one", buf, 3));
    show("get of link itself", raw(lgetxattr, "link", "trusted.five", buf, sizeof(buf)));
    show("absent", raw(getxattr, "f", "user.none", buf, sizeof(buf)));
    list("list", buf, raw(listxattr, "f", buf, sizeof(buf)));
    list("list by descriptor", buf, raw(flistxattr, fd, buf, sizeof(buf)));
    list("list of link itself", buf, raw(llistxattr, "link", buf, sizeof(buf)));
    show("list too small", raw(listxattr, "f", buf, 4));
    show("create existing", raw(setxattr, "f", "user.one", "x", 1, 1));
    show("replace absent", raw(setxattr, "f", "user.none", "x", 1, 2));
    show("replace", raw(setxattr, "f", "user.one", "longer value", 12, 2));
    show("size", raw(getxattr, "f", "user.one", 0, 0));
    show("both flags", raw(setxattr, "f", "user.one", "x", 1, 4));
    show("no name", raw(setxattr, "f", "user.", "x", 1, 0));
    show("unknown class", raw(setxattr, "f", "nonsense.x", "x", 1, 0));
    show("value too big", raw(setxattr, "f", "user.big", buf, 70000, 0));
    show("remove", raw(removexattr, "f", "user.one"));
    show("remove again", raw(removexattr, "f", "user.one"));
    show("remove by descriptor", raw(fremovexattr, fd, "user.two"));
    show("remove of link", raw(lremovexattr, "link", "trusted.five"));
    list("list", buf, raw(listxattr, "f", buf, sizeof(buf)));
    show("bad path", raw(setxattr, BAD_PTR, "user.x", "x", 1, 0));
    show("bad name", raw(setxattr, "f", BAD_PTR, "x", 1, 0));
    show("bad value", raw(setxattr, "f", "user.x", BAD_PTR, 1, 0));
    show("bad buffer", raw(getxattr, "f", "user.three", BAD_PTR, 100));
    show("bad list", raw(listxattr, "f", BAD_PTR, 100));
    show("bad remove", raw(removexattr, "f", BAD_PTR));
    show("absent file", raw(getxattr, "none", "user.x", buf, 10));
    show("closed", raw(fgetxattr, 99, "user.x", buf, 10));
    show("closed list", raw(flistxattr, 99, buf, 10));
    show("closed remove", raw(fremovexattr, 99, "user.x"));
    show("of O_PATH", raw(fgetxattr, open("f", O_PATH), "user.three", buf, 10));
    return t_end();
}
