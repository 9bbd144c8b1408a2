/* Seccomp filters for guest programs. */
#ifndef FILTER_H
#define FILTER_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "child.h"

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_NR LOAD(nr)
#define LOAD_ARG(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (i))
#define LOAD_ARG_HIGH(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (i) + 4)
#define EQ(v, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t) (v), yes, no)
#define RET(v) BPF_STMT(BPF_RET | BPF_K, (uint32_t) (v))
#define ERRNO(e) (SECCOMP_RET_ERRNO | (e))

/* seccomp(SECCOMP_SET_MODE_FILTER, flags, {...}). */
T_UNUSED static long install(unsigned flags, const struct sock_filter *f, unsigned n)
{
    struct sock_fprog prog = {(unsigned short) n, (struct sock_filter *) f};
    return raw(seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}
#define INSTALL(flags, ...)                                                                                            \
    ({                                                                                                                 \
        const struct sock_filter insns_[] = {__VA_ARGS__};                                                             \
        install(flags, insns_, ARRAY_SIZE(insns_));                                                                    \
    })

/* As an unprivileged program has to begin. */
T_UNUSED static void no_new_privs(void)
{
    MUST(raw(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}

/* From now on call `nr` has this result; everything else goes on. */
T_UNUSED static long filter_one(unsigned flags, long nr, uint32_t action)
{
    return INSTALL(flags, LOAD_NR, EQ(nr, 0, 1), RET(action), RET(SECCOMP_RET_ALLOW));
}

/* A line of /proc/.../status. */
T_UNUSED static long status_field(const char *path, const char *name)
{
    char buf[8192], *p;
    if (get_file(path, buf, sizeof buf) < 0)
        return -1;
    p = strstr(buf, name);
    return p ? strtol(p + strlen(name), NULL, 10) : -1;
}

/* How a child that does this ends, in words. */
#define SHOW_CHILD(name, ...) show_status(name, IN_CHILD(__VA_ARGS__))

#endif
