/* From an opened program to a space that is ready to run: Linux's load_elf_binary() past the point of no return. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>

#include "base/raw.h"
#include "elf/elf.h"
#include "elf/stack.h"
#include "mem/access.h"
#include "mem/space.h"

#define ET_DYN_BASE (SPACE_TOP / 3 * 2) /* ELF_ET_DYN_BASE */
#define MMAP_RND_BITS 28                /* vm.mmap_rnd_bits as x86-64 has it by default */
#define BRK_RND (1ull << 30)            /* arch_randomize_brk() */
#define STACK_SHUFFLE 8192              /* arch_align_stack() */
#define STACK_EXTRA (128ull * 1024)     /* stack_expand of setup_arg_pages() */

struct loader {
    struct space *sp;
    const char *why;
    bool randomize;
    bool page_zero;
    uint64_t rnd[3]; /* mmap base, brk, stack */
};

static int load_fail(struct loader *l, int64_t err, const char *why)
{
    if (!l->why)
        l->why = why;
    return (int) err;
}

static int loader_init(struct loader *l)
{
    long persona = host(SYS_personality, 0xffffffff);
    l->randomize = !(persona & ADDR_NO_RANDOMIZE);
    l->page_zero = persona & MMAP_PAGE_ZERO;
    if (l->randomize && host(SYS_getrandom, l->rnd, sizeof l->rnd, 0) != (long) sizeof l->rnd)
        return load_fail(l, -EIO, "the host gives no random numbers");
    return 0;
}

/* EPERM is vm.mmap_min_addr speaking. */
static int fail_map(struct loader *l, int64_t err, const char *why)
{
    return load_fail(l, err, err == -EPERM ? "a segment lies in the lowest pages, which may not be mapped" : why);
}

/* Map one segment at `addr` (page-aligned, the place of page_down(vaddr)): file pages, zeroed tail, anonymous rest. */
static int map_segment(struct loader *l, int fd, const struct elf_segment *seg, uint64_t addr, int fixed)
{
    uint64_t in_page = seg->vaddr & ~PAGE_MASK;
    uint64_t file_end = addr + in_page + seg->filesz; /* unaligned */
    uint64_t mem_end = page_up(addr + in_page + seg->memsz);
    uint64_t anon = addr;
    int64_t r;

    if (seg->filesz) {
        anon = page_up(file_end);
        r = space_mmap(l->sp, gva(addr), anon - addr, seg->prot, MAP_PRIVATE | MAP_DENYWRITE | fixed, fd,
                       page_down(seg->offset));
        if (r < 0)
            return fail_map(l, r, "a segment cannot be mapped from the file");
        if (seg->memsz > seg->filesz && anon > file_end && clear_out(l->sp, gva(file_end), anon - file_end) < 0 &&
            (seg->prot & PROT_WRITE)) /* of a read-only segment the kernel leaves the tail as it is in the file */
            return load_fail(l, -EFAULT, "the file ends before its data segment does");
        fixed = MAP_FIXED;
    }
    if (seg->memsz > seg->filesz && mem_end > anon) {
        r = space_mmap(l->sp, gva(anon), mem_end - anon, PROT_READ | PROT_WRITE | (seg->prot & PROT_EXEC),
                       MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
        if (r < 0)
            return fail_map(l, r, "there is no room for its zeroed data");
    }
    return 0;
}

/* A free place for `size` bytes: nothing else maps anything meanwhile, so it stays free. */
static int64_t find_place(struct loader *l, uint64_t hint, uint64_t size, int flags)
{
    int64_t r =
        space_mmap(l->sp, gva(hint), size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

    if (r >= 0)
        space_munmap(l->sp, gva((uint64_t) r), size);
    return r;
}

static int fail_place(struct loader *l, int64_t err)
{
    return fail_map(l, err, "there is no room for it in the address space");
}

static int map_image(struct loader *l, int fd, const struct elf_image *img, uint64_t bias, int first_flags)
{
    int r;

    for (unsigned i = 0; i < img->segments; i++) {
        const struct elf_segment *seg = &img->segment[i];

        /* parse has checked the unbiased span; a biased one may still pass the end. */
        if (bias + seg->vaddr >= SPACE_TOP || SPACE_TOP - (bias + seg->vaddr) < seg->memsz)
            return load_fail(l, -ENOMEM, "a segment reaches past the end of user space");
        r = map_segment(l, fd, seg, page_down(bias + seg->vaddr), i == 0 ? first_flags : MAP_FIXED);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Where an ET_DYN program goes. With an interpreter near ELF_ET_DYN_BASE; one without is taken for a loader itself and put into the
 * mmap area, out of the way of the program that it may load. Sets *bias. */
static int place_pie(struct loader *l, const struct elf_image *img, bool has_interp, uint64_t *bias)
{
    uint64_t size = img->max_vaddr - img->min_vaddr, align = img->max_align;
    int64_t r;

    if (has_interp) {
        uint64_t want = ET_DYN_BASE + (l->rnd[0] & ((1ull << MMAP_RND_BITS) - 1)) * PAGE_SIZE;

        r = find_place(l, want & ~(align - 1), size, MAP_FIXED_NOREPLACE);
    } else {
        r = find_place(l, 0, size, 0);
        if (r >= 0 && align > PAGE_SIZE) {
            int64_t below = find_place(l, (uint64_t) r & ~(align - 1), size, MAP_FIXED_NOREPLACE);

            /* Linux gives up when that is taken. A place that is wider by the alignment holds an aligned one. */
            if (below == -EEXIST && size + align > size) {
                below = find_place(l, 0, size + align, 0);
                if (below >= 0)
                    below = (int64_t) (((uint64_t) below + align - 1) & ~(align - 1));
            }
            r = below;
        }
    }
    if (r < 0)
        return fail_place(l, r);
    *bias = (uint64_t) r - page_down(img->segment[0].vaddr);
    return 0;
}

static int load_main(struct loader *l, const struct program *p, uint64_t *bias)
{
    const struct elf_image *img = &p->image;
    int r = 0;

    *bias = 0;
    if (img->pie)
        r = place_pie(l, img, p->interp_fd >= 0, bias);
    if (r < 0)
        return r;
    return map_image(l, p->fd, img, *bias, MAP_FIXED_NOREPLACE);
}

static int load_interp(struct loader *l, const struct program *p, uint64_t main_bias, uint64_t *bias)
{
    const struct elf_image *img = &p->interp;
    int64_t r;

    *bias = 0;
    if (img->min_vaddr == img->max_vaddr)
        return load_fail(l, -EINVAL, "its interpreter has nothing to load");
    if (img->pie) {
        /* Beside an ET_EXEC program a prelinked interpreter may have the place that it asks for. */
        r = find_place(l, main_bias ? 0 : page_down(img->segment[0].vaddr), img->max_vaddr - img->min_vaddr, 0);
        if (r < 0)
            return fail_place(l, r);
        *bias = (uint64_t) r - page_down(img->segment[0].vaddr);
    }
    return map_image(l, p->interp_fd, img, *bias, MAP_FIXED);
}

static void set_brk(struct loader *l, const struct program *p, uint64_t bias)
{
    bool moved = p->image.pie && p->interp_fd < 0;
    uint64_t brk = page_up(moved ? ET_DYN_BASE : p->image.max_vaddr + bias);

    if (l->randomize) {
        if (!moved)
            brk += PAGE_SIZE;
        brk += page_down(l->rnd[1] % BRK_RND);
    }
    space_set_brk(l->sp, gva(brk));
}

/* mm->start_code and its like, for /proc/self/stat. */
static void note_span(const struct elf_image *img, uint64_t bias, struct elf_start *out)
{
    uint64_t start_code = UINT64_MAX, end_code = 0, start_data = 0, end_data = 0;

    for (unsigned i = 0; i < img->segments; i++) {
        const struct elf_segment *seg = &img->segment[i];
        uint64_t file_end = seg->vaddr + seg->filesz;

        start_data = MAX(start_data, seg->vaddr);
        end_data = MAX(end_data, file_end);
        if (seg->prot & PROT_EXEC) {
            start_code = MIN(start_code, seg->vaddr);
            end_code = MAX(end_code, file_end);
        }
    }
    out->start_code = gva(start_code + bias);
    out->end_code = gva(end_code + bias);
    out->start_data = gva(start_data + bias);
    out->end_data = gva(end_data + bias);
}

/* Map the stack, with as much below the strings as Linux prepares, within the limit. Returns its top. */
static int64_t map_stack(struct loader *l, const struct program *p, const struct stack_plan *plan)
{
    uint64_t limit = page_down(p->stack_limit);
    uint64_t strings = page_up(plan->arg);
    uint64_t tables = page_up(plan->sp);
    uint64_t size = MAX(strings, MIN(limit, strings + STACK_EXTRA));
    int64_t top;

    if (tables > size) {
        if (tables > limit)
            return load_fail(l, -EFAULT, "its arguments do not fit into the stack");
        size = tables;
    }
    top = space_map_stack(l->sp, size, p->image.stack_prot);
    if (top < 0)
        return load_fail(l, top, "there is no room for its stack");
    return top;
}

static int load(struct loader *l, const struct program *p, const struct elf_auxv_info *aux, struct elf_start *out)
{
    uint64_t bias, interp_bias = 0, entry;
    autofree uint8_t *buf = NULL;
    struct stack_facts facts = {0};
    struct stack_plan plan;
    int64_t top;
    int r;

    if (p->image.doom)
        return load_fail(l, p->image.doom, p->image.doom_why);
    if (p->interp_fd >= 0 && p->interp.doom)
        return load_fail(l, p->interp.doom, p->interp.doom_why);

    /* The stack first, as in the kernel: what the file asks for has to go around it. */
    stack_plan(p, aux, l->rnd[2] % STACK_SHUFFLE, &plan);
    top = map_stack(l, p, &plan);
    if (top < 0)
        return (int) top;

    r = load_main(l, p, &bias);
    if (r < 0)
        return r;
    entry = p->image.entry + bias;
    if (p->interp_fd >= 0) {
        r = load_interp(l, p, bias, &interp_bias);
        if (r < 0)
            return r;
        entry = p->interp.entry + interp_bias;
    }
    if (entry >= SPACE_TOP)
        return load_fail(l, -EINVAL, "its entry point lies past the end of user space");
    out->entry = gva(entry);
    note_span(&p->image, bias, out);
    set_brk(l, p, bias);
    if (l->page_zero) /* as the kernel: whether it worked is the program's to find out */
        space_mmap(l->sp, gva(0), PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    facts.phdr = p->image.phdr_vaddr + bias;
    facts.phnum = p->image.phnum;
    facts.base = interp_bias;
    facts.entry = p->image.entry + bias;
    buf = calloc(1, plan.sp);
    if (!buf)
        return load_fail(l, -ENOMEM, "out of memory");
    stack_fill(p, aux, &facts, &plan, (uint64_t) top, buf, out);
    if (copy_out(l->sp, out->sp, buf, plan.sp) < 0)
        return load_fail(l, -EFAULT, "its stack cannot be written");
    return 0;
}

int program_load(struct space *sp, const struct program *p, const struct elf_auxv_info *aux, struct elf_start *out)
{
    struct loader l = {.sp = sp};
    int r;

    memset(out, 0, sizeof *out);
    r = loader_init(&l);
    if (r == 0)
        r = load(&l, p, aux, out);
    out->why = l.why;
    return r;
}
