/* Headers of an ELF file -> struct elf_image. Every number comes from the file and may be anything. */
#include "elf/elf.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "mem/space.h"

#define PHDR_BATCH 32u

/* By what e_machine, class and data bytes say together. */
static const struct {
    uint16_t machine;
    const char *little64, *big64, *other; /* other: 32-bit */
} machine_names[] = {
    {EM_X86_64, "x86_64", NULL, "x32"},
    {EM_386, NULL, NULL, "i386"},
    {EM_AARCH64, "aarch64", "aarch64_be", "aarch64_ilp32"},
    {EM_ARM, NULL, NULL, "arm"},
    {EM_RISCV, "riscv64", NULL, "riscv32"},
    {EM_PPC64, "ppc64le", "ppc64", NULL},
    {EM_PPC, NULL, NULL, "ppc"},
    {EM_S390, NULL, "s390x", "s390"},
    {EM_MIPS, "mips64el", "mips64", "mips"},
    {EM_SPARC, NULL, NULL, "sparc"},
    {EM_SPARCV9, NULL, "sparc64", NULL},
    {258, "loongarch64", NULL, "loongarch32"}, /* EM_LOONGARCH, newer than some elf.h */
    {EM_ALPHA, "alpha", NULL, NULL},
    {EM_IA_64, "ia64", NULL, NULL},
    {EM_PARISC, NULL, "parisc64", "parisc"},
    {EM_68K, NULL, NULL, "m68k"},
    {EM_SH, NULL, NULL, "sh4"},
    {EM_BPF, "bpf", "bpf", NULL},
};

const char *elf_machine_name(const struct elf_image *img)
{
    for (size_t i = 0; i < ARRAY_SIZE(machine_names); i++)
        if (machine_names[i].machine == img->machine)
            return img->class32      ? machine_names[i].other
                   : img->big_endian ? machine_names[i].big64
                                     : machine_names[i].little64;
    return NULL;
}

/* Exactly n bytes, or -EIO when the file ends before. */
static int read_all(elf_pread *pread_fn, void *arg, void *buf, uint64_t n, uint64_t off)
{
    uint64_t done = 0;

    while (done < n) {
        if (off > INT64_MAX - n)
            return -EIO;
        int64_t r = pread_fn(arg, (char *) buf + done, n - done, off + done);

        if (r < 0)
            return (int) r;
        if (r == 0)
            return -EIO;
        done += (uint64_t) r;
    }
    return 0;
}

static const char *bad_type(uint16_t type)
{
    switch (type) {
    case ET_EXEC:
    case ET_DYN:
        return NULL;
    case ET_REL:
        return "an object file, not a program: link it first";
    case ET_CORE:
        return "a core dump, not a program";
    default:
        return "an ELF file of a type that cannot be run";
    }
}

static void doom(struct elf_image *out, int err, const char *why)
{
    if (!out->doom) {
        out->doom = err;
        out->doom_why = why;
    }
}

static int prot_of(uint32_t flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) | (flags & PF_X ? PROT_EXEC : 0);
}

static void take_load(struct elf_image *out, const Elf64_Phdr *ph)
{
    struct elf_segment *seg = &out->segment[out->segments++];

    *seg = (struct elf_segment){ph->p_vaddr, ph->p_memsz, ph->p_filesz, ph->p_offset, prot_of(ph->p_flags)};

    if (ph->p_filesz > ph->p_memsz) {
        doom(out, -EINVAL, "a segment has more bytes in the file than in memory");
        return;
    }
    if (ph->p_vaddr >= SPACE_TOP || ph->p_memsz > SPACE_TOP || SPACE_TOP - ph->p_memsz < ph->p_vaddr) {
        doom(out, -EINVAL, "a segment reaches past the end of user space");
        return;
    }
    if (ph->p_filesz && ((ph->p_vaddr ^ ph->p_offset) & ~PAGE_MASK)) {
        doom(out, -EINVAL, "a segment's file offset and address differ within a page");
        return;
    }
    if (ph->p_filesz && ph->p_offset > INT64_MAX - SPACE_TOP) {
        doom(out, -EOVERFLOW, "a segment's file offset is beyond any file");
        return;
    }

    out->min_vaddr = MIN(out->min_vaddr, page_down(ph->p_vaddr));
    out->max_vaddr = MAX(out->max_vaddr, page_up(ph->p_vaddr + ph->p_memsz));
    if (ph->p_align && !(ph->p_align & (ph->p_align - 1)))
        out->max_align = MAX(out->max_align, ph->p_align);
    /* The last segment that holds the table wins, as in the kernel, which does not look at PT_PHDR. */
    if (ph->p_offset <= out->phoff && out->phoff < ph->p_offset + ph->p_filesz)
        out->phdr_vaddr = out->phoff - ph->p_offset + ph->p_vaddr;
}

static void take_phdr(struct elf_image *out, const Elf64_Phdr *ph, bool *have_interp)
{
    switch (ph->p_type) {
    case PT_LOAD:
        take_load(out, ph);
        break;
    case PT_INTERP:
        if (!*have_interp) {
            *have_interp = true;
            out->interp_off = ph->p_offset;
            out->interp_size = ph->p_filesz;
        }
        break;
    case PT_GNU_STACK:
        out->stack_prot = PROT_READ | PROT_WRITE | (ph->p_flags & PF_X ? PROT_EXEC : 0);
        break;
    }
}

int elf_parse(elf_pread *pread_fn, void *arg, struct elf_image *out, const char **why)
{
    Elf64_Ehdr eh;
    Elf64_Phdr ph[PHDR_BATCH];
    bool have_interp = false, cut;
    int r;

    memset(out, 0, offsetof(struct elf_image, segment));
    out->min_vaddr = UINT64_MAX;
    out->max_align = PAGE_SIZE;
    out->stack_prot = PROT_READ | PROT_WRITE;

    memset(&eh, 0, sizeof eh);
    r = read_all(pread_fn, arg, &eh, sizeof eh, 0);
    if (r < 0 && r != -EIO) {
        *why = "cannot be read";
        return r;
    }
    if (memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0) {
        *why = "not an ELF program";
        return -ENOEXEC;
    }
    cut = r == -EIO; /* not wrong in itself: the kernel reads the rest as zeros */

    /* Like Linux, go by e_machine and e_phentsize; the class and data bytes only tell what a file is that these two
     * have not let in. */
    out->machine = eh.e_machine;
    if (eh.e_machine != EM_X86_64 || eh.e_phentsize != sizeof *ph) {
        out->class32 = eh.e_ident[EI_CLASS] == ELFCLASS32;
        out->big_endian = eh.e_ident[EI_DATA] == ELFDATA2MSB;
        if (out->big_endian)
            out->machine = __builtin_bswap16(eh.e_machine);
        if (out->class32 || out->big_endian)
            return 0;
    }

    *why = cut ? "cut off within its ELF header" : bad_type(eh.e_type);
    if (eh.e_phentsize != sizeof *ph) {
        if (!*why)
            *why = "its program headers have a size of no known ABI";
        return -ENOEXEC;
    }
    if (eh.e_phnum == 0 || eh.e_phnum > ELF_MAX_PHDRS) {
        if (!*why)
            *why = eh.e_phnum ? "it has more program headers than fit into 64 KiB" : "it has no program headers";
        return -ENOEXEC;
    }

    out->pie = eh.e_type == ET_DYN;
    out->entry = eh.e_entry;
    out->phoff = eh.e_phoff;
    out->phnum = eh.e_phnum;
    for (unsigned i = 0; i < eh.e_phnum; i += PHDR_BATCH) {
        unsigned n = MIN(PHDR_BATCH, eh.e_phnum - i);

        if (read_all(pread_fn, arg, ph, n * sizeof *ph, eh.e_phoff + i * sizeof *ph) < 0) {
            *why = "its program headers are cut off";
            return -ENOEXEC;
        }
        for (unsigned j = 0; j < n; j++)
            take_phdr(out, &ph[j], &have_interp);
    }

    if (out->segments == 0)
        out->min_vaddr = 0;
    if (out->pie && out->min_vaddr == out->max_vaddr)
        doom(out, -EINVAL, "it has nothing to load");
    if (have_interp && (out->interp_size < 2 || out->interp_size > 4096)) {
        *why = "the name of its interpreter is empty or longer than a path can be";
        return -ENOEXEC;
    }
    out->type = eh.e_type;
    *why = bad_type(eh.e_type);
    return *why ? -ENOEXEC : 0;
}
