/* covers: openat2 */
#include <fcntl.h>
#include <linux/openat2.h>

#include "t.h"

static void look(const char *where, int dir, const char *path)
{
    static const struct {
        const char *name;
        uint64_t resolve;
    } ways[] = {
        {"no magic links", RESOLVE_NO_MAGICLINKS},
        {"no symlinks", RESOLVE_NO_SYMLINKS},
        {"beneath", RESOLVE_BENEATH},
        {"in root", RESOLVE_IN_ROOT},
        {"in root, none", RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(ways); i++) {
        struct open_how how = {.flags = O_RDONLY, .resolve = ways[i].resolve};
        char name[96];
        snprintf(name, sizeof name, "%s of %s, %s", path, where, ways[i].name);
        show_ok(name, raw(openat2, dir, path, &how, sizeof how));
        how.flags = O_PATH | O_NOFOLLOW;
        show_ok("itself", raw(openat2, dir, path, &how, sizeof how));
    }
}

int main(void)
{
    int self = open("/proc/self", O_RDONLY | O_DIRECTORY), proc = open("/proc", O_RDONLY | O_DIRECTORY);
    MUST(self >= 0 && proc >= 0);
    look("self", self, "exe");
    look("self", self, "/exe");
    look("self", self, "exe/");
    look("self", self, "cwd");
    look("self", self, "fd/0");
    look("proc", proc, "self/exe");
    look("proc", proc, "/self/exe");
    MUST(chdir("/proc/self") == 0);
    look("here", AT_FDCWD, "exe");
    return t_end();
}
