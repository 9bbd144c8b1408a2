/* links: src/elf/parse.c src/elf/script.c src/elf/program.c src/base/errno.c src/elf/stack.c src/elf/load.c */
/* Any bytes as a program: elf_parse over memory, program_open over a memfd that is its own interpreter, program_load into a space that
 * only checks what it is asked for. Seeds are written into an empty corpus directory at the start. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "../unit/elf_make.h"
#include "base/raw.h"
#include "elf/elf.h"
#include "mem/access.h"
#include "mem/space.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond)                                                                                                    \
    do {                                                                                                               \
        if (!(cond))                                                                                                   \
            abort();                                                                                                   \
    } while (0)

/* ---- a space that holds the loader to its promises ---- */

struct space {
    uint64_t next; /* top of what is free, when the loader leaves the place open */
};

int64_t space_mmap(struct space *sp, gva_t hint, uint64_t size, int prot, int flags, int fd, uint64_t off)
{
    (void) prot;
    CHECK(size && size % PAGE_SIZE == 0 && hint.v % PAGE_SIZE == 0 && off % PAGE_SIZE == 0);
    CHECK((fd >= 0) == !(flags & MAP_ANONYMOUS));
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
        return size > SPACE_TOP || hint.v > SPACE_TOP - size ? -ENOMEM : (int64_t) hint.v;
    if (size > sp->next)
        return -ENOMEM;
    sp->next -= size;
    return (int64_t) sp->next;
}

int space_munmap(struct space *sp, gva_t va, uint64_t size)
{
    (void) sp;
    CHECK(size && size % PAGE_SIZE == 0 && va.v % PAGE_SIZE == 0 && va.v + size <= SPACE_TOP);
    return 0;
}

void space_set_brk(struct space *sp, gva_t start)
{
    (void) sp;
    CHECK(start.v % PAGE_SIZE == 0 && start.v <= SPACE_TOP + (1ull << 31));
}

int64_t space_map_stack(struct space *sp, uint64_t size, int prot)
{
    CHECK(size % PAGE_SIZE == 0 && prot & PROT_WRITE);
    return (int64_t) (sp->next = 0x7ff000000000 - size) + (int64_t) size;
}

int copy_out(struct space *sp, gva_t dst, const void *src, size_t size)
{
    static volatile uint8_t sink;

    (void) sp;
    CHECK(dst.v + size <= SPACE_TOP);
    for (size_t i = 0; i < size; i++)
        sink = ((const uint8_t *) src)[i];
    (void) sink;
    return 0;
}

int clear_out(struct space *sp, gva_t dst, size_t size)
{
    (void) sp;
    CHECK(size < PAGE_SIZE && dst.v % PAGE_SIZE && dst.v + size <= SPACE_TOP);
    return 0;
}

/* ---- the target ---- */

struct input {
    const uint8_t *data;
    size_t size;
};

static int64_t pread_input(void *arg, void *buf, uint64_t n, uint64_t off)
{
    const struct input *in = arg;

    if (off >= in->size)
        return 0;
    n = MIN(n, in->size - off);
    memcpy(buf, in->data + off, n);
    return (int64_t) n;
}

static void check_image(const struct elf_image *img)
{
    CHECK(img->segments <= ELF_MAX_PHDRS);
    CHECK(!img->doom == !img->doom_why);
    if (img->class32 || img->big_endian || img->doom)
        return;
    CHECK(img->interp_size != 1 && img->interp_size <= 4096);
    CHECK(img->max_align >= PAGE_SIZE && (img->max_align & (img->max_align - 1)) == 0);
    CHECK(img->min_vaddr <= img->max_vaddr && img->max_vaddr <= SPACE_TOP);
    for (unsigned i = 0; i < img->segments; i++) {
        const struct elf_segment *s = &img->segment[i];

        CHECK(s->filesz <= s->memsz && s->vaddr >= img->min_vaddr && s->vaddr + s->memsz <= img->max_vaddr);
    }
}

static int memfd = -1;

static int open_input(void *arg, const char *path, char **abs_path)
{
    (void) arg;
    if (path[0] == '-')
        return -ENOENT;
    *abs_path = strdup(path);
    return fcntl(memfd, F_DUPFD_CLOEXEC, 100);
}

static char **vector(const char *one)
{
    char **v = calloc(2, sizeof *v);

    v[0] = strdup(one);
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct elf_auxv_info aux = {.platform = "x86_64", .sysinfo_ehdr = PAGE_SIZE};
    static struct elf_image img;
    struct input in = {data, size};
    struct program p = PROGRAM_INIT;
    struct space sp = {0x7f0000000000};
    const char *reason = NULL;
    struct elf_start st;
    char why[128], comm[16];
    int r;

    r = elf_parse(pread_input, &in, &img, &reason);
    CHECK(r <= 0 && (r == 0 || reason));
    if (r == 0)
        check_image(&img);

    if (memfd < 0)
        memfd = memfd_create("fuzz", MFD_CLOEXEC);
    CHECK(ftruncate(memfd, 0) == 0 && pwrite(memfd, data, size, 0) == (ssize_t) size);
    p.argv = vector("arg");
    p.envp = vector("E=1");
    p.stack_limit = 8 << 20;
    why[0] = '\0';
    r = program_open(&p, "dir/program", -1, open_input, NULL, why, sizeof why);
    CHECK(r <= 0 && !why[0] == !r);
    program_comm(&p, comm);
    CHECK(strcmp(comm, "program") == 0);
    if (r == 0) {
        r = program_load(&sp, &p, &aux, &st);
        CHECK(r <= 0 && !st.why == !r);
        if (r == 0)
            CHECK(st.entry.v < SPACE_TOP && st.sp.v % 16 == 0 && st.auxv_words <= ARRAY_SIZE(st.auxv));
    }
    program_free(&p);
    return 0;
}

/* ---- seeds ---- */

static void seed(const char *dir, const char *name, const void *data, size_t size)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof path, "%s/seed-%s", dir, name);
    f = fopen(path, "w");
    if (!f)
        return;
    fwrite(data, 1, size, f);
    fclose(f);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char script[] = "#!/bin/sh -e\necho\n", nested[] = "#! \t a/b\t c d \n";
    const char *dir = NULL;
    struct made m;

    for (int i = 1; i < *argc && !dir; i++)
        if ((*argv)[i][0] != '-')
            dir = (*argv)[i];
    if (!dir)
        return 0;
    seed(dir, "script", script, sizeof script - 1);
    seed(dir, "nested", nested, sizeof nested - 1);
    made_init(&m);
    seed(dir, "exec", m.byte, m.size);
    made_phdr(&m, PT_GNU_STACK)->p_flags = PF_R | PF_W | PF_X;
    *made_phdr(&m, PT_LOAD) = (Elf64_Phdr){.p_type = PT_LOAD,
                                           .p_flags = PF_R | PF_W,
                                           .p_vaddr = MADE_BASE + 0x10000,
                                           .p_filesz = 0x800,
                                           .p_memsz = 0x5000,
                                           .p_align = 0x200000};
    made_pie(&m);
    seed(dir, "static-pie", m.byte, 0x400);
    made_interp(&m, "/lib64/ld.so");
    seed(dir, "pie", m.byte, 0x400);
    m.eh.e_machine = EM_AARCH64;
    seed(dir, "foreign", m.byte, 0x400);
    return 0;
}
