/* covers: clone umask chdir close getcwd */
#include "cloneflags.h"

int main(void)
{
    scratch();
    try("nothing", 0);
    try("fs", CLONE_FS);
    try("vm and vfork", CLONE_VM | CLONE_VFORK);
    try("vm", CLONE_VM);
    try("vm and sighand", CLONE_VM | CLONE_SIGHAND);
    try("vm, files", CLONE_VM | CLONE_FILES);
    try("everything", CLONE_VM | CLONE_SIGHAND | CLONE_FILES | CLONE_FS | CLONE_VFORK);
    try("nothing but a stack", CLONE_VFORK);
    try("io and sysvsem", CLONE_IO | CLONE_SYSVSEM);
    MUST(chdir(t_dir) == 0);
    return t_end();
}
