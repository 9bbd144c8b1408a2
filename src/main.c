/* elfuse: run a Linux program in a lightweight virtual machine of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "launch.h"
#include "options.h"
#include "task/exec.h"

int main(int argc, char **argv)
{
    static struct options o;
    char err[512];
    launch_wire();
    /* A guest's execve runs this program again, with the state in a descriptor (task/exec.c). */
    const char *name = (const char *) getauxval(AT_EXECFN), *state = getenv("ELFUSE_EXEC");
    if (state && name && strcmp(name, "/proc/thread-self/exe") == 0)
        exec_resume(atoi(state));
    switch (options_parse(argc, argv, &o, err, sizeof err)) {
    case OPTIONS_HELP:
        return fputs(options_help, stdout) < 0 || fflush(stdout) ? 125 : 0;
    case OPTIONS_VERSION:
        return printf("elfuse %s\n", ELFUSE_VERSION) < 0 || fflush(stdout) ? 125 : 0;
    case OPTIONS_ERROR:
        die(125, "%s", err);
    case OPTIONS_RUN:
        break;
    }
    launch(&o);
}
