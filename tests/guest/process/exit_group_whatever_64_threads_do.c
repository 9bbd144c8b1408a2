/* covers: exit_group */
/* svm: no (takes long there) */
#include "busy.h"

static void ends(void)
{
    raw(exit_group, 21);
}

int main(void)
{
    busy_all(ends);
    return t_end();
}
