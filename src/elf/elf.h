/* ELF programs: what the file says (elf_parse), pure and total on any bytes, and how it goes into an address
 * space (elf_load). Used by launch and exec. Parsing never maps or allocates; it is fuzzed. */
#ifndef ELF_ELF_H
#define ELF_ELF_H

#include <elf.h>

#include "base/base.h"

struct space;

#define ELF_MAX_PHDRS 512u /* the kernel's bound: headers within 64 KiB */

struct elf_segment {
    uint64_t vaddr, memsz, filesz, offset; /* as in the file, unaligned */
    int prot;                              /* PROT_* */
};

/* What a program file asks for. */
struct elf_image {
    uint16_t machine; /* EM_X86_64 … (foreign architectures are recognised, and refused by the loader) */
    bool pie;         /* ET_DYN */
    bool class32;
    uint64_t entry;
    uint64_t phoff, phnum, phdr_vaddr; /* phdr_vaddr: PT_PHDR or the segment that holds the table; 0: none */
    uint64_t min_vaddr, max_vaddr;     /* page-aligned span of all PT_LOADs */
    uint64_t max_align;                /* largest PT_LOAD p_align, at least PAGE_SIZE */
    int stack_prot;                    /* PROT_* from PT_GNU_STACK; RWX by default as on x86-64: see elf_parse */
    unsigned segments;
    struct elf_segment segment[ELF_MAX_PHDRS];
    uint64_t interp_off, interp_size; /* PT_INTERP, 0 when static */
};

/* Read the headers. `pread_fn` reads up to n bytes at off: bytes read, or a negative errno. Returns 0 or the errno that execve(2)
 * gives (ENOEXEC, EINVAL, EIO, ENOMEM); *why is then a static sentence ("program header table is cut off"). */
typedef int64_t elf_pread(void *arg, void *buf, uint64_t n, uint64_t off);
int elf_parse(elf_pread *pread_fn, void *arg, struct elf_image *out, const char **why);

/* A program ready to be started: what execve has looked at before the point of no return. Owns its descriptors. */
struct program {
    int fd;                /* the ELF file that is loaded (after #! resolution) */
    int interp_fd;         /* PT_INTERP file or -1 */
    struct elf_image image, interp;
    char interp_path[4096];
    char *exec_path;       /* absolute guest path of fd: /proc/self/exe; malloc'd */
    char *execfn;          /* AT_EXECFN and comm: what was asked for; malloc'd */
    int argc, envc;
    char **argv, **envp;   /* malloc'd vectors and strings, #! already applied */
    uint64_t stack_limit;
};

void program_free(struct program *p);

/* How exec finds files: implemented by fs. Returns an O_PATH-free readable descriptor (O_CLOEXEC) and the absolute guest path
 * (malloc'd, may be NULL on error) or a negative errno as execve would give (ENOENT, EACCES, ELOOP, ENOTDIR…). */
typedef int exec_open(void *arg, const char *path, char **abs_path);

/* Open and check `path`, follow #! (at most 5 deep: ELOOP), check the interpreter. p->argv and envp are set by the caller and
 * rewritten for scripts; p->execfn is set. `fd` >= 0: already opened (execveat). Returns 0 or execve's errno; `why` gets a line for a
 * person (bufsize bytes): "x: not an ELF program". */
int program_open(struct program *p, const char *path, int fd, exec_open *open_fn, void *arg, char *why, size_t bufsize);

/* Identity and host facts that the auxiliary vector shows. */
struct elf_auxv_info {
    uint64_t sysinfo_ehdr, hwcap, hwcap2, minsigstksz, clktck;
    uint32_t uid, euid, gid, egid;
    const char *platform; /* "x86_64" */
    uint8_t random[16];
};

/* What running it needs and what /proc/self tells. */
struct elf_start {
    gva_t entry, sp;
    gva_t start_code, end_code, start_data, end_data, start_stack;
    gva_t arg_start, arg_end, env_start, env_end;
    unsigned auxv_words;
    uint64_t auxv[64];
};

/* Map program and interpreter, set brk, map the stack, write argc/argv/envp/auxv. 0 or negative errno (after execve's
 * point of no return the caller turns it into a SIGKILL/SIGSEGV, as Linux does). */
int program_load(struct space *sp, const struct program *p, const struct elf_auxv_info *aux, struct elf_start *out);

#endif
