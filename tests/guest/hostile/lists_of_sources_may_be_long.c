/* covers: getsockopt setsockopt unshare */
/* The kernel writes as many sources of a multicast group as it is asked for, which who has a network of his own may make as many as he likes. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "t.h"

enum { SOURCES = 30000 };

int main(void)
{
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK | IFF_MULTICAST};
    const size_t size = 16 + 4 * SOURCES;
    uint32_t *f = calloc(1, size), *got = calloc(1, size);
    struct ip_mreq join = {.imr_multiaddr.s_addr = htonl(0xe0010101), .imr_interface.s_addr = htonl(0x7f000001)};
    MUST(f && got);
    if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
        puts("no namespaces here");
        return 0;
    }
    int fd = socket(AF_INET, SOCK_DGRAM, 0), limit = open("/proc/sys/net/ipv4/igmp_max_msf", O_WRONLY);
    MUST(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &up) == 0);
    if (limit < 0 || write(limit, "40000", 5) != 5) {
        puts("no limit of one's own here");
        return 0;
    }
    MUST(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join) == 0);
    f[0] = join.imr_multiaddr.s_addr;
    f[1] = join.imr_interface.s_addr;
    f[2] = MCAST_INCLUDE;
    f[3] = SOURCES;
    for (uint32_t i = 0; i < SOURCES; i++)
        f[4 + i] = htonl(0x0a000000 + i);
    show("set", setsockopt(fd, IPPROTO_IP, 41 /* IP_MSFILTER */, f, (socklen_t) size));
    for (uint32_t asked = 0; asked <= SOURCES; asked += SOURCES / 3) {
        memcpy(got, f, 16);
        got[3] = asked;
        memset(got + 4, 0x55, size - 16);
        socklen_t len = (socklen_t) size;
        int r = getsockopt(fd, IPPROTO_IP, 41, got, &len);
        printf("%u asked: %d, %u bytes, %u there", asked, r, (unsigned) len, got[3]);
        printf(", last %x\n", asked ? ntohl(got[3 + asked]) : 0);
    }
    return t_end();
}
