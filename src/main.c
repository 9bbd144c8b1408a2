/* elfuse: run a Linux program in a lightweight virtual machine of its own. */
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/fault.h"
#include "check.h"
#include "launch.h"
#include "options.h"
#include "task/exec.h"

static int say(const char *text)
{
    for (size_t n = strlen(text); n;) {
        ssize_t w = write(1, text, n);
        if (w < 0)
            return 125;
        text += w;
        n -= (size_t) w;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct options o;
    char err[512];
    launch_wire();
    /* A guest's execve runs this program again, with the state in a descriptor (task/exec.c), and the guest's arguments as its own. */
    const char *name = (const char *) getauxval(AT_EXECFN), *state = getenv("ELFUSE_EXEC");
    if (state && name && strncmp(name, "/dev/fd/", 8) == 0) /* how execveat(2) names what it runs */
        exec_resume(state);
    switch (options_parse(argc, argv, &o, err, sizeof err)) {
    case OPTIONS_HELP:
        return say(options_help);
    case OPTIONS_VERSION:
        return say("elfuse " ELFUSE_VERSION "\n");
    case OPTIONS_FAULTS: {
        autofree char *list = fault_list();
        return list ? say(list) : 125;
    }
    case OPTIONS_CHECK:
        return check_host(&o);
    case OPTIONS_ERROR:
        die(125, "%s", err);
    case OPTIONS_RUN:
        break;
    }
    launch(&o);
}
