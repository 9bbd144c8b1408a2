/* covers: statmount listmount statx */
#include "t.h"

struct req {
    uint32_t size, spare;
    uint64_t mnt_id, param, ns;
};

int main(void)
{
    struct req r = {.size = 24};
    static uint64_t buf[512];
    uint64_t ids[64], sx[32] = {0};
    long n;

    MUST(raw(statx, AT_FDCWD, "/proc", 0, 0x4000, sx) == 0);
    printf("unique id %d\n", !!(*(uint32_t *) sx & 0x4000));
    r.mnt_id = UINT64_MAX;
    n = raw(listmount, &r, ids, 64, 0);
    show_ok("list", n);
    if (n > 0) {
        int found = 0;
        for (long i = 0; i < n; i++)
            found += ids[i] == sx[18];
        show("proc is among them", found);
        r.mnt_id = sx[18];
        r.param = 0x1 | 0x20; /* STATMOUNT_SB_BASIC, STATMOUNT_FS_TYPE */
        show("stat", raw(statmount, &r, buf, sizeof(buf), 0));
        show("stat small", raw(statmount, &r, buf, 16, 0));
        show("stat to nowhere", raw(statmount, &r, BAD_PTR, 512, 0));
        r.mnt_id = 0x7fffffffffffffull;
        show("stat of nothing", raw(statmount, &r, buf, sizeof(buf), 0));
    }
    show("stat flags", raw(statmount, &r, buf, sizeof(buf), 0x80));
    show("stat EFAULT", raw(statmount, BAD_PTR, buf, sizeof(buf), 0));
    show("list flags", raw(listmount, &r, ids, 64, 0x80));
    show("list EFAULT", raw(listmount, BAD_PTR, ids, 64, 0));
    r.size = 8;
    show("list short", raw(listmount, &r, ids, 64, 0));
    return t_end();
}
