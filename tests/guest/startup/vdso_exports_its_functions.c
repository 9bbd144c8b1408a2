/* covers: clock_gettime gettimeofday time getcpu */
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>

#include "t.h"

static const char *base;
static const Elf64_Sym *syms;
static const char *strs;
static const uint16_t *vers;
static size_t count;

static void *find(const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(strs + syms[i].st_name, name) == 0 && syms[i].st_shndx != SHN_UNDEF)
            return (void *) (base + syms[i].st_value);
    return NULL;
}

int main(void)
{
    base = (const char *) getauxval(AT_SYSINFO_EHDR);
    MUST(base);
    const Elf64_Ehdr *eh = (const Elf64_Ehdr *) base;
    const Elf64_Phdr *ph = (const Elf64_Phdr *) (base + eh->e_phoff);
    const Elf64_Dyn *dyn = NULL;
    for (int i = 0; i < eh->e_phnum; i++) {
        if (ph[i].p_type == PT_DYNAMIC)
            dyn = (const Elf64_Dyn *) (base + ph[i].p_vaddr);
        printf("segment type %x flags %x\n", ph[i].p_type, ph[i].p_flags);
    }
    MUST(dyn);
    for (; dyn->d_tag != DT_NULL; dyn++) {
        const char *p = base + dyn->d_un.d_ptr;
        if (dyn->d_tag == DT_SYMTAB)
            syms = (const Elf64_Sym *) p;
        if (dyn->d_tag == DT_STRTAB)
            strs = p;
        if (dyn->d_tag == DT_VERSYM)
            vers = (const uint16_t *) p;
        if (dyn->d_tag == DT_HASH)
            count = ((const uint32_t *) p)[1];
    }
    MUST(syms && strs);
    if (count == 0)
        count = 32; /* only a GNU hash: there are fewer than that, and names are checked */
    static const char *const names[] = {"__vdso_clock_gettime", "__vdso_gettimeofday", "__vdso_time", "__vdso_getcpu",
                                        "__vdso_clock_getres"};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
        printf("%s %s\n", names[i], find(names[i]) ? "there" : "missing");
    CHECK(vers != NULL);
    int (*cg)(int, struct timespec *) = (int (*)(int, struct timespec *))(uintptr_t) find("__vdso_clock_gettime");
    if (cg) {
        struct timespec ts;
        printf("clock_gettime %d\n", cg(CLOCK_MONOTONIC, &ts));
        printf("unknown clock %d\n", cg(9999, &ts));
        CHECK(cg(CLOCK_PROCESS_CPUTIME_ID, &ts) == 0);
    }
    /* nobody writes to it */
    CHECK(mprotect((void *) base, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    return t_end();
}
