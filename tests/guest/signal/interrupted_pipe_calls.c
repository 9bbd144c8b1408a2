/* covers: read write readv writev splice tee vmsplice sendfile */
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "interrupt.h"

static int empty[2], full[2], other[2], file;
static char buf[16];
static struct iovec iov = {buf, sizeof(buf)};

SLEEPER(c_read, read(empty[0], buf, 1))
SLEEPER(c_readv, readv(empty[0], &iov, 1))
SLEEPER(c_preadv2, raw(preadv2, empty[0], &iov, 1, -1, -1, 0))
SLEEPER(c_write, write(full[1], buf, 1))
SLEEPER(c_writev, writev(full[1], &iov, 1))
SLEEPER(c_splice, splice(empty[0], NULL, other[1], NULL, 1, 0))
SLEEPER(c_splice_full, splice(file, NULL, full[1], NULL, 1, 0))
SLEEPER(c_tee, tee(empty[0], other[1], 1, 0))
SLEEPER(c_vmsplice, vmsplice(full[1], &iov, 1, 0))
SLEEPER(c_sendfile, sendfile(full[1], file, NULL, 1))

static const struct sleeper calls[] = {
    {"read", c_read},
    {"readv", c_readv},
    {"preadv2", c_preadv2},
    {"write", c_write},
    {"writev", c_writev},
    {"splice from an empty pipe", c_splice},
    {"splice into a full one", c_splice_full},
    {"tee", c_tee},
    {"vmsplice", c_vmsplice},
    {"sendfile", c_sendfile},
};

int main(void)
{
    scratch();
    put_file("file", "something");
    MUST((file = open("file", O_RDONLY)) >= 0);
    MUST(pipe(empty) == 0 && pipe(other) == 0 && pipe2(full, O_NONBLOCK) == 0);
    while (write(full[1], buf, sizeof(buf)) > 0)
        ;
    while (write(full[1], buf, 1) > 0)
        ;
    fcntl(full[1], F_SETFL, 0);
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
