#include "task/image.h"

#include <errno.h>
#include <string.h>

#include "task/seccomp_image.h"

/* Sections of fixed size, and arrays: one row each. */
static const struct section {
    enum stream_tag tag;
    uint16_t where, count; /* offsets in struct process_state; count 0: the bytes themselves, else pointer and number */
    uint32_t size;         /* of all, or of an element */
} sections[] = {
#define FIXED(tag, member)                                                                                             \
    {                                                                                                                  \
        tag, offsetof(struct process_state, member), 0, sizeof(((struct process_state *) 0)->member)                   \
    }
#define ARRAY(tag, member, number)                                                                                     \
    {                                                                                                                  \
        tag, offsetof(struct process_state, member), offsetof(struct process_state, number),                           \
            sizeof(*((struct process_state *) 0)->member)                                                              \
    }
    FIXED(ST_THREAD, thread),
    FIXED(ST_PROCESS, process),
    FIXED(ST_SIGNALS, action),
    FIXED(ST_SPACE, space.space),
    ARRAY(ST_XSAVE, xsave, xsave_size),
    ARRAY(ST_SECCOMP, seccomp, seccomp_size),
    ARRAY(ST_REGIONS, space.region, space.regions),
    ARRAY(ST_BINDINGS, space.binding, space.bindings),
    ARRAY(ST_OBJECTS, space.object, space.objects),
};

bool image_take(struct process_state *st, enum stream_tag tag, const void *data, size_t size, bool *bad)
{
    for (unsigned i = 0; i < ARRAY_SIZE(sections); i++) {
        const struct section *s = &sections[i];
        char *base = (char *) st;
        if (s->tag != tag)
            continue;
        size_t n = size / s->size;
        if (size % s->size || n > UINT32_MAX || (st->have >> i & 1) || (!s->count && n != 1)) {
            *bad = true;
        } else if (s->count) {
            memcpy(base + s->where, &data, sizeof data);
            memcpy(base + s->count, &(uint32_t){(uint32_t) n}, sizeof(uint32_t));
        } else {
            memcpy(base + s->where, data, size);
        }
        st->have |= 1u << i;
        return true;
    }
    return false;
}

void image_put(struct stream_writer *w, const struct process_state *st)
{
    for (unsigned i = 0; i < ARRAY_SIZE(sections); i++) {
        const struct section *s = &sections[i];
        const char *base = (const char *) st, *data = base + s->where;
        uint32_t n = 1;
        if (s->count) {
            memcpy(&data, base + s->where, sizeof data);
            memcpy(&n, base + s->count, sizeof n);
        }
        stream_put(w, s->tag, data, (size_t) n * s->size);
    }
}

static bool is_user(uint64_t va)
{
    return va <= SPACE_TOP;
}

static int check_thread(const struct thread_image *t)
{
    /* Segment bases that are not canonical do not load; a wild rip is the guest's to have, and faults. */
    return is_user(t->fs_base) && is_user(t->gs_base) ? 0 : -EINVAL;
}

static int check_process(const struct process_image *p)
{
    return p->start.auxv_words > ARRAY_SIZE(p->start.auxv) || p->start.why ? -EINVAL : 0;
}

int image_check(const struct process_state *st)
{
    if (st->have != (1u << ARRAY_SIZE(sections)) - 1 || check_thread(&st->thread) || check_process(&st->process))
        return -EINVAL;
    /* The legacy area and the XSAVE header, and no more than the processor could ask for. */
    if (st->xsave_size < 576 || st->xsave_size > 65536)
        return -EINVAL;
    if (seccomp_check(st->seccomp, st->seccomp_size))
        return -EINVAL;
    return space_check(&st->space);
}
