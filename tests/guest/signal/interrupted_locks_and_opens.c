/* covers: flock fcntl openat truncate */
#include <sys/file.h>

#include "interrupt.h"

static int mine, other;
static struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

SLEEPER(c_flock, flock(other, LOCK_EX))
SLEEPER(c_flock_shared, flock(other, LOCK_SH))
SLEEPER(c_setlkw, fcntl(other, F_SETLKW, &whole))
SLEEPER(c_ofd, fcntl(other, F_OFD_SETLKW, &whole))
SLEEPER(c_lockf, lockf(other, F_LOCK, 0))
SLEEPER(c_fifo_read, open("fifo", O_RDONLY))
SLEEPER(c_fifo_write, open("fifo", O_WRONLY))
SLEEPER(c_leased, truncate("leased", 0))

static const struct sleeper calls[] = {
    {"flock", c_flock},
    {"flock, shared", c_flock_shared},
    {"F_SETLKW", c_setlkw},
    {"F_OFD_SETLKW", c_ofd},
    {"lockf", c_lockf},
    {"open of a fifo to read", c_fifo_read},
    {"open of a fifo to write", c_fifo_write},
    {"truncate of a file that another process has a lease of", c_leased},
};

int main(void)
{
    scratch();
    put_file("lock", "");
    MUST(mkfifo("fifo", 0600) == 0);
    MUST((mine = open("lock", O_RDWR)) >= 0 && (other = open("lock", O_RDWR)) >= 0);
    MUST(flock(mine, LOCK_EX) == 0 && fcntl(mine, F_SETLK, &whole) == 0);
    put_file("leased", "x");
    signal(SIGIO, SIG_IGN);
    MUST(fcntl(open("leased", O_RDONLY), F_SETLEASE, F_RDLCK) == 0);
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
