/* The #! line of a script, as binfmt_script reads it. Pure; called by program_open. */
#ifndef ELF_SCRIPT_H
#define ELF_SCRIPT_H

#include "base/base.h"

#define SCRIPT_BUF 256 /* BINPRM_BUF_SIZE: all that the kernel looks at */

static inline bool script_is(const char buf[SCRIPT_BUF])
{
    return buf[0] == '#' && buf[1] == '!';
}

/* Split the line in place. `buf` is the start of the file, filled up with NULs. *interp is never NULL but may be "" (which is
 * EACCES); *arg is NULL when there is none. Returns 0, or -ENOEXEC when there is no interpreter name or it may be cut off. */
int script_parse(char buf[SCRIPT_BUF], char **interp, char **arg);

#endif
