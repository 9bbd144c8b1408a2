/* The initial stack, as create_elf_tables() of Linux lays it out, composed in host memory. Pure; called by program_load. */
#ifndef ELF_STACK_H
#define ELF_STACK_H

#include "elf/elf.h"

/* What the loader knows that the auxiliary vector shows. */
struct stack_facts {
    uint64_t phdr, phnum, base, entry;
};

/* Distances below the top of the stack, which is page-aligned. */
struct stack_plan {
    uint64_t execfn, env, arg; /* where the strings start; each reaches up to the one before */
    uint64_t platform, random;
    uint64_t sp; /* = bytes that stack_fill() composes */
};

/* `shuffle`: bytes left free below the strings, at random (arch_align_stack); 0 without randomisation. */
void stack_plan(const struct program *p, const struct elf_auxv_info *aux, uint64_t shuffle, struct stack_plan *plan);

/* Compose the plan->sp bytes below guest address `top` in `buf` (zeroed by the caller) and fill in the stack's part of `out`:
 * sp, start_stack, arg_*, env_*, auxv. */
void stack_fill(const struct program *p, const struct elf_auxv_info *aux, const struct stack_facts *facts,
                const struct stack_plan *plan, uint64_t top, uint8_t *buf, struct elf_start *out);

#endif
