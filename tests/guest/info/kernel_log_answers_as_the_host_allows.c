/* covers: syslog */
#include "t.h"

/* Only what changes nothing: sizes, and wrong uses. */
int main(void)
{
    show("buffer size", raw(syslog, 10, 0, 0));
    show("open", raw(syslog, 1, 0, 0));
    show("close", raw(syslog, 0, 0, 0));
    show("read to nowhere", raw(syslog, 3, 0, 100));
    show("read negative", raw(syslog, 3, (char[8]){0}, -1));
    show("read nothing", raw(syslog, 3, (char[8]){0}, 0));
    show("read EFAULT", raw(syslog, 3, BAD_PTR, 100));
    show("bad level", raw(syslog, 8, 0, 99));
    show("unknown", raw(syslog, 99, 0, 0));
    return t_end();
}
