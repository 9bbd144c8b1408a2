/* covers: open newfstatat mkdir setxattr memfd_create execve rename */
#include "t.h"

int main(void)
{
    char *edge = at_edge(16), *argv[] = {edge, NULL};
    struct stat st;

    scratch();
    put_file("fifteen_letters", "x");
    memcpy(edge, "fifteen_letters", 16);
    show("terminated at the edge", raw(newfstatat, AT_FDCWD, edge, &st, 0));
    show_ok("open", raw(open, edge, O_RDONLY));
    edge[15] = 'X';
    show("not terminated", raw(newfstatat, AT_FDCWD, edge, &st, 0));
    show("open", raw(open, edge, O_RDONLY));
    show("create", raw(open, edge, O_CREAT | O_RDWR, 0600));
    show("mkdir", raw(mkdir, edge, 0700));
    show("rename", raw(rename, "fifteen_letters", edge));
    show("rename from", raw(rename, edge, "y"));
    show("attribute name", raw(setxattr, "fifteen_letters", edge, "v", 1, 0));
    show("memfd name", raw(memfd_create, edge, 0));
    show("execve path", raw(execve, edge, argv, NULL));
    show("execve argument", raw(execve, "/nonexistent", argv, NULL));
    show("empty at the edge", (edge[15] = 0, raw(open, edge + 15, O_RDONLY)));
    return t_end();
}
