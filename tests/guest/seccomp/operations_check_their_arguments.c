/* covers: seccomp prctl */
#include "../filter.h"

int main(void)
{
    static const uint32_t actions[] = {SECCOMP_RET_KILL_PROCESS,
                                       SECCOMP_RET_KILL_THREAD,
                                       SECCOMP_RET_TRAP,
                                       SECCOMP_RET_ERRNO,
                                       SECCOMP_RET_USER_NOTIF,
                                       SECCOMP_RET_TRACE,
                                       SECCOMP_RET_LOG,
                                       SECCOMP_RET_ALLOW,
                                       1,
                                       0x7ffc0001,
                                       0xffffffff,
                                       0x00010000};
    uint16_t sizes[3] = {0};
    no_new_privs();
    show("operation 4", raw(seccomp, 4, 0, BAD_PTR));
    show("operation -1", raw(seccomp, -1, 0, 0));
    show("operation is 32 bits", raw(seccomp, 0x100000004l, 0, 0));
    show("strict with flags", raw(seccomp, SECCOMP_SET_MODE_STRICT, 1, 0));
    show("strict with argument", raw(seccomp, SECCOMP_SET_MODE_STRICT, 0, BAD_PTR));
    show("filter, unknown flag", raw(seccomp, SECCOMP_SET_MODE_FILTER, 1u << 6, BAD_PTR));
    show("filter, bad address", raw(seccomp, SECCOMP_SET_MODE_FILTER, 0, BAD_PTR));
    show("filter, null", raw(seccomp, SECCOMP_SET_MODE_FILTER, 0, 0));
    show("sync and listen", raw(seccomp, SECCOMP_SET_MODE_FILTER, 1 | 8, BAD_PTR));
    show("sync, esrch and listen", raw(seccomp, SECCOMP_SET_MODE_FILTER, 1 | 8 | 16, BAD_PTR));
    show("killable without listener", raw(seccomp, SECCOMP_SET_MODE_FILTER, 32, BAD_PTR));
    for (unsigned i = 0; i < ARRAY_SIZE(actions); i++) {
        printf("action %08x ", actions[i]);
        show("", raw(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &actions[i]));
    }
    show("action with flags", raw(seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &actions[0]));
    show("action at a bad address", raw(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, BAD_PTR));
    show("sizes with flags", raw(seccomp, SECCOMP_GET_NOTIF_SIZES, 1, sizes));
    show("sizes at a bad address", raw(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, BAD_PTR));
    show("sizes", raw(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, sizes));
    printf("%u %u %u\n", sizes[0], sizes[1], sizes[2]);
    show("prctl, mode 0", raw(prctl, PR_SET_SECCOMP, 0, 0, 0, 0));
    show("prctl, mode 3", raw(prctl, PR_SET_SECCOMP, 3, 0, 0, 0));
    show("prctl, mode is 64 bits", raw(prctl, PR_SET_SECCOMP, 0x100000001l, 0, 0, 0));
    show("prctl, bad address", raw(prctl, PR_SET_SECCOMP, 2, BAD_PTR, 0, 0));
    show("nothing happened", raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0));
    return t_end();
}
