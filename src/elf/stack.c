#include "elf/stack.h"

#include <string.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

static uint64_t strings_size(char *const *v, int n)
{
    uint64_t size = 0;

    for (int i = 0; i < n; i++)
        size += strlen(v[i]) + 1;
    return size;
}

struct auxv {
    uint64_t *word;
    unsigned n;
};

static void put(struct auxv *av, uint64_t type, uint64_t value)
{
    av->word[av->n++] = type;
    av->word[av->n++] = value;
}

/* The order is the kernel's. There is no AT_RSEQ_*: rseq(2) is not offered. Returns the number of words with AT_NULL. */
static unsigned build_auxv(uint64_t word[64], const struct elf_auxv_info *aux, const struct stack_facts *f,
                           const struct stack_plan *plan, uint64_t top)
{
    struct auxv av = {word, 0};

    if (aux->sysinfo_ehdr)
        put(&av, AT_SYSINFO_EHDR, aux->sysinfo_ehdr);
    if (aux->minsigstksz)
        put(&av, AT_MINSIGSTKSZ, aux->minsigstksz);
    put(&av, AT_HWCAP, aux->hwcap);
    put(&av, AT_PAGESZ, PAGE_SIZE);
    put(&av, AT_CLKTCK, aux->clktck);
    put(&av, AT_PHDR, f->phdr);
    put(&av, AT_PHENT, sizeof(Elf64_Phdr));
    put(&av, AT_PHNUM, f->phnum);
    put(&av, AT_BASE, f->base);
    put(&av, AT_FLAGS, 0);
    put(&av, AT_ENTRY, f->entry);
    put(&av, AT_UID, aux->uid);
    put(&av, AT_EUID, aux->euid);
    put(&av, AT_GID, aux->gid);
    put(&av, AT_EGID, aux->egid);
    put(&av, AT_SECURE, aux->uid != aux->euid || aux->gid != aux->egid);
    put(&av, AT_RANDOM, top - plan->random);
    put(&av, AT_HWCAP2, aux->hwcap2);
    put(&av, AT_EXECFN, top - plan->execfn);
    put(&av, AT_PLATFORM, top - plan->platform);
    put(&av, AT_NULL, 0);
    return av.n;
}

const char *program_translator_env;

bool program_has_variable(char *const *envp, const char *name, size_t n)
{
    for (; envp && *envp; envp++)
        if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
            return true;
    return false;
}

/* The variable that only a translator sees. Its string lies among the hidden arguments. */
static const char *hidden_variable(const struct program *p)
{
    return p->hidden ? program_translator_env : NULL;
}

void stack_plan(const struct program *p, const struct elf_auxv_info *aux, uint64_t shuffle, struct stack_plan *plan)
{
    static const struct stack_facts none;
    uint64_t words[64];
    uint64_t at;

    memset(plan, 0, sizeof *plan);
    plan->execfn = sizeof(uint64_t) + strlen(p->execfn) + 1; /* the topmost word stays zero */
    plan->env = plan->execfn + strings_size(p->envp, p->envc);
    plan->arg = plan->env + strings_size(p->argv, p->argc);
    const char *own = hidden_variable(p);
    if (own)
        plan->arg += strlen(own) + 1;

    /* Distances grow downwards: rounding an address down is rounding a distance up. */
    at = (plan->arg + shuffle + 15) & ~15ull;
    plan->platform = at + strlen(aux->platform) + 1;
    plan->random = plan->platform + sizeof aux->random;
    at = (plan->random + 7) & ~7ull;
    at += build_auxv(words, aux, &none, plan, 0) * sizeof(uint64_t);
    at += (1 + (uint64_t) p->argc + 1 + !!own + (uint64_t) p->envc + 1) * sizeof(uint64_t);
    plan->sp = (at + 15) & ~15ull;
}

/* Write string `i` of `v` at *at (an offset into buf) and its address into ptr[i]. */
static void put_string(char *const *v, int i, uint8_t *buf, uint64_t *at, uint64_t delta, uint64_t *ptr)
{
    size_t len = strlen(v[i]) + 1;

    memcpy(buf + *at, v[i], len);
    ptr[i] = *at + delta;
    *at += len;
}

/* Arguments of a translator: those before the program's argv[0], and the path behind that. */
static bool is_hidden(const struct program *p, int i)
{
    return p->hidden && ((unsigned) i < p->hidden || (unsigned) i == p->hidden + 1);
}

void stack_fill(const struct program *p, const struct elf_auxv_info *aux, const struct stack_facts *facts,
                const struct stack_plan *plan, uint64_t top, uint8_t *buf, struct elf_start *out)
{
    uint64_t sp = top - plan->sp;
    uint64_t *ptr = (uint64_t *) (void *) buf;

    uint64_t at = plan->sp - plan->arg, shown, variable = at;
    const char *own = hidden_variable(p);

    if (own) {
        memcpy(buf + at, own, strlen(own) + 1);
        at += strlen(own) + 1;
    }
    *ptr++ = (uint64_t) p->argc;
    for (int i = 0; i < p->argc; i++)
        if (is_hidden(p, i))
            put_string(p->argv, i, buf, &at, sp, ptr);
    shown = at;
    for (int i = 0; i < p->argc; i++)
        if (!is_hidden(p, i))
            put_string(p->argv, i, buf, &at, sp, ptr);
    ptr += p->argc + 1; /* the buffer is zero */
    const bool first = own && program_has_variable(p->envp, own, strcspn(own, "="));
    if (first)
        *ptr++ = sp + variable;
    for (int i = 0; i < p->envc; i++)
        put_string(p->envp, i, buf, &at, sp, ptr);
    ptr += p->envc;
    if (own && !first)
        *ptr++ = sp + variable;
    ptr++;
    out->auxv_words = build_auxv(out->auxv, aux, facts, plan, top);
    memcpy(ptr, out->auxv, out->auxv_words * sizeof *ptr);

    memcpy(buf + plan->sp - plan->random, aux->random, sizeof aux->random);
    memcpy(buf + plan->sp - plan->platform, aux->platform, strlen(aux->platform) + 1);
    memcpy(buf + plan->sp - plan->execfn, p->execfn, strlen(p->execfn) + 1);

    out->sp = out->start_stack = gva(sp);
    out->arg_start = gva(sp + shown);
    out->arg_end = out->env_start = gva(top - plan->env);
    out->env_end = gva(top - plan->execfn);
}
