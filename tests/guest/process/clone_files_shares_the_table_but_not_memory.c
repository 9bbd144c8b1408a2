/* covers: clone close */
/* ways: cow copy (memory in a file would be shared by the copy that the host makes: docs/limits.md) */
#include "cloneflags.h"

int main(void)
{
    scratch();
    try("files", CLONE_FILES);
    try("files and fs", CLONE_FILES | CLONE_FS);
    MUST(chdir(t_dir) == 0);
    return t_end();
}
