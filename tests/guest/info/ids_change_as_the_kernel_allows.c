/* covers: setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capget capset */
#include "t.h"

static void ids(const char *what)
{
    unsigned r, e, s, gr, ge, gs;
    MUST(raw(getresuid, &r, &e, &s) == 0 && raw(getresgid, &gr, &ge, &gs) == 0);
    printf("%s: %u %u %u / %u %u %u\n", what, r, e, s, gr, ge, gs);
}

#define CHILD(body)                                                                                                    \
    do {                                                                                                               \
        pid_t pid_ = fork();                                                                                           \
        if (pid_ == 0) {                                                                                               \
            body;                                                                                                      \
            ids("child");                                                                                              \
            _exit(0);                                                                                                  \
        }                                                                                                              \
        show_wait("ended", pid_);                                                                                      \
    } while (0)

struct caps {
    uint32_t effective, permitted, inheritable;
};

int main(void)
{
    uint32_t hdr[2] = {0x20080522, 0};
    struct caps c[2];
    unsigned list[3] = {500, 501, 502};

    scratch();
    put_file("mine", "secret");
    chmod("mine", 0600);
    chmod(".", 0755);
    ids("start");
    CHILD(show("setuid", raw(setuid, 1234)); show("back", raw(setuid, 0)); show("read", open("mine", O_RDONLY)));
    CHILD(show("setgid", raw(setgid, 2345)));
    CHILD(show("setreuid", raw(setreuid, -1, 1234)); show("back", raw(setreuid, -1, 0)));
    CHILD(show("setregid", raw(setregid, 2345, -1)));
    CHILD(show("setresuid", raw(setresuid, 10, 11, 12)); show("swap", raw(setresuid, 12, 10, 11));
          show("other", raw(setresuid, 77, -1, -1)));
    CHILD(show("setresgid", raw(setresgid, 10, 11, 12)));
    CHILD(show("setgroups", raw(setgroups, 3, list)); show("getgroups", raw(getgroups, 3, list));
          printf("%u %u %u\n", list[0], list[1], list[2]));
    CHILD(show("setfsuid", raw(setfsuid, 1234)); show("was", raw(setfsuid, -1)); show("read", open("mine", O_RDONLY));
          show("setfsgid", raw(setfsgid, 99)); show("was", raw(setfsgid, -1)));
    show("setgroups EFAULT", raw(setgroups, 3, BAD_PTR));
    show("setgroups too many", raw(setgroups, 70000, list));

    show("capget", raw(capget, hdr, c));
    printf("%x %x %x\n", c[0].effective, c[0].permitted, c[0].inheritable);
    CHILD(c[0].effective &= ~0x2u; c[0].permitted &= ~0x2u; show("capset", raw(capset, hdr, c));
          show("capget", raw(capget, hdr, c)); printf("%x %x\n", c[0].effective, c[0].permitted); c[0].permitted |= 2;
          show("more", raw(capset, hdr, c)));
    show("data EFAULT", raw(capget, hdr, BAD_PTR));
    show("header EFAULT", raw(capget, BAD_PTR, c));
    show("set EFAULT", raw(capset, hdr, BAD_PTR));
    hdr[0] = 1;
    show("version", raw(capget, hdr, c));
    printf("%x\n", hdr[0]);
    show("ask version", (hdr[0] = 1, raw(capget, hdr, 0)));
    hdr[0] = 0x20080522;
    hdr[1] = 0x3fffffff;
    show("nobody", raw(capget, hdr, c));
    return t_end();
}
