/* covers: lsm_get_self_attr lsm_set_self_attr lsm_list_modules */
#include "t.h"

int main(void)
{
    uint64_t ids[32];
    unsigned char ctx[4096];
    uint32_t size = sizeof(ids);
    long n = raw(lsm_list_modules, ids, &size, 0);

    show("list", n);
    for (long i = 0; i < n && i < 32; i++)
        printf("module %lu\n", (unsigned long) ids[i]);
    printf("size %u\n", size);
    size = 0;
    show("list small", raw(lsm_list_modules, ids, &size, 0));
    printf("size %u\n", size);
    size = sizeof(ids);
    show("list flags", raw(lsm_list_modules, ids, &size, 1));
    show("list EFAULT", raw(lsm_list_modules, BAD_PTR, &size, 0));
    show("list size EFAULT", raw(lsm_list_modules, ids, BAD_PTR, 0));
    size = sizeof(ctx);
    show("current", raw(lsm_get_self_attr, 100, ctx, &size, 0));
    show("no attribute", raw(lsm_get_self_attr, 0, ctx, &size, 0));
    show("get size EFAULT", raw(lsm_get_self_attr, 100, ctx, BAD_PTR, 0));
    show("set nothing", raw(lsm_set_self_attr, 100, ctx, 0, 0));
    show("set EFAULT", raw(lsm_set_self_attr, 100, BAD_PTR, 64, 0));
    show("set flags", raw(lsm_set_self_attr, 100, ctx, 64, 1));
    return t_end();
}
