/* covers: ioctl */
#include "t.h"
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>

#define VALUE(request, value) show(#request " " #value, raw(ioctl, fd, request, value))

static void set(int fd, const char *name, unsigned long request, int value)
{
    printf("%s %d", name, value);
    show("", raw(ioctl, fd, request, &value));
    printf("%s", name);
    show(" bad pointer", raw(ioctl, fd, request, BAD_PTR));
}

static void get(int fd, const char *name, unsigned long request)
{
    int value = -1;

    printf("%s", name);
    show("", raw(ioctl, fd, request, &value));
    printf("%s %d, ", name, value);
    show("bad pointer", raw(ioctl, fd, request, BAD_PTR));
}

#define SET(request, value) set(fd, #request, request, value)
#define GET(request) get(fd, #request, request)

static void ask(int fd)
{
    struct ifreq r = {.ifr_flags = IFF_DETACH_QUEUE};

    VALUE(TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6);
    VALUE(TUNSETOFFLOAD, 0x10000000);
    VALUE(TUNSETNOCSUM, 1);
    VALUE(TUNSETDEBUG, 0);
    VALUE(TUNSETLINK, 512);
    VALUE(TUNDETACHFILTER, 0);
    SET(TUNSETVNETHDRSZ, 12);
    SET(TUNSETVNETHDRSZ, 3);
    GET(TUNGETVNETHDRSZ);
    SET(TUNSETSNDBUF, 100000);
    SET(TUNSETSNDBUF, -1);
    GET(TUNGETSNDBUF);
    SET(TUNSETVNETLE, 1);
    GET(TUNGETVNETLE);
    SET(TUNSETVNETBE, 0);
    GET(TUNGETVNETBE);
    SET(TUNSETCARRIER, 0);
    SET(TUNSETIFINDEX, 77);
    show("TUNSETQUEUE", raw(ioctl, fd, TUNSETQUEUE, &r));
    show("again", raw(ioctl, fd, TUNSETQUEUE, &r));
    show("bad pointer", raw(ioctl, fd, TUNSETQUEUE, BAD_PTR));
    show_ok("TUNGETDEVNETNS", raw(ioctl, fd, TUNGETDEVNETNS, 0));
}

static void make(const char *what, int flags)
{
    struct ifreq r = {.ifr_name = "guest0", .ifr_flags = (short) flags};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    printf("-- %s\n", what);
    if (show_ok("open", fd) < 0)
        return;
    show("TUNSETIFF", raw(ioctl, fd, TUNSETIFF, &r));
    ask(fd);
    close(fd);
}

int main(void)
{
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    /* Where nobody else's devices are. */
    if (show("namespace", unshare(CLONE_NEWNET)) == 0) {
        make("packets", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
        make("frames of several queues", IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE);
    }
    if (show_ok("open", fd) >= 0)
        ask(fd); /* no device yet */
    return t_end();
}
