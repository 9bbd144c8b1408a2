/* covers: tgkill */
/* svm: no (takes long there) */
#include "busy.h"

static void ends(void)
{
    raw(tgkill, getpid(), raw(gettid), SIGVTALRM);
}

int main(void)
{
    busy_all(ends);
    return t_end();
}
