/* covers: ioctl socket */
#include "t.h"
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

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
    show("not a socket", ioctl(0, SIOCGIFINDEX, &r));
    return t_end();
}
