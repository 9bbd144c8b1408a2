/* covers: prctl */
#include "t.h"
#include <sys/prctl.h>

int main(void)
{
    char name[17] = "", comm[32] = "";
    int v = -1;
    pid_t pid;

    show("set name", raw(prctl, PR_SET_NAME, "a name that is too long"));
    show("get name", raw(prctl, PR_GET_NAME, name));
    printf("%s\n", name);
    MUST(get_file("/proc/self/comm", comm, sizeof(comm)) > 0);
    printf("%s", comm);
    show("name EFAULT", raw(prctl, PR_SET_NAME, BAD_PTR));
    show("get name EFAULT", raw(prctl, PR_GET_NAME, BAD_PTR));
    show("dumpable", raw(prctl, PR_GET_DUMPABLE, 0, 0, 0, 0));
    show("not dumpable", raw(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0));
    show("dumpable", raw(prctl, PR_GET_DUMPABLE, 0, 0, 0, 0));
    show("dumpable wrong", raw(prctl, PR_SET_DUMPABLE, 7, 0, 0, 0));
    show("dumpable again", raw(prctl, PR_SET_DUMPABLE, 1, 0, 0, 0));
    show("death signal", raw(prctl, PR_SET_PDEATHSIG, SIGUSR1));
    show("get death signal", raw(prctl, PR_GET_PDEATHSIG, &v));
    printf("%d\n", v);
    show("get death signal EFAULT", raw(prctl, PR_GET_PDEATHSIG, BAD_PTR));
    show("death signal wrong", raw(prctl, PR_SET_PDEATHSIG, 99));
    raw(prctl, PR_SET_PDEATHSIG, 0);
    show("subreaper", raw(prctl, PR_SET_CHILD_SUBREAPER, 1));
    show("get subreaper", raw(prctl, PR_GET_CHILD_SUBREAPER, &v));
    printf("%d\n", v);
    show("slack", raw(prctl, PR_SET_TIMERSLACK, 123456));
    show("get slack", raw(prctl, PR_GET_TIMERSLACK));
    show("keep capabilities", raw(prctl, PR_GET_KEEPCAPS));
    show("bound", raw(prctl, PR_CAPBSET_READ, 0));
    show("bound of nothing", raw(prctl, PR_CAPBSET_READ, 200));
    show("securebits", raw(prctl, PR_GET_SECUREBITS));
    show("no new privileges", raw(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    pid = fork();
    if (pid == 0) {
        show("gain none", raw(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        show("no new privileges", raw(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
        show("never back", raw(prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
        raw(prctl, PR_GET_CHILD_SUBREAPER, &v);
        show("subreaper of child", v);
        show("slack of child", raw(prctl, PR_GET_TIMERSLACK));
        raw(prctl, PR_GET_NAME, name);
        printf("name %s\n", name);
        _exit(0);
    }
    show_wait("child", pid);
    show("tsc", raw(prctl, PR_GET_TSC, &v));
    printf("%d\n", v);
    show("ambient", raw(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 0, 0, 0));
    show("thp", raw(prctl, PR_GET_THP_DISABLE, 0, 0, 0, 0));
    show("unknown", raw(prctl, 9999, 0, 0, 0, 0));
    return t_end();
}
