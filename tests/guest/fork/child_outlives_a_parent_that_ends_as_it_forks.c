/* covers: fork exit_group kill execve prctl */
/* ways: cow (a picture that its maker does not send whole is no child: docs/limits.md) */
#include "orphans.h"

int main(int argc, char **argv)
{
    (void) argv;
    return ends_as_it_makes(fork, argc);
}
