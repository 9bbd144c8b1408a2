/* covers: open openat stat truncate mount umount2 */
/* sysroot: no (nothing that takes a descriptor is mounted there) */
/* A thread that serves a file system may open and close what it likes while others of its process look for files there. */
#include <linux/fuse.h>

#include "ownmounts.h"
#include "threads.h"

enum { ROOT = FUSE_ROOT_ID, FILE_NODE, DIR_NODE };

static int device;
static _Atomic unsigned lookups;

static struct fuse_attr attr_of(uint64_t node)
{
    return (struct fuse_attr){
        .ino = node, .mode = node == FILE_NODE ? S_IFREG | 0644 : S_IFDIR | 0755, .nlink = node == FILE_NODE ? 1 : 4};
}

/* What a server that passes requests on does for each. */
static void use_descriptors(void)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY), p[2];

    CHECK(fd >= 0 && pipe(p) == 0 && close(dup(fd)) == 0 && close(fd) == 0 && close(p[0]) == 0 && close(p[1]) == 0);
}

/* The answer's length behind its head, or a negative errno. */
static int answer(const struct fuse_in_header *in, void *out)
{
    struct fuse_entry_out *entry = out;
    struct fuse_attr_out *attr = out;
    struct fuse_init_out *init = out;
    const char *name = (const char *) (in + 1);

    switch (in->opcode) {
    case FUSE_INIT:
        *init = (struct fuse_init_out){.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096};
        return sizeof *init;
    case FUSE_LOOKUP:
        lookups++;
        use_descriptors();
        if (strcmp(name, "f") && strcmp(name, "d"))
            return -ENOENT;
        *entry = (struct fuse_entry_out){.nodeid = *name == 'f' ? FILE_NODE : DIR_NODE};
        entry->attr = attr_of(entry->nodeid);
        return sizeof *entry;
    case FUSE_GETATTR:
    case FUSE_SETATTR:
        *attr = (struct fuse_attr_out){.attr = attr_of(in->nodeid)};
        return sizeof *attr;
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        memset(out, 0, sizeof(struct fuse_open_out));
        return sizeof(struct fuse_open_out);
    case FUSE_FLUSH:
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
        return 0;
    default:
        return -ENOSYS;
    }
}

static void *serve(void *arg)
{
    static char in[1 << 16];
    union {
        struct fuse_out_header head;
        char bytes[512];
    } out;
    ssize_t n;

    while ((n = read(device, in, sizeof in)) >= 0 || errno == EINTR || errno == ENOENT) {
        const struct fuse_in_header *head = (void *) in;
        if (n < 0 || head->opcode == FUSE_FORGET || head->opcode == FUSE_BATCH_FORGET || head->opcode == FUSE_INTERRUPT)
            continue;
        int len = answer(head, out.bytes + sizeof out.head);
        out.head = (struct fuse_out_header){.len = sizeof out.head + (uint32_t) (len < 0 ? 0 : len),
                                            .error = len < 0 ? len : 0,
                                            .unique = head->unique};
        CHECK(write(device, &out, out.head.len) == (ssize_t) out.head.len);
    }
    return arg;
}

static void show_open(const char *path, int flags)
{
    int fd = open(path, flags);

    show(path, fd < 0 ? -1 : 0);
    close(fd);
}

int main(void)
{
    char options[96];
    struct stat st;

    scratch();
    if (!own_mounts())
        return t_end();
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%d,group_id=%d", device = open("/dev/fuse", O_RDWR),
             (int) getuid(), (int) getgid());
    MUST(mkdir("m", 0755) == 0);
    if (device < 0 || mount("none", "m", "fuse", 0, options)) {
        puts("no FUSE here");
        return t_end();
    }
    pthread_t server = thread_start(serve, NULL);
    show_open("m/f", O_RDONLY);
    show_open("m/d", O_RDONLY | O_DIRECTORY);
    show_open("m/d/root", O_RDONLY);
    show_open("m/d/fd/5", O_RDONLY);
    show("stat", stat("m/d", &st));
    show("truncate", truncate("m/f", 0));
    CHECK(lookups >= 6);
    MUST(umount("m") == 0);
    thread_join(server);
    return t_end();
}
