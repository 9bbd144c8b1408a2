/* Small x86-64 ELF files, made field by field: one RX segment that holds everything, code that exits with 42. The caller changes what
 * it wants wrong. Used by the unit tests and to seed the fuzzer. */
#ifndef TESTS_ELF_MAKE_H
#define TESTS_ELF_MAKE_H

#include <elf.h>
#include <stdint.h>
#include <string.h>

enum {
    MADE_CODE = 0x200,   /* file offset of the code */
    MADE_INTERP = 0x280, /* file offset of the PT_INTERP string */
    MADE_SIZE = 0x1000,
    MADE_BASE = 0x400000,
    MADE_STATUS = 42,
};

struct made {
    union {
        uint8_t byte[2 * MADE_SIZE];
        struct {
            Elf64_Ehdr eh;
            Elf64_Phdr ph[7]; /* [0] is the PT_LOAD; e_phnum counts the ones in use */
        };
    };
    uint64_t size; /* bytes of the file */
};

static inline void made_init(struct made *m)
{
    static const uint8_t code[] = {
        0xbf, MADE_STATUS, 0, 0, 0, /* mov edi, 42 */
        0xb8, 60,          0, 0, 0, /* mov eax, SYS_exit */
        0x0f, 0x05,                 /* syscall */
    };

    memset(m, 0, sizeof *m);
    memcpy(m->eh.e_ident, ELFMAG, SELFMAG);
    m->eh.e_ident[EI_CLASS] = ELFCLASS64;
    m->eh.e_ident[EI_DATA] = ELFDATA2LSB;
    m->eh.e_ident[EI_VERSION] = EV_CURRENT;
    m->eh.e_type = ET_EXEC;
    m->eh.e_machine = EM_X86_64;
    m->eh.e_version = EV_CURRENT;
    m->eh.e_entry = MADE_BASE + MADE_CODE;
    m->eh.e_phoff = sizeof m->eh;
    m->eh.e_ehsize = sizeof m->eh;
    m->eh.e_phentsize = sizeof *m->ph;
    m->eh.e_phnum = 1;
    m->ph[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                            .p_flags = PF_R | PF_X,
                            .p_vaddr = MADE_BASE,
                            .p_paddr = MADE_BASE,
                            .p_filesz = MADE_SIZE,
                            .p_memsz = MADE_SIZE,
                            .p_align = 0x1000};
    memcpy(m->byte + MADE_CODE, code, sizeof code);
    m->size = MADE_SIZE;
}

/* Append a program header; returns it. */
static inline Elf64_Phdr *made_phdr(struct made *m, uint32_t type)
{
    Elf64_Phdr *ph = &m->ph[m->eh.e_phnum++];

    memset(ph, 0, sizeof *ph);
    ph->p_type = type;
    return ph;
}

/* From ET_EXEC to ET_DYN, linked at 0. */
static inline void made_pie(struct made *m)
{
    m->eh.e_type = ET_DYN;
    m->eh.e_entry -= MADE_BASE;
    m->ph[0].p_vaddr = m->ph[0].p_paddr = 0;
}

static inline Elf64_Phdr *made_interp(struct made *m, const char *path)
{
    Elf64_Phdr *ph = made_phdr(m, PT_INTERP);
    size_t len = strlen(path) + 1;

    memcpy(m->byte + MADE_INTERP, path, len);
    ph->p_flags = PF_R;
    ph->p_offset = MADE_INTERP;
    ph->p_filesz = ph->p_memsz = len;
    return ph;
}

#endif
