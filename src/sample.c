#include "sample.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/raw.h"

#define LOAD_AT 0x400000u

static const struct sample {
    const char *arch;
    uint16_t machine;
    bool small, big; /* 32 bits; big-endian */
    uint32_t flags;
    uint8_t size, code[15];
} samples[] = {
    /* mov $60, %eax; mov $42, %edi; syscall */
    {"x86_64", EM_X86_64, false, false, 0, 12, {0xb8, 60, 0, 0, 0, 0xbf, 42, 0, 0, 0, 0x0f, 0x05}},
    /* mov x0, #42; mov x8, #93; svc #0 */
    {"aarch64", EM_AARCH64, false, false, 0, 12, {0x40, 5, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 1, 0, 0, 0xd4}},
    /* mov r0, #42; mov r7, #1; svc #0 */
    {"arm", EM_ARM, true, false, EF_ARM_EABI_VER5, 12, {42, 0, 0xa0, 0xe3, 1, 0x70, 0xa0, 0xe3, 0, 0, 0, 0xef}},
    /* li a0, 42; li a7, 93; ecall */
    {"riscv64", EM_RISCV, false, false, 0, 12, {0x13, 5, 0xa0, 2, 0x93, 8, 0xd0, 5, 0x73, 0, 0, 0}},
    /* li r0, 1; li r3, 42; sc */
    {"ppc64le", EM_PPC64, false, false, 2, 12, {1, 0, 0, 0x38, 42, 0, 0x60, 0x38, 2, 0, 0, 0x44}},
    /* lghi %r2, 42; svc 1 */
    {"s390x", EM_S390, false, true, 0, 6, {0xa7, 0x29, 0, 42, 0x0a, 1}},
    /* mov $1, %eax; mov $42, %ebx; int $0x80 */
    {"i386", EM_386, true, false, 0, 12, {0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80}},
};

struct image {
    uint8_t bytes[256];
    size_t size;
    const struct sample *s;
};

static void put(struct image *m, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        m->bytes[m->size++] = (uint8_t) (value >> 8 * (m->s->big ? n - 1 - i : i));
}

/* ELF header, one PT_LOAD of all, the code. Fields in the order of elf(5). */
static void compose(struct image *m, const struct sample *s)
{
    unsigned word = s->small ? 4 : 8, head = s->small ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
    unsigned entry = s->small ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr), total = head + entry + s->size;
    const uint8_t ident[EI_NIDENT] = {
        ELFMAG0,   ELFMAG1, ELFMAG2, ELFMAG3, s->small ? ELFCLASS32 : ELFCLASS64, s->big ? ELFDATA2MSB : ELFDATA2LSB,
        EV_CURRENT};
    *m = (struct image){.s = s, .size = sizeof ident};
    memcpy(m->bytes, ident, sizeof ident);
    put(m, ET_EXEC, 2);
    put(m, s->machine, 2);
    put(m, EV_CURRENT, 4);
    put(m, LOAD_AT + head + entry, word);
    put(m, head, word); /* e_phoff */
    put(m, 0, word);
    put(m, s->flags, 4);
    put(m, head, 2);
    put(m, entry, 2);
    put(m, 1, 2);
    put(m, 0, 6); /* no sections */
    put(m, PT_LOAD, 4);
    if (!s->small)
        put(m, PF_R | PF_X, 4);
    put(m, 0, word);
    put(m, LOAD_AT, word);
    put(m, LOAD_AT, word);
    put(m, total, word);
    put(m, total, word);
    if (s->small)
        put(m, PF_R | PF_X, 4);
    put(m, 0x1000, word);
    memcpy(m->bytes + m->size, s->code, s->size);
    m->size = total;
}

int sample_open(const char *arch)
{
    struct image m;
    size_t i = 0;
    while (i < ARRAY_SIZE(samples) && strcmp(samples[i].arch, arch) != 0)
        i++;
    if (i == ARRAY_SIZE(samples))
        return -ENOENT;
    compose(&m, &samples[i]);
    autofd fd = (int) host(SYS_memfd_create, arch, 0);
    if (fd < 0)
        return fd;
    long r = host(SYS_write, fd, m.bytes, m.size);
    if (r == (long) m.size)
        r = host(SYS_fchmod, fd, 0555);
    return r < 0 ? (int) r : steal_fd(&fd);
}
