/* covers: add_key request_key keyctl */
#include "t.h"

/* keyctl operations */
enum { GET_ID, JOIN, UPDATE, REVOKE, DESCRIBE = 6, UNLINK = 9, SEARCH = 10, READ = 11, CAPABILITIES = 31 };

enum { BIG = 8 << 20 };

/* Two halves that lie apart in a virtual machine: the later one is there first. */
static char *across(void)
{
    char *p = mmap(NULL, 4 * BIG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    p = (char *) (((uintptr_t) p + BIG) & ~((uintptr_t) BIG - 1));
    for (int half = 1; half >= 0; half--) {
        MUST(mmap(p + half * BIG, BIG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
             MAP_FAILED);
        memset(p + half * BIG, '.', BIG);
    }
    return p + BIG;
}

static void too_little_room(long key)
{
    char *line = across();
    show("read into too little", raw(keyctl, READ, key, line - 2, 4));
    printf("%.8s\n", line - 4);
    show("describe into too little", raw(keyctl, DESCRIBE, key, line - 2, 4) > 4);
    printf("%.8s\n", line - 4);
    show("read into enough", raw(keyctl, READ, key, line - 2, 7));
    printf("%.12s\n", line - 4);
}

int main(void)
{
    char buf[128] = "";
    long key, r;
    pid_t pid = fork();

    if (pid == 0) {
        show_ok("join a session", raw(keyctl, JOIN, 0));
        key = raw(add_key, "user", "elfuse:test", "secret", 6, -3);
        show_ok("add", key);
        if (key >= 0) {
            show("found by name", raw(keyctl, SEARCH, -3, "user", "elfuse:test", 0) == key);
            show("requested", raw(request_key, "user", "elfuse:test", 0, 0) == key);
            show("read", raw(keyctl, READ, key, buf, sizeof(buf)));
            printf("%s\n", buf);
            show("read short", raw(keyctl, READ, key, buf, 2));
            too_little_room(key);
            show("update", raw(keyctl, UPDATE, key, "new", 3));
            show("read", raw(keyctl, READ, key, buf, sizeof(buf)));
            printf("%.3s\n", buf);
            r = raw(keyctl, DESCRIBE, key, buf, sizeof(buf));
            show("describe", r > 0 && strncmp(buf, "user;", 5) == 0 && strstr(buf, "elfuse:test") != NULL);
            show("read EFAULT", raw(keyctl, READ, key, BAD_PTR, 100));
            show("update EFAULT", raw(keyctl, UPDATE, key, BAD_PTR, 10));
            show("revoke", raw(keyctl, REVOKE, key));
            show("read revoked", raw(keyctl, READ, key, buf, sizeof(buf)));
            show("unlink", raw(keyctl, UNLINK, key, -3));
        }
        show("absent", raw(keyctl, SEARCH, -3, "user", "elfuse:none", 0));
        show("type", raw(add_key, "nonsense", "x", "y", 1, -3));
        show("type EFAULT", raw(add_key, BAD_PTR, "x", "y", 1, -3));
        show("description EFAULT", raw(add_key, "user", BAD_PTR, "y", 1, -3));
        show("payload EFAULT", raw(add_key, "user", "x", BAD_PTR, 1, -3));
        show("request EFAULT", raw(request_key, "user", BAD_PTR, 0, 0));
        show("bad operation", raw(keyctl, 999, 0, 0, 0, 0));
        _exit(0);
    }
    show_wait("child", pid);
    return t_end();
}
