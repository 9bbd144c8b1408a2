/* covers: execve prctl */
#include <cpuid.h>
#include <elf.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#include "t.h"

extern char **environ;

static const char *at_name(unsigned long t)
{
    static char other[24];
    switch (t) {
#define N(x)                                                                                                           \
    case x:                                                                                                            \
        return #x
        N(AT_SYSINFO_EHDR);
        N(AT_HWCAP);
        N(AT_PAGESZ);
        N(AT_CLKTCK);
        N(AT_PHDR);
        N(AT_PHENT);
        N(AT_PHNUM);
        N(AT_BASE);
        N(AT_FLAGS);
        N(AT_ENTRY);
        N(AT_UID);
        N(AT_EUID);
        N(AT_GID);
        N(AT_EGID);
        N(AT_SECURE);
        N(AT_RANDOM);
        N(AT_HWCAP2);
        N(AT_EXECFN);
        N(AT_PLATFORM);
#undef N
    case 51:
        return "AT_MINSIGSTKSZ";
    }
    snprintf(other, sizeof(other), "%lu", t);
    return other;
}

int main(void)
{
    char **p = environ;
    unsigned a, b, c, d;
    while (*p)
        p++;
    Elf64_auxv_t *av = (Elf64_auxv_t *) (p + 1);
    /* in the kernel's order */
    for (Elf64_auxv_t *v = av; v->a_type != AT_NULL; v++)
        if (v->a_type != 27 && v->a_type != 28) /* offered with rseq, which has a case of its own */
            printf("%s\n", at_name(v->a_type));
    printf("page %lu tick %lu phent %lu flags %lu secure %lu\n", getauxval(AT_PAGESZ), getauxval(AT_CLKTCK),
           getauxval(AT_PHENT), getauxval(AT_FLAGS), getauxval(AT_SECURE));
    CHECK(getauxval(51) > 1000 && getauxval(51) < 100000);
    /* the C library has words of its own for these two; under some hypervisors the kernel knows better than CPUID */
    __cpuid(1, a, b, c, d);
    for (Elf64_auxv_t *v = av; v->a_type != AT_NULL; v++) {
        if (v->a_type == AT_HWCAP)
            printf("hwcap %s\n", v->a_un.a_val == d ? "as CPUID has it" : "of the kernel's own");
        if (v->a_type == AT_HWCAP2)
            printf("hwcap2 %lx\n", v->a_un.a_val);
    }
    printf("platform %s\n", (char *) getauxval(AT_PLATFORM));
    CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid());
    CHECK(getauxval(AT_GID) == getgid() && getauxval(AT_EGID) == getegid());
    Elf64_Phdr *ph = (Elf64_Phdr *) getauxval(AT_PHDR);
    int loads = 0;
    MUST(ph != NULL);
    for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++)
        loads += ph[i].p_type == PT_LOAD;
    printf("%lu program headers, %d to load\n", getauxval(AT_PHNUM), loads);
    CHECK(getauxval(AT_ENTRY) != 0);
    unsigned char *base = (unsigned char *) getauxval(AT_BASE);
    printf("interpreter %s\n", base == NULL ? "none" : memcmp(base, ELFMAG, 4) == 0 ? "there" : "wrong");
    unsigned char *vdso = (unsigned char *) getauxval(AT_SYSINFO_EHDR);
    CHECK(vdso && memcmp(vdso, ELFMAG, 4) == 0 && ((uintptr_t) vdso & 4095) == 0);
    uint64_t r[2];
    memcpy(r, (void *) getauxval(AT_RANDOM), 16);
    CHECK(r[0] != 0 && r[1] != 0 && r[0] != r[1]);
    const char *fn = (char *) getauxval(AT_EXECFN);
    CHECK(fn && access(fn, X_OK) == 0);
    unsigned long all[128], some[128];
    memset(all, 0xff, sizeof all);
    memset(some, 0xff, sizeof some);
    long size = show("PR_GET_AUXV", raw(prctl, 0x41555856, all, sizeof all, 0, 0));
    for (size_t i = 0; size > 0 && i < ARRAY_SIZE(all); i++) {
        if (i < (size_t) size / 8 - 8)
            continue; /* how many there are depends on the kernel */
        printf("%s%d%s", i % 32 ? " " : "", all[i] == 0 ? 0 : all[i] == ~0ul ? -1 : 1, i % 32 == 31 ? "\n" : "");
    }
    show("PR_GET_AUXV", raw(prctl, 0x41555856, some, 20, 0, 0));
    CHECK(memcmp(some, all, 20) == 0 && ((char *) some)[20] == -1);
    show("PR_GET_AUXV", raw(prctl, 0x41555856, NULL, 0, 0, 0));
    show("PR_GET_AUXV", raw(prctl, 0x41555856, BAD_PTR, 8, 0, 0));
    show("PR_GET_AUXV", raw(prctl, 0x41555856, some, 8, 1, 0));
    return t_end();
}
