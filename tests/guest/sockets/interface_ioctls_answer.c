/* covers: ioctl socket */
#include "t.h"
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* What a driver says of its own may not be the same twice: so it is asked of the loopback alone. */
static void of_driver(int s, const char *name, const char *what, uint32_t cmd, size_t size)
{
    uint32_t answer[64] = {cmd}, sum = 0;
    struct ifreq r = {.ifr_data = (char *) answer};
    strcpy(r.ifr_name, name);
    printf("%s: ", name);
    show(what, ioctl(s, SIOCETHTOOL, &r));
    for (unsigned i = 0; i < size / 4; i++)
        sum = sum * 31 + answer[i];
    printf("  %x\n", sum);
    for (unsigned i = (unsigned) size / 4; i < ARRAY_SIZE(answer); i++)
        CHECK(i == 0 || answer[i] == 0);
}

static void drivers(int s)
{
    static const char *const names[] = {"lo", "absent0", ""};
    struct ifreq r = {.ifr_name = "lo", .ifr_data = BAD_PTR};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        of_driver(s, names[i], "settings", ETHTOOL_GSET, sizeof(struct ethtool_cmd));
        of_driver(s, names[i], "driver", ETHTOOL_GDRVINFO, sizeof(struct ethtool_drvinfo));
        of_driver(s, names[i], "link", ETHTOOL_GLINK, sizeof(struct ethtool_value));
        of_driver(s, names[i], "rings", ETHTOOL_GRINGPARAM, sizeof(struct ethtool_ringparam));
        of_driver(s, names[i], "coalescing", ETHTOOL_GCOALESCE, sizeof(struct ethtool_coalesce));
        of_driver(s, names[i], "sums", ETHTOOL_GTXCSUM, sizeof(struct ethtool_value));
        of_driver(s, names[i], "flags", ETHTOOL_GFLAGS, sizeof(struct ethtool_value));
        of_driver(s, names[i], "time stamps", ETHTOOL_GET_TS_INFO, sizeof(struct ethtool_ts_info));
        of_driver(s, names[i], "nothing", 0, 4);
        of_driver(s, names[i], "what nobody knows", 0xfffff, 4);
    }
    uint32_t *edge = at_edge(4);
    show("bad structure", raw(ioctl, s, SIOCETHTOOL, &r));
    r.ifr_data = (char *) edge;
    *edge = ETHTOOL_GLINK;
    show("half a structure", raw(ioctl, s, SIOCETHTOOL, &r));
    strcpy(r.ifr_name, "absent0");
    show("half a structure for nobody", raw(ioctl, s, SIOCETHTOOL, &r));
    show("bad request, of the driver", raw(ioctl, s, SIOCETHTOOL, BAD_PTR));
    show("not a socket, of the driver", raw(ioctl, 0, SIOCETHTOOL, &r));
}

int main(void)
{
    struct ifreq r, list[16];
    struct ifconf c = {.ifc_len = sizeof(list)};
    int s = socket(AF_INET, SOCK_DGRAM, 0), lo = 0;

    MUST(s >= 0);
    memset(&r, 0, sizeof(r));
    strcpy(r.ifr_name, "lo");
    if (show("index", ioctl(s, SIOCGIFINDEX, &r)) == 0)
        printf("%d\n", r.ifr_ifindex);
    if (show("flags", ioctl(s, SIOCGIFFLAGS, &r)) == 0)
        printf("loopback %d\n", !!(r.ifr_flags & IFF_LOOPBACK));
    if (show("address", ioctl(s, SIOCGIFADDR, &r)) == 0)
        printf("%x\n", ntohl(((struct sockaddr_in *) &r.ifr_addr)->sin_addr.s_addr));
    if (show("mtu", ioctl(s, SIOCGIFMTU, &r)) == 0)
        printf("%d\n", r.ifr_mtu);
    memset(&r, 0, sizeof(r));
    r.ifr_ifindex = 1;
    if (show("name", ioctl(s, SIOCGIFNAME, &r)) == 0)
        printf("%s\n", r.ifr_name);
    c.ifc_req = list;
    if (show("list", ioctl(s, SIOCGIFCONF, &c)) == 0) {
        CHECK(c.ifc_len % sizeof(list[0]) == 0);
        for (unsigned i = 0; i < (unsigned) c.ifc_len / sizeof(list[0]); i++)
            lo += strcmp(list[i].ifr_name, "lo") == 0;
        printf("lo %d\n", lo);
    }
    c.ifc_req = NULL;
    if (show("size of list", ioctl(s, SIOCGIFCONF, &c)) == 0)
        CHECK(c.ifc_len % sizeof(list[0]) == 0);
    c.ifc_req = BAD_PTR;
    c.ifc_len = sizeof(list);
    show("bad list", raw(ioctl, s, SIOCGIFCONF, &c));
    show("bad request", raw(ioctl, s, SIOCGIFINDEX, BAD_PTR));
    strcpy(r.ifr_name, "absent0");
    show("absent", ioctl(s, SIOCGIFINDEX, &r));
    show("absent, for its driver", ioctl(s, SIOCDEVPRIVATE + 1, &r));
    show("bad request, for its driver", raw(ioctl, s, SIOCDEVPRIVATE + 15, BAD_PTR));
    show("not a socket, for its driver", raw(ioctl, 0, SIOCDEVPRIVATE, BAD_PTR));
    strcpy(r.ifr_name, "lo");
    show("loopback, for its driver", ioctl(s, SIOCDEVPRIVATE, &r));
    drivers(s);
    show("not a socket", ioctl(0, SIOCGIFINDEX, &r));
    return t_end();
}
