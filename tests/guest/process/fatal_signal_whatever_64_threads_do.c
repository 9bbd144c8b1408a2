/* covers: kill */
/* svm: no (takes long there) */
#include "busy.h"

static void ends(void)
{
    raw(kill, getpid(), SIGTERM);
}

int main(void)
{
    busy_all(ends);
    return t_end();
}
