/* covers: seccomp */
#include "../filter.h"

static struct sock_filter f[5000];

static void fill(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        f[i] = (struct sock_filter) BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1);
    f[n - 1] = (struct sock_filter) RET(SECCOMP_RET_ALLOW);
}

/* How many copies of this are taken until ENOMEM. */
static void count(const char *name, struct sock_filter one, unsigned n)
{
    int p[2];
    unsigned k = 0;
    MUST(pipe(p) == 0);
    IN_CHILD({
        for (unsigned i = 0; i < n; i++)
            f[i] = i % 2 && BPF_CLASS(one.code) == BPF_JMP ? (struct sock_filter) RET(SECCOMP_RET_ALLOW) : one;
        f[n - 1] = (struct sock_filter) RET(SECCOMP_RET_ALLOW);
        while (install(0, f, n) == 0)
            k++;
        printf("%s: %u, then %s\n", name, k, errname(errno));
    });
}

int main(void)
{
    no_new_privs();
    fill(4097);
    show("none", install(0, f, 0));
    show("no place", raw(seccomp, SECCOMP_SET_MODE_FILTER, 0, (&(struct sock_fprog){4, NULL})));
    show("too many", install(0, f, 4097));
    show("bad place", raw(seccomp, SECCOMP_SET_MODE_FILTER, 0, (&(struct sock_fprog){4, BAD_PTR})));
    fill(4096);
    SHOW_CHILD("as many as fit", show("4096", install(0, f, 4096)));
    /* The kernel counts instructions of its own, which are more for some. */
    count("add", (struct sock_filter) BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1), 1000);
    count("divide", (struct sock_filter) BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 1), 1000);
    count("return", (struct sock_filter) RET(SECCOMP_RET_ALLOW), 1000);
    count("load", (struct sock_filter) LOAD_NR, 500);
    count("length", (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), 500);
    count("store", (struct sock_filter) BPF_STMT(BPF_ST, 0), 500);
    count("transfer", (struct sock_filter) BPF_STMT(BPF_MISC | BPF_TAX, 0), 500);
    count("jump, no else", (struct sock_filter) EQ(1, 1, 0), 1001);
    count("jump, else only", (struct sock_filter) EQ(1, 0, 1), 1001);
    count("jump, both", (struct sock_filter) EQ(1, 1, 2), 1000);
    count("jump, high constant", (struct sock_filter) EQ(0x80000000, 1, 0), 1001);
    count("set, else only", (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1), 1001);
    count("small", (struct sock_filter) RET(SECCOMP_RET_ALLOW), 1);
    return t_end();
}
