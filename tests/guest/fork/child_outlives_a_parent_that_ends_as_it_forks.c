/* covers: fork exit_group kill execve prctl */
#include "orphans.h"

int main(int argc, char **argv)
{
    (void) argv;
    return ends_as_it_makes(fork, argc);
}
