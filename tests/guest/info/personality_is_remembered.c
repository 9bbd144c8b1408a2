/* covers: personality */
#include "t.h"

int main(void)
{
    struct {
        char f[6][65];
    } u;
    pid_t pid;

    show("now", raw(personality, 0xffffffff));
    pid = fork();
    if (pid == 0) {
        show("no randomization", raw(personality, 0x0040000));
        show("now", raw(personality, 0xffffffff));
        show("old release names", raw(personality, 0x0020000));
        MUST(raw(uname, &u) == 0);
        printf("%.4s\n", u.f[2]);
        _exit(0);
    }
    show_wait("child", pid);
    show("mine", raw(personality, 0xffffffff));
    return t_end();
}
