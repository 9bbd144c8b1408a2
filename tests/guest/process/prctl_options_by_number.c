/* covers: prctl */
/* translated: no (it forks hundreds of times, which takes a minute there) */
/* svm: no (too many calls for the emulated host) */
#include <sys/prctl.h>

#include "../child.h"

/* Each option with good and bad arguments, in a child of its own. Left out: what the host may have and the guest's kernel has not
 * (PR_SET_TSC, and what came after 6.9), what older ones have not (PR_SET_MDWE, PR_GET_MDWE), pointers that tell of the machine, and what changes memory or the core group. */
static bool left_out(int option)
{
    static const int out[] = {PR_SET_DUMPABLE,
                              PR_SET_NAME,
                              PR_GET_NAME,
                              PR_SET_SECCOMP,
                              PR_GET_TSC,
                              PR_SET_TSC,
                              PR_SET_MM,
                              40,
                              59,
                              62,
                              65,
                              66};
    for (unsigned i = 0; i < ARRAY_SIZE(out); i++)
        if (out[i] == option)
            return true;
    return false;
}

int main(void)
{
    static char buf[4096];
    const long second[] = {0, 1, 2, -1, (long) buf, 16};
    for (int option = 0; option < 74; option++) {
        if (left_out(option))
            continue;
        printf("option %d\n", option);
        for (unsigned i = 0; i < ARRAY_SIZE(second); i++)
            for (int more = 0; more < 2; more++) {
                int status = IN_CHILD({
                    errno = 0;
                    long r = raw(prctl, option, second[i], more, more, more);
                    if (r == -1)
                        printf("  %u %d: %s\n", i, more, errname(errno));
                    else
                        printf("  %u %d: %ld\n", i, more, r);
                });
                if (status)
                    show_status("  ended", status);
            }
    }
    show("option -1", raw(prctl, -1, 0, 0, 0, 0));
    show("option beyond", raw(prctl, 100000, 0, 0, 0, 0));
    return t_end();
}
