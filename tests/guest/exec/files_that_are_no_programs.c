/* covers: execve chmod */
#include <sys/socket.h>
#include <sys/un.h>

#include "elfmake.h"

static struct elf_file f;

static void mode(const char *name, mode_t m)
{
    elf_init(&f);
    elf_write("prog", &f, sizeof(f), m);
    elf_show(name, elf_try("./prog"));
}

int main(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"};
    scratch();
    mode("all rights", 0777);
    mode("no rights", 0);
    mode("readable only", 0444);
    mode("owner only", 0500);
    mode("group only", 0010);
    mode("set-user-id", 04755);
    mkdir("dir", 0755);
    elf_show("directory", elf_try("./dir"));
    elf_show("directory with a slash", elf_try("dir/"));
    elf_show("program with a slash", elf_try("prog/"));
    mkfifo("fifo", 0777);
    elf_show("fifo", elf_try("./fifo"));
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(bind(s, (struct sockaddr *) &a, sizeof(a)) == 0);
    elf_show("socket", elf_try("./sock"));
    elf_show("device", elf_try("/dev/zero"));
    elf_show("proc file", elf_try("/proc/self/status"));
    elf_show("itself", elf_try("/proc/self/cwd/prog"));
    elf_init(&f);
    elf_write("prog", &f, sizeof(f), 0755);
    MUST(symlink("prog", "link") == 0 && link("prog", "hard") == 0);
    elf_show("link", elf_try("./link"));
    elf_show("hard link", elf_try("./hard"));
    elf_show("through ..", elf_try("dir/../link"));
    int fd = open("prog", O_RDONLY);
    MUST(unlink("prog") == 0);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    elf_show("a name that is gone", elf_try("./prog"));
    elf_show("through the descriptor", elf_try(path));
    for (unsigned n = 1; n < 4; n++) {
        elf_write("tiny", "\177EL", n, 0755);
        elf_show("tiny", elf_try("./tiny"));
    }
    static char zeros[8192];
    elf_write("zeros", zeros, sizeof(zeros), 0755);
    elf_show("zeros", elf_try("./zeros"));
    return t_end();
}
