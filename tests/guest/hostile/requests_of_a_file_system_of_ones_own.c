/* covers: ioctl mount read write openat */
/* FUSE takes a request for what its number says, whoever else has one of that number: its bytes come from where the program's pointer leads, and go there,
 * and to no other memory. */
#include <linux/fuse.h>
#include <sys/ioctl.h>
#include <sys/param.h>

#include "child.h"
#include "ownmounts.h"

#define SETNEXTWD _IOW('I', 0, int)
#define TIOCSIG_ _IOW('T', 0x36, int)
#define SETPERSIST _IOW('T', 203, int)
#define SET_FLAGS _IOW('!', 4, uint64_t)
#define GET_PID _IOR(0xb7, 6, int)
#define GET_TGID_IN _IOR(0xb7, 9, int)
#define GETVERSION _IOR('v', 1, long)
#define SETVERSION _IOW('v', 2, long)
#define PWSALT _IOW('f', 20, uint8_t[16])
#define TRIM _IOWR('X', 121, uint64_t[3])
#define MEASURE _IOWR('f', 134, uint16_t[2])

/* Memory of the supervisor's, where there is one. */
#define NOWHERE ((void *) 0x7e9000001000)

static void answer(int fuse, const struct fuse_in_header *in, int error, const void *data, size_t n)
{
    char out[1 << 17];
    struct fuse_out_header h = {(uint32_t) (sizeof h + n), -error, in->unique};
    memcpy(out, &h, sizeof h);
    memcpy(out + sizeof h, data, n);
    MUST(write(fuse, out, h.len) == h.len);
}

static void request(int fuse, const struct fuse_in_header *in)
{
    struct fuse_attr file = {.ino = 2, .mode = S_IFREG | 0644, .nlink = 1, .size = 100};
    struct fuse_attr dir = {.ino = 1, .mode = S_IFDIR | 0755, .nlink = 2};
    const void *arg = in + 1;
    switch (in->opcode) {
    case FUSE_INIT: {
        const struct fuse_init_in *i = arg;
        struct fuse_init_out o = {.major = 7, .minor = MIN(i->minor, 31u), .max_write = 65536};
        answer(fuse, in, 0, &o, sizeof o);
        break;
    }
    case FUSE_GETATTR: {
        struct fuse_attr_out o = {.attr_valid = 100, .attr = in->nodeid == 1 ? dir : file};
        answer(fuse, in, 0, &o, sizeof o);
        break;
    }
    case FUSE_LOOKUP: {
        struct fuse_entry_out o = {.nodeid = 2, .entry_valid = 100, .attr_valid = 100, .attr = file};
        answer(fuse, in, 0, &o, sizeof o);
        break;
    }
    case FUSE_OPEN: {
        struct fuse_open_out o = {0};
        answer(fuse, in, 0, &o, sizeof o);
        break;
    }
    case FUSE_IOCTL: { /* what came, and as much of an answer as there is room for */
        static char o[sizeof(struct fuse_ioctl_out) + (1 << 16)];
        const struct fuse_ioctl_in *i = arg;
        const char *data = (const char *) (i + 1);
        uint32_t out = MIN(i->out_size, 1u << 16);
        memset(o, 0, sizeof(struct fuse_ioctl_out));
        memset(o + sizeof(struct fuse_ioctl_out), 'o', out);
        if (in->len && i->cmd == MEASURE)
            memcpy(o + sizeof(struct fuse_ioctl_out), data, 4); /* the size is kept */
        printf("  %u bytes", i->in_size);
        for (uint32_t k = 0; k < MIN(i->in_size, 16u) && i->cmd != MEASURE; k++)
            printf(" %02x", (unsigned char) data[k]);
        printf(", %u wanted\n", i->out_size);
        fflush(stdout);
        answer(fuse, in, 0, o, sizeof(struct fuse_ioctl_out) + out);
        break;
    }
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        break;
    case FUSE_FLUSH:
    case FUSE_RELEASE:
        answer(fuse, in, 0, NULL, 0);
        break;
    default:
        answer(fuse, in, ENOSYS, NULL, 0);
    }
}

static void serve(int fuse)
{
    static char in[1 << 18] __attribute__((aligned(8)));
    for (;;) {
        ssize_t n = read(fuse, in, sizeof in);
        if (n < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
            continue;
        if (n < 0)
            _exit(0);
        request(fuse, (void *) in);
    }
}

static void try(const char *name, int fd, unsigned long req, void *arg, const void *look)
{
    printf("%s\n", name);
    fflush(stdout);
    int r = ioctl(fd, req, arg);
    printf("  %d %s", r, r < 0 ? errname(errno) : "done");
    if (look)
        printf(", then %.8s", (const char *) look);
    puts("");
    fflush(stdout);
}

static void requests(int fd)
{
    char from[32] = "abcdefghijklmnopqrstuvwxyz", to[32] = "........";
    try("next watch", fd, SETNEXTWD, from, NULL);
    try("signal", fd, TIOCSIG_, from, NULL);
    try("persistence", fd, SETPERSIST, from, NULL);
    try("flags", fd, SET_FLAGS, from, NULL);
    try("number", fd, GET_PID, to, to);
    strcpy(to, "........");
    try("number in", fd, GET_TGID_IN, to, to);
    strcpy(to, "........");
    try("version", fd, GETVERSION, to, to);
    try("version to be", fd, SETVERSION, from, NULL);
    try("salt", fd, PWSALT, from, NULL);
    try("trimming", fd, TRIM, from, from);

    try("next watch at a number", fd, SETNEXTWD, (void *) 7, NULL);
    try("next watch nowhere", fd, SETNEXTWD, NOWHERE, NULL);
    try("signal nowhere", fd, TIOCSIG_, NOWHERE, NULL);
    try("persistence nowhere", fd, SETPERSIST, NOWHERE, NULL);
    try("flags nowhere", fd, SET_FLAGS, NOWHERE, NULL);
    try("number nowhere", fd, GET_PID, NOWHERE, NULL);
    try("copy nowhere", fd, _IOW(0xcf, 3, int), NOWHERE, NULL);
    try("kernel's", fd, GET_PID, BAD_KERNEL, NULL);

    char *edge = at_edge(4);
    memcpy(edge, "....", 4);
    try("version at the edge", fd, GETVERSION, edge, NULL);
    struct {
        uint16_t algorithm, size;
        char digest[64];
    } d = {.size = 32};
    try("digest", fd, MEASURE, &d, d.digest);
    d.size = 64;
    try("longer digest", fd, MEASURE, &d, d.digest + 56);
}

int main(void)
{
    char opts[128];
    scratch();
    MUST(mkdir("m", 0755) == 0);
    if (!own_mounts())
        return t_end();
    int fuse = open("/dev/fuse", O_RDWR);
    if (fuse < 0) {
        puts("no FUSE here");
        return t_end();
    }
    snprintf(opts, sizeof opts, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
    if (mount("own", "m", "fuse", 0, opts)) {
        puts("not to be mounted here");
        return t_end();
    }
    pid_t server = fork();
    MUST(server >= 0);
    if (server == 0)
        serve(fuse);
    close(fuse);
    int fd = open("m/f", O_RDONLY);
    MUST(fd >= 0);
    requests(fd);
    close(fd);
    umount2("m", MNT_DETACH);
    kill(server, SIGKILL);
    reap(server);
    return t_end();
}
