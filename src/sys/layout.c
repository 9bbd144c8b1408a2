/* prctl(PR_SET_MM): where procfs says that the parts of the program are, and its heap. As kernel/sys.c does it. */
#include <errno.h>
#include <linux/prctl.h>
#include <string.h>

#include "sys/handlers.h"
#include "sys/layout.h"

#define ADDR_MIN (64ull << 10) /* vm.mmap_min_addr's default */
#define AUXV_SIZE (52 * sizeof(uint64_t))
#define NO_FILE ((uint32_t) -1)

static struct prctl_mm_map now(struct process *p)
{
    const struct elf_start *s = &p->start;
    struct space_info info;
    space_info(p->space, &info);
    return (struct prctl_mm_map){.start_code = s->start_code.v,
                                 .end_code = s->end_code.v,
                                 .start_data = s->start_data.v,
                                 .end_data = s->end_data.v,
                                 .start_brk = info.brk_start.v,
                                 .brk = info.brk.v,
                                 .start_stack = s->start_stack.v,
                                 .arg_start = s->arg_start.v,
                                 .arg_end = s->arg_end.v,
                                 .env_start = s->env_start.v,
                                 .env_end = s->env_end.v,
                                 .exe_fd = NO_FILE};
}

static int check(struct process *p, const struct prctl_mm_map *m)
{
    const __u64 all[] = {m->start_code,  m->end_code,  m->start_data, m->end_data,  m->start_brk, m->brk,
                         m->start_stack, m->arg_start, m->arg_end,    m->env_start, m->env_end};
    uint64_t limit = space_limits(p->space)->data;
    for (unsigned i = 0; i < ARRAY_SIZE(all); i++)
        if (all[i] >= SPACE_TOP || all[i] < ADDR_MIN)
            return -EINVAL;
    if (m->start_code >= m->end_code || m->start_data > m->end_data || m->start_brk > m->brk ||
        m->arg_start > m->arg_end || m->env_start > m->env_end)
        return -EINVAL;
    return limit < RLIM64_INFINITY && m->brk - m->start_brk + (m->end_data - m->start_data) > limit ? -EINVAL : 0;
}

static void set(struct process *p, const struct prctl_mm_map *m)
{
    struct elf_start *s = &p->start;
    s->start_code = gva(m->start_code);
    s->end_code = gva(m->end_code);
    s->start_data = gva(m->start_data);
    s->end_data = gva(m->end_data);
    s->start_stack = gva(m->start_stack);
    s->arg_start = gva(m->arg_start);
    s->arg_end = gva(m->arg_end);
    s->env_start = gva(m->env_start);
    s->env_end = gva(m->env_end);
    space_set_heap(p->space, gva(m->start_brk), gva(m->brk));
}

/* The vector as procfs shows it: its end is always there. */
static int read_auxv(struct process *p, uint64_t va, uint64_t size, uint64_t words[64], unsigned *count)
{
    memset(words, 0, AUXV_SIZE);
    if (copy_in(p->space, words, gva(va), size))
        return -EFAULT;
    words[AUXV_SIZE / 8 - 2] = words[AUXV_SIZE / 8 - 1] = 0;
    for (*count = 2; words[*count - 2]; *count += 2)
        ;
    return 0;
}

static void set_auxv(struct process *p, const uint64_t words[64], unsigned count)
{
    memcpy(p->start.auxv, words, count * sizeof *words);
    p->start.auxv_words = count;
}

static int64_t set_map(struct process *p, uint64_t va, uint64_t size)
{
    struct prctl_mm_map m;
    uint64_t words[64];
    unsigned count = 0;
    if (size != sizeof m)
        return -EINVAL;
    if (get_user(p->space, &m, gva(va)))
        return -EFAULT;
    int r = check(p, &m);
    if (r == 0 && m.auxv_size)
        r = !m.auxv || m.auxv_size > AUXV_SIZE ? -EINVAL : read_auxv(p, (uint64_t) m.auxv, m.auxv_size, words, &count);
    if (r == 0 && m.exe_fd != NO_FILE)
        r = -EPERM; /* docs/limits.md */
    if (r)
        return r;
    set(p, &m);
    if (count)
        set_auxv(p, words, count);
    return 0;
}

static int any(const struct region_info *region, void *arg)
{
    (void) region, (void) arg;
    return 1;
}

static __u64 *field(struct prctl_mm_map *m, uint64_t option, bool *of_stack)
{
    *of_stack = false;
    switch (option) {
    case PR_SET_MM_START_CODE:
        return &m->start_code;
    case PR_SET_MM_END_CODE:
        return &m->end_code;
    case PR_SET_MM_START_DATA:
        return &m->start_data;
    case PR_SET_MM_END_DATA:
        return &m->end_data;
    case PR_SET_MM_START_BRK:
        return &m->start_brk;
    case PR_SET_MM_BRK:
        return &m->brk;
    }
    *of_stack = true;
    switch (option) {
    case PR_SET_MM_START_STACK:
        return &m->start_stack;
    case PR_SET_MM_ARG_START:
        return &m->arg_start;
    case PR_SET_MM_ARG_END:
        return &m->arg_end;
    case PR_SET_MM_ENV_START:
        return &m->env_start;
    case PR_SET_MM_ENV_END:
        return &m->env_end;
    }
    return NULL;
}

static int64_t set_one(struct process *p, uint64_t option, uint64_t value)
{
    struct prctl_mm_map m = now(p);
    bool of_stack;
    __u64 *f = field(&m, option, &of_stack);
    if (value >= SPACE_TOP || value < ADDR_MIN || !f)
        return -EINVAL;
    *f = value;
    int r = check(p, &m);
    if (r)
        return r;
    if (of_stack && !space_walk(p->space, gva(value), gva(SPACE_TOP), any, NULL))
        return -EFAULT;
    set(p, &m);
    return 0;
}

static int64_t change(struct process *p, uint64_t option, uint64_t value, uint64_t size)
{
    uint64_t words[64];
    unsigned count;
    if (option == PR_SET_MM_MAP)
        return set_map(p, value, size);
    if (host(SYS_prctl, PR_SET_MM, 0, 0, 0, 0) ==
        -EPERM) /* an option that is none: what comes before tells of the right */
        return -EPERM;
    if (option == PR_SET_MM_EXE_FILE)
        return -EPERM; /* docs/limits.md */
    if (option != PR_SET_MM_AUXV)
        return set_one(p, option, value);
    int r = size > AUXV_SIZE ? -EINVAL : read_auxv(p, value, size, words, &count);
    if (r == 0)
        set_auxv(p, words, count);
    return r;
}

int64_t sys_set_layout(struct thread *t, uint64_t option, uint64_t value, uint64_t arg4, uint64_t arg5)
{
    struct process *p = t->proc;
    const uint32_t size = sizeof(struct prctl_mm_map);
    bool sized = option == PR_SET_MM_AUXV || option == PR_SET_MM_MAP || option == PR_SET_MM_MAP_SIZE;
    if (arg5 || (arg4 && !sized))
        return -EINVAL;
    if (option == PR_SET_MM_MAP_SIZE)
        return put_user(p->space, gva(value), &size) ? -EFAULT : 0;
    pthread_mutex_lock(&p->lock);
    int64_t r = change(p, option, value, arg4);
    pthread_mutex_unlock(&p->lock);
    return r;
}
