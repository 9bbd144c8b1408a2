/* covers: rseq */
/* only: musl (the other C library registers its own) */
#include <sys/auxv.h>

#include "threads.h"

struct rseq_area {
    uint32_t cpu_id_start, cpu_id;
    uint64_t cs;
    uint32_t flags, node_id, mm_cid, pad;
} __attribute__((aligned(32)));

static struct rseq_area area;

int main(void)
{
    area.cpu_id = ~0u;
    printf("size %lu alignment %lu\n", getauxval(27), getauxval(28));
    long r = raw(rseq, &area, 32, 0, 0x53053053);
    show("register", r);
    if (r == 0) {
        unsigned cpu = 0;
        CHECK(area.cpu_id < 4096 && area.cpu_id == area.cpu_id_start);
        raw(getcpu, &cpu, 0, 0);
        CHECK(area.cpu_id < 4096);
        show("again", raw(rseq, &area, 32, 0, 0x53053053));
        show("another signature", raw(rseq, &area, 32, 0, 0x11111111));
        show("another place", raw(rseq, (char *) &area + 32, 32, 0, 0x53053053));
        show("unregister, another signature", raw(rseq, &area, 32, 1, 0x11111111));
        show("unregister", raw(rseq, &area, 32, 1, 0x53053053));
        show("unregister again", raw(rseq, &area, 32, 1, 0x53053053));
    }
    show("unknown flag", raw(rseq, &area, 32, 8, 0x53053053));
    show("not aligned", raw(rseq, (char *) &area + 8, 32, 0, 0x53053053));
    show("size 16", raw(rseq, &area, 16, 0, 0x53053053));
    show("not there", raw(rseq, 0x210000000000ul, 32, 0, 0x53053053));
    return t_end();
}
