/* covers: setxattrat getxattrat listxattrat removexattrat */
#include "t.h"

struct args {
    uint64_t value;
    uint32_t size, flags;
};

int main(void)
{
    char buf[64] = "";
    struct args set = {(uint64_t) (uintptr_t) "value", 5, 0}, get = {(uint64_t) (uintptr_t) buf, sizeof(buf), 0};
    int dir, fd;

    scratch();
    put_file("f", "x");
    MUST(symlink("f", "link") == 0);
    dir = open(".", O_RDONLY);
    fd = open("f", O_RDONLY);
    show("set", raw(setxattrat, dir, "f", 0, "user.at", &set, sizeof(set)));
    show("get", raw(getxattrat, dir, "link", 0, "user.at", &get, sizeof(get)));
    printf("%s\n", buf);
    show("get of descriptor", raw(getxattrat, fd, "", AT_EMPTY_PATH, "user.at", &get, sizeof(get)));
    show("get of link itself", raw(getxattrat, dir, "link", AT_SYMLINK_NOFOLLOW, "user.at", &get, sizeof(get)));
    get.size = 2;
    show("too small", raw(getxattrat, dir, "f", 0, "user.at", &get, sizeof(get)));
    get.flags = 1;
    show("get flags", raw(getxattrat, dir, "f", 0, "user.at", &get, sizeof(get)));
    show("list", raw(listxattrat, dir, "f", 0, buf, sizeof(buf)) > 0);
    show("list of descriptor", raw(listxattrat, fd, "", AT_EMPTY_PATH, buf, sizeof(buf)) > 0);
    show("list bad buffer", raw(listxattrat, dir, "f", 0, BAD_PTR, 64));
    show("create existing", (set.flags = 1, raw(setxattrat, dir, "f", 0, "user.at", &set, sizeof(set))));
    show("bad args", raw(setxattrat, dir, "f", 0, "user.at", BAD_PTR, sizeof(set)));
    show("short args", raw(setxattrat, dir, "f", 0, "user.at", &set, 8));
    set = (struct args){16, 5, 0};
    show("bad value", raw(setxattrat, dir, "f", 0, "user.at", &set, sizeof(set)));
    show("bad name", raw(getxattrat, dir, "f", 0, BAD_PTR, &get, sizeof(get)));
    show("bad flags", raw(removexattrat, dir, "f", 0x40000000, "user.at"));
    show("remove", raw(removexattrat, dir, "f", 0, "user.at"));
    show("remove again", raw(removexattrat, dir, "f", 0, "user.at"));
    show("closed", raw(removexattrat, 99, "f", 0, "user.at"));
    return t_end();
}
