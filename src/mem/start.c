/* What a program finds mapped when it starts, besides its file: stack and vDSO. */
#include "mem/space.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fds.h"
#include "base/lines.h"
#include "base/raw.h"
#include "mem/access.h"
#include "mem/region.h"

#define ROOM_MAX (64ull << 20)

int64_t space_map_stack(struct space *sp, uint64_t size, int prot)
{
    uint64_t top, room_start, lower = page_down(SPACE_TOP - random_below(STACK_RANDOM) * PAGE_SIZE);
    do {
        top = lower;
        /* From a chunk's start on, unless it may not grow to there: what is below in that chunk would seem to be there. */
        const uint64_t most = top - ((top - ROOM_MAX) & ~(CHUNK_SIZE - 1));
        room_start = top - page_up(MIN(MAX(sp->limits.stack, size), most));
        lower = machine_excluded(sp->machine, room_start, top);
    } while (lower);
    struct region like = {
        .prot = (uint8_t) prot, .flags = RG_ANON | RG_GROWSDOWN, .name = REGION_STACK, .origin = sp->next_origin++};
    lock(sp);
    like.flags |= exempt_flag(sp, true);
    int64_t ret = may_expand(sp, size, 0, prot, like.flags);
    if (ret == 0 && !region_insert(sp, &like, top - size, top))
        ret = -ENOMEM;
    if (ret == 0) {
        sp->stack_top = top;
        /* Bind what it may grow to, so that buffers on the stack are contiguous on the host side too. */
        sp->room_start = room_start;
        sp->stack_low = sp->in_place ? top - size : sp->room_start;
        ret = mirror_bind(sp, room_start, top);
        if (ret == 0)
            ret = mirror_guest(sp, top - size, top);
        if (ret == 0)
            ret = (int64_t) top;
    }
    unlock(sp);
    return ret;
}

void space_set_name(struct space *sp, gva_t va, enum region_name name)
{
    lock(sp);
    struct region *r = region_at(sp, va.v);
    if (r) {
        r->name = (uint8_t) name;
        if (r->origin == ORIGIN_ANON)
            r->origin = sp->next_origin++;
    }
    unlock(sp);
}

/* Where the host shows its vDSO and the data pages below it. */
static bool find_vdso(uint64_t *vvar, uint64_t *vdso, uint64_t *end)
{
    struct lines l;
    if (lines_open(&l, "/proc/thread-self/maps"))
        return false;
    *vvar = *vdso = 0;
    for (const char *line; (line = lines_next(&l));) {
        uint64_t a, b;
        const char *p = line;
        if (!parse_number(&p, 16, &a) || *p++ != '-' || !parse_number(&p, 16, &b))
            continue;
        if (strstr(line, "[vvar") && (!*vvar || a < *vvar))
            *vvar = a;
        if (strstr(line, "[vdso]"))
            *vdso = a, *end = b;
    }
    lines_close(&l);
    return *vvar && *vdso > *vvar;
}

int show_host_vdso(struct space *sp, struct host_vdso *v)
{
    fds_create_lock(); /* a file is read, and the guest's table may be full */
    bool found = machine_traits(sp->machine).tsc_is_host && find_vdso(&v->data, &v->code, &v->end);
    fds_create_unlock();
    if (!found)
        return -ENODEV;
    /* In the hole, for what lies high may be out of a host's reach, whatever its CPUID says. */
    const uint64_t window = MACHINE_HOLE_START;
    int r = sp->vvar_gpa ? 0 : machine_back(sp->machine, gpa(window), (void *) v->data, v->code - v->data, true);
    if (r == 0)
        sp->vvar_gpa = window;
    return r;
}

/* The host's own, where it is. Its chunks are excluded, so they are bound by hand. */
static uint64_t name_vdso(struct space *sp)
{
    struct host_vdso v = {0};
    fds_create_lock();
    bool found = find_vdso(&v.data, &v.code, &v.end);
    fds_create_unlock();
    if (!found)
        return 0;
    const struct region data = {.prot = PROT_READ, .flags = RG_ANON, .name = REGION_VVAR, .origin = sp->next_origin++};
    const struct region code = {
        .prot = PROT_READ | PROT_EXEC, .flags = RG_ANON, .name = REGION_VDSO, .origin = sp->next_origin++};
    lock(sp);
    bool ok = region_insert(sp, &data, v.data, v.code) && region_insert(sp, &code, v.code, v.end);
    if (ok)
        mirror_bind_as_is(sp, v.data, v.end);
    sp->vdso_start = v.data;
    sp->vdso_end = v.end;
    unlock(sp);
    return ok ? v.code : 0;
}

uint64_t space_map_vdso(struct space *sp)
{
    struct host_vdso v;
    if (sp->in_place)
        return name_vdso(sp);
    if (show_host_vdso(sp, &v))
        return 0;
    uint64_t data = v.code - v.data, code = v.end - v.code;
    int64_t at = space_mmap(sp, gva(0), data + code, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at < 0)
        return 0;
    /* The code is a copy, ordinary memory of the guest; the data below it are the host's own pages, read-only. */
    lock(sp);
    uint64_t p = (uint64_t) at;
    struct run run;
    int r = mirror_bind(sp, p, p + data + code);
    p += data;
    while (r == 0 && run_next(sp, &p, (uint64_t) at + data + code, &run))
        memcpy(run.hva, (const uint8_t *) v.code + (run.start - (uint64_t) at - data), run.end - run.start);
    if (r == 0)
        r = region_split(sp, (uint64_t) at);
    if (r == 0)
        r = region_split(sp, (uint64_t) at + data);
    if (r == 0) {
        region_at(sp, (uint64_t) at)->off = 0;
        sp->vvar_size = data;
    }
    unlock(sp);
    if (r)
        return 0;
    space_set_name(sp, gva((uint64_t) at), REGION_VVAR);
    space_set_name(sp, gva((uint64_t) at + data), REGION_VDSO);
    space_mprotect(sp, gva((uint64_t) at), data, PROT_READ);
    space_mprotect(sp, gva((uint64_t) at + data), code, PROT_READ | PROT_EXEC);
    lock(sp);
    mirror_guest(sp, (uint64_t) at,
                 (uint64_t) at + data + code); /* without, they come on a fault: an exit of each start */
    unlock(sp);
    return (uint64_t) at + data;
}
