/* covers: seccomp */
#include "../listener.h"

int main(void)
{
    no_new_privs();
    int low = open("/dev/null", O_RDONLY);
    close(low);
    long l = filter_one(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getpgid, SECCOMP_RET_USER_NOTIF);
    printf("the lowest number %d\n", l == low);
    show("second", filter_one(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getsid, SECCOMP_RET_USER_NOTIF));
    SHOW_CHILD("of a child",
               show("second", filter_one(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getsid, SECCOMP_RET_USER_NOTIF)));
    /* A filter without listener that asks is answered ENOSYS, and its word is the newest of equal ones. */
    MUST(filter_one(0, SYS_getsid, SECCOMP_RET_USER_NOTIF) == 0);
    show("not the listener's", syscall(SYS_getsid, 0));
    MUST(filter_one(0, SYS_getpgid, SECCOMP_RET_USER_NOTIF) == 0);
    show("hidden", syscall(SYS_getpgid, 0));
    printf("filters %ld\n", status_field("/proc/self/status", "Seccomp_filters:"));
    close((int) l);
    show("after it was closed", filter_one(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getsid, SECCOMP_RET_USER_NOTIF));
    return t_end();
}
