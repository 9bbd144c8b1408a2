/* covers: rename renameat renameat2 */
#include "t.h"

static void look(const char *path)
{
    char buf[32];
    struct stat st;
    if (lstat(path, &st) < 0)
        printf("%s: %s\n", path, errname(errno));
    else if (S_ISDIR(st.st_mode))
        printf("%s: directory\n", path);
    else if (get_file(path, buf, sizeof(buf)) >= 0)
        printf("%s: %s\n", path, buf);
}

int main(void)
{
    int dir;

    scratch();
    put_file("a", "text a");
    put_file("b", "text b");
    MUST(mkdir("d", 0755) == 0 && mkdir("e", 0755) == 0 && mkdir("full", 0755) == 0);
    put_file("full/x", "x");
    dir = open("d", O_RDONLY);

    show("rename", raw(rename, "a", "c"));
    look("a");
    look("c");
    show("over a file", raw(rename, "c", "b"));
    look("b");
    show("renameat", raw(renameat, AT_FDCWD, "b", dir, "b"));
    look("d/b");
    put_file("a", "new a");
    show("noreplace", raw(renameat2, AT_FDCWD, "a", dir, "b", 1));
    show("noreplace free", raw(renameat2, AT_FDCWD, "a", dir, "a2", 1));
    show("exchange", raw(renameat2, dir, "a2", dir, "b", 2));
    look("d/a2");
    look("d/b");
    show("exchange file and directory", raw(renameat2, AT_FDCWD, "e", dir, "b", 2));
    look("e");
    look("d/b");
    show("exchange absent", raw(renameat2, AT_FDCWD, "e", dir, "none", 2));
    show("both flags", raw(renameat2, AT_FDCWD, "e", dir, "b", 3));
    show("bad flag", raw(renameat2, AT_FDCWD, "e", dir, "b", 0x80));
    show("directory over empty", raw(rename, "full", "d/b"));
    show("directory over full", raw(rename, "d", "d/b/x"));
    put_file("file", "f");
    MUST(mkdir("empty", 0755) == 0);
    show("directory over full one", raw(rename, "empty", "d"));
    show("directory over file", raw(rename, "empty", "file"));
    show("file over directory", raw(rename, "file", "empty"));
    show("into itself", raw(rename, "d", "d/sub"));
    show("same name", raw(rename, "file", "file"));
    show("absent", raw(rename, "absent", "x"));
    show("dot", raw(rename, ".", "x"));
    show("file with slash", raw(rename, "file", "x/"));
    show("bad old", raw(rename, BAD_PTR, "x"));
    show("bad new", raw(rename, "file", BAD_PTR));
    show("bad dirfd", raw(renameat, 99, "file", AT_FDCWD, "x"));
    show("other filesystem", raw(rename, "file", "/proc/file"));
    return t_end();
}
