/* covers: landlock_create_ruleset landlock_add_rule landlock_restrict_self userfaultfd memfd_secret */
/* svm: no (differs from native on purpose: see known-differences) */
#include "t.h"

int main(void)
{
    show("landlock_create_ruleset", raw(landlock_create_ruleset, BAD_PTR, 8, 0));
    show("landlock_add_rule", raw(landlock_add_rule, -1, 1, BAD_PTR, 0));
    show("landlock_restrict_self", raw(landlock_restrict_self, -1, 0));
    show("userfaultfd", raw(userfaultfd, 0x1234));
    show("memfd_secret", raw(memfd_secret, 0x1000));
    return t_end();
}
