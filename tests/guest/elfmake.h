/* Make small ELF programs, good and bad, and see what execve says to them. The code is position-independent. */
#ifndef ELFMAKE_H
#define ELFMAKE_H

#include <elf.h>

#include "child.h"

#define ELF_BASE 0x10000000ul

struct elf_file {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[8];
    uint8_t body[8192]; /* at file offset sizeof(eh) + sizeof(ph) */
};

#define ELF_BODY offsetof(struct elf_file, body)

/* exit_group(code) */
T_UNUSED static size_t elf_exit_code(uint8_t *p, uint8_t code)
{
    const uint8_t insn[] = {0xb8, 231, 0, 0, 0, 0xbf, code, 0, 0, 0, 0x0f, 0x05};
    memcpy(p, insn, sizeof(insn));
    return sizeof(insn);
}

/* A static program of one segment, readable and executable, that holds the whole file and exits with 42. */
T_UNUSED static void elf_init(struct elf_file *f)
{
    memset(f, 0, sizeof(*f));
    memcpy(f->eh.e_ident, ELFMAG, SELFMAG);
    f->eh.e_ident[EI_CLASS] = ELFCLASS64;
    f->eh.e_ident[EI_DATA] = ELFDATA2LSB;
    f->eh.e_ident[EI_VERSION] = EV_CURRENT;
    f->eh.e_type = ET_EXEC;
    f->eh.e_machine = EM_X86_64;
    f->eh.e_version = EV_CURRENT;
    f->eh.e_entry = ELF_BASE + ELF_BODY;
    f->eh.e_phoff = offsetof(struct elf_file, ph);
    f->eh.e_ehsize = sizeof(Elf64_Ehdr);
    f->eh.e_phentsize = sizeof(Elf64_Phdr);
    f->eh.e_phnum = 1;
    f->ph[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                            .p_flags = PF_R | PF_X,
                            .p_vaddr = ELF_BASE,
                            .p_paddr = ELF_BASE,
                            .p_filesz = sizeof(*f),
                            .p_memsz = sizeof(*f),
                            .p_align = 4096};
    elf_exit_code(f->body, 42);
}

T_UNUSED static void elf_write(const char *path, const void *data, size_t size, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    MUST(fd >= 0);
    MUST(write(fd, data, size) == (ssize_t) size);
    MUST(fchmod(fd, mode) == 0);
    close(fd);
}

/* The status word of running it, or 0x10000 + errno when execve failed. */
T_UNUSED static int elf_try(const char *path)
{
    int *err = shared_mem(T_PAGE);
    int status = IN_CHILD({
        char *args[] = {"prog", NULL}, *env[] = {"A=1", NULL};
        execve(path, args, env);
        *err = errno;
        _exit(111);
    });
    if (*err)
        status = 0x10000 + *err;
    munmap(err, T_PAGE);
    return status;
}

T_UNUSED static void elf_show(const char *name, int r)
{
    if (r >= 0x10000)
        printf("%s: %s\n", name, errname(r - 0x10000));
    else
        show_status(name, r);
}

T_UNUSED static void elf_run(const char *name, const struct elf_file *f, size_t size)
{
    elf_write("prog", f, size, 0755);
    elf_show(name, elf_try("./prog"));
}

#endif
