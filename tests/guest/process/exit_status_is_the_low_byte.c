/* covers: exit exit_group wait4 */
#include "child.h"

int main(void)
{
    static const int codes[] = {0, 1, 2, 77, 124, 125, 126, 127, 128, 137, 255, 256, 257, -1, 0x7fffff01};
    for (unsigned i = 0; i < ARRAY_SIZE(codes); i++) {
        char name[40];
        snprintf(name, sizeof(name), "exit_group %d", codes[i]);
        show_status(name, IN_CHILD(raw(exit_group, codes[i])));
        snprintf(name, sizeof(name), "exit %d", codes[i]);
        show_status(name, IN_CHILD(raw(exit, codes[i])));
    }
    /* the status of this very program is looked at, too */
    t_end();
    _exit(143);
}
