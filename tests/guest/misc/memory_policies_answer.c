/* covers: mbind set_mempolicy get_mempolicy migrate_pages move_pages set_mempolicy_home_node */
#include "t.h"

int main(void)
{
    unsigned long nodes[16] = {1}, got[16] = {0}, none[16] = {0};
    int mode = -1, status[2] = {-99, -99}, where[2] = {0, 0};
    char *p = mmap(NULL, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *pages[2] = {p, p + T_PAGE};

    MUST(p != MAP_FAILED);
    memset(p, 1, T_PAGE);
    show("policy", raw(get_mempolicy, &mode, 0, 0, 0, 0));
    printf("mode %d\n", mode);
    show("bind this thread", raw(set_mempolicy, 2, nodes, 64));
    show("policy", raw(get_mempolicy, &mode, got, 1024, 0, 0));
    printf("mode %d nodes %lx\n", mode, got[0]);
    show("back to default", raw(set_mempolicy, 0, 0, 0));
    show("allowed", raw(get_mempolicy, 0, got, 1024, 0, 4));
    show("bind memory", raw(mbind, p, 2 * T_PAGE, 2, nodes, 64, 0));
    show("policy of address", raw(get_mempolicy, &mode, got, 1024, p, 2));
    printf("mode %d nodes %lx\n", mode, got[0]);
    show("node of address", raw(get_mempolicy, &mode, 0, 0, p, 3));
    printf("node %d\n", mode);
    show("home node", raw(set_mempolicy_home_node, p, T_PAGE, 0, 0));
    show("home node flags", raw(set_mempolicy_home_node, p, T_PAGE, 0, 1));
    show("where", raw(move_pages, 0, 2, pages, 0, status, 0));
    printf("status %d %d\n", status[0], status[1]);
    show("move", raw(move_pages, 0, 1, pages, where, status, 2));
    show("migrate", raw(migrate_pages, 0, 64, nodes, nodes));
    show("migrate nobody", raw(migrate_pages, 0x3fffffff, 64, nodes, nodes));
    show("migrate EFAULT", raw(migrate_pages, 0, 64, BAD_PTR, nodes));
    show("empty set", raw(set_mempolicy, 2, none, 64));
    show("bad mode", raw(set_mempolicy, 99, nodes, 64));
    show("set EFAULT", raw(set_mempolicy, 2, BAD_PTR, 64));
    show("get EFAULT", raw(get_mempolicy, BAD_PTR, 0, 0, 0, 0));
    show("get nodes EFAULT", raw(get_mempolicy, &mode, BAD_PTR, 1024, 0, 0));
    show("get of unmapped", raw(get_mempolicy, &mode, 0, 0, 16, 2));
    show("mbind EFAULT", raw(mbind, p, T_PAGE, 2, BAD_PTR, 64, 0));
    show("mbind unaligned", raw(mbind, p + 1, T_PAGE, 2, nodes, 64, 0));
    show("mbind unmapped", raw(mbind, 0x10000, T_PAGE, 2, nodes, 64, 0));
    show("move EFAULT", raw(move_pages, 0, 2, BAD_PTR, 0, status, 0));
    show("move status EFAULT", raw(move_pages, 0, 2, pages, 0, BAD_PTR, 0));
    show("move nobody", raw(move_pages, 0x3fffffff, 2, pages, 0, status, 0));
    return t_end();
}
