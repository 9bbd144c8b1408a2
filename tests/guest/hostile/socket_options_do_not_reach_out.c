/* covers: getsockopt setsockopt */
/* Options whose structures hold addresses or counts of their own write where the program said, or not at all. */
#include "t.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

struct full_info { /* struct mptcp_full_info up to its addresses, and what follows */
    uint32_t size_tcpinfo_kernel, size_tcpinfo_user, size_sfinfo_kernel, size_sfinfo_user, num_subflows,
        size_arrays_user;
    uint64_t subflow_info, tcp_info;
    uint8_t info[512];
};

static struct full_info asked(void *subflow, void *tcp)
{
    return (struct full_info){.size_tcpinfo_user = 1,
                              .size_sfinfo_user = 8,
                              .size_arrays_user = 1,
                              .subflow_info = (uint64_t) subflow,
                              .tcp_info = (uint64_t) tcp};
}

/* More sources than the caller's structure has room for: the kernel counts by the field inside. */
static void sources(char *at)
{
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    struct group_source_req req = {.gsr_interface = 1};
    struct sockaddr_in6 *g = (struct sockaddr_in6 *) &req.gsr_group, *s = (struct sockaddr_in6 *) &req.gsr_source;
    unsigned joined = 0;

    if (fd < 0)
        return;
    g->sin6_family = s->sin6_family = AF_INET6;
    g->sin6_addr.s6_addr[0] = 0xff;
    g->sin6_addr.s6_addr[1] = 0x02;
    g->sin6_addr.s6_addr[15] = 0x77;
    s->sin6_addr.s6_addr[0] = 0xfd;
    for (unsigned i = 1; i <= 60; i++) {
        s->sin6_addr.s6_addr[15] = (uint8_t) i;
        joined += setsockopt(fd, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, &req, sizeof req) == 0;
    }
    struct group_filter *f = (struct group_filter *) at;
    socklen_t len = (socklen_t) GROUP_FILTER_SIZE(0);
    for (int i = 0; i < 200; i++) {
        memset(at, 0, 16384);
        f->gf_interface = 1;
        memcpy(&f->gf_group, g, sizeof *g);
        f->gf_numsrc = 64;
        len = (socklen_t) GROUP_FILTER_SIZE(0);
        getsockopt(fd, IPPROTO_IPV6, MCAST_MSFILTER, f, &len);
    }
    (void) joined;
    close(fd);
}

int main(void)
{
    int l = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), c = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof a;

    if (l >= 0 && c >= 0) {
        MUST(bind(l, (void *) &a, sizeof a) == 0 && listen(l, 1) == 0 && getsockname(l, (void *) &a, &len) == 0);
        MUST(connect(c, (void *) &a, sizeof a) == 0);
        uint64_t word[2] = {0};
        struct full_info full = asked(word, word + 1);
        len = sizeof full;
        const int told = getsockopt(c, 284, 4, &full, &len); /* since Linux 6.5 */
        show("all about the connection", told);
        CHECK(told || (full.num_subflows == 1 && word[0] && full.subflow_info == (uint64_t) word &&
                       full.size_arrays_user == 1));
        /* What the program has not mapped is nobody's: least of all where an image of a supervisor could lie. */
        for (uint64_t at = 0x7e9000000000; at < 0x7e9000000000 + (4 << 20); at += T_PAGE) {
            struct full_info one = asked((void *) at, word), two = asked(word, (void *) at);
            len = sizeof one;
            CHECK(getsockopt(c, 284, 4, &one, &len) == -1 && (told || errno == EFAULT));
            len = sizeof two;
            CHECK(getsockopt(c, 284, 4, &two, &len) == -1 && (told || errno == EFAULT));
        }
        len = offsetof(struct full_info, info) - 1;
        show("too short", getsockopt(c, 284, 4, &full, &len));
        full = asked(word, word + 1);
        full.size_sfinfo_user = 1u << 31;
        len = sizeof full;
        show("too large", getsockopt(c, 284, 4, &full, &len));
        full = asked(word, word + 1);
        full.size_arrays_user = 0;
        full.size_sfinfo_user = full.size_tcpinfo_user = INT_MAX;
        len = sizeof full;
        show("for none", getsockopt(c, 284, 4, &full, &len));
        CHECK(told || (full.size_sfinfo_user < T_PAGE && full.size_tcpinfo_user < T_PAGE &&
                       len > offsetof(struct full_info, info)));
        len = sizeof full;
        show("nowhere", getsockopt(c, 284, 4, BAD_PTR, &len));
    }
    /* The same place twice, once with memory of another kind behind: buffers in several pieces. */
    size_t big = 8 << 20;
    char *p = mmap(NULL, 4 * big, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    p = (char *) (((uintptr_t) p + big) & ~((uintptr_t) big - 1));
    MUST(mmap(p + big, big, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    memset(p + big, 0, big);
    MUST(mmap(p, big, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    memset(p, 0, big);
    for (int i = 8; i < 128; i += 40)
        sources(p + big - i);
    for (int i = 0; i < 100; i++) {
        char *q = malloc((size_t) i * 300 + 1);
        MUST(q);
        free(q);
    }
    return t_end();
}
