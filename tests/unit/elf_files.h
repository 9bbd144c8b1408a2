/* Programs, good and bad, and interpreters for them: each with one thing that the kernel looks at. */
#ifndef TESTS_ELF_FILES_H
#define TESTS_ELF_FILES_H

#include "elf_make.h"
#include "elf_twice.h"

static void put_code(struct made *m, const void *code, size_t size)
{
    memmove(m->byte + MADE_CODE + size, m->byte + MADE_CODE, 12);
    memcpy(m->byte + MADE_CODE, code, size);
}

/* sub rsp, 16; mov dword [rsp], 0xc3 (ret); call rsp: dies unless the stack is executable. */
static void call_stack(struct made *m)
{
    static const uint8_t code[] = {0x48, 0x83, 0xec, 0x10, 0xc7, 0x04, 0x24, 0xc3,
                                   0,    0,    0,    0x48, 0x89, 0xe0, 0xff, 0xd0};

    put_code(m, code, sizeof code);
}

/* Exit with the byte at `va`: movzx edi, byte [va]; mov eax, SYS_exit; syscall. */
static void exit_with_byte(struct made *m, uint32_t va)
{
    uint8_t code[] = {0x0f, 0xb6, 0x3c, 0x25, 0, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05};

    memcpy(code + 4, &va, sizeof va);
    memcpy(m->byte + MADE_CODE, code, sizeof code);
}

static Elf64_Phdr *add_load(struct made *m, uint32_t flags, uint64_t va, uint64_t off, uint64_t filesz, uint64_t memsz)
{
    Elf64_Phdr *ph = made_phdr(m, PT_LOAD);

    ph->p_flags = flags;
    ph->p_vaddr = va;
    ph->p_offset = off;
    ph->p_filesz = filesz;
    ph->p_memsz = memsz;
    ph->p_align = 0x1000;
    return ph;
}

enum { DATA = MADE_BASE + 0x10000, TAIL = DATA + 0x800, LATER = DATA + 0x3000 };

static void with_data(struct made *m, uint32_t flags)
{
    memset(m->byte + 0x800, 0xaa, 0x800);
    add_load(m, flags, DATA, 0, 0x800, 0x5000);
}

static void f_plain(struct made *m)
{
    (void) m;
}
static void f_pie(struct made *m)
{
    made_pie(m);
}
static void f_pie_2m(struct made *m)
{
    made_pie(m);
    m->ph[0].p_align = 0x200000;
}
static void f_pie_huge_align(struct made *m)
{
    made_pie(m);
    m->ph[0].p_align = 1ull << 63;
}
static void f_pie_elsewhere(struct made *m)
{
    made_pie(m);
    m->ph[0].p_vaddr = 0x123000;
    m->eh.e_entry = 0x123000 + MADE_CODE;
}
static void f_pie_interp(struct made *m)
{
    made_pie(m);
    made_interp(m, "interp");
}
static void f_exec_interp(struct made *m)
{
    made_interp(m, "interp");
}
static void f_stack_default(struct made *m)
{
    call_stack(m);
}
static void f_stack_rw(struct made *m)
{
    call_stack(m);
    made_phdr(m, PT_GNU_STACK)->p_flags = PF_R | PF_W;
}
static void f_stack_rwx(struct made *m)
{
    call_stack(m);
    made_phdr(m, PT_GNU_STACK)->p_flags = PF_R | PF_W | PF_X;
}
static void f_bss_tail(struct made *m)
{
    with_data(m, PF_R | PF_W);
    exit_with_byte(m, TAIL);
}
static void f_bss_before_tail(struct made *m)
{
    with_data(m, PF_R | PF_W);
    m->byte[0x7ff] = 0xbb;
    exit_with_byte(m, TAIL - 1);
}
static void f_bss_tail_readonly(struct made *m)
{
    with_data(m, PF_R);
    exit_with_byte(m, TAIL);
}
static void f_bss_pages(struct made *m)
{
    with_data(m, PF_R | PF_W);
    exit_with_byte(m, LATER);
}
static void f_bss_end(struct made *m)
{
    with_data(m, PF_R | PF_W);
    exit_with_byte(m, DATA + 0x5000); /* the first byte past it */
}
static void f_bss_past_file_end(struct made *m)
{
    with_data(m, PF_R | PF_W);
    m->ph[1].p_offset = 0x10000;
}
static void f_bss_only(struct made *m)
{
    add_load(m, PF_R | PF_W, DATA + 8, 0, 0, 0x2000);
    exit_with_byte(m, DATA + 0x2007);
}
static void f_no_size(struct made *m)
{
    add_load(m, PF_R | PF_W, DATA, 0, 0, 0);
}
static void f_no_size_at_zero(struct made *m)
{
    add_load(m, PF_R, 0, 0, 0, 0);
}
static void f_overlap(struct made *m)
{
    m->byte[MADE_SIZE + 0x10] = 7;
    m->size = 2 * MADE_SIZE;
    add_load(m, PF_R, DATA, 0, 0x1000, 0x1000);
    add_load(m, PF_R, DATA, 0x1000, 0x1000, 0x1000);
    exit_with_byte(m, DATA + 0x10);
}
static void f_overlap_code(struct made *m)
{
    add_load(m, PF_R | PF_W, MADE_BASE, 0, 0, 0x1000); /* zeros over the program */
}
static void f_wrap(struct made *m)
{
    add_load(m, PF_R, -0x1000ull, 0, 0x1000, 0x2000);
}
static void f_beyond(struct made *m)
{
    add_load(m, PF_R, SPACE_TOP, 0, 0x1000, 0x1000);
}
static void f_up_to_the_end(struct made *m)
{
    add_load(m, PF_R, SPACE_TOP - 0x1000, 0, 0x1000, 0x1001);
}
static void f_zero_page(struct made *m)
{
    add_load(m, PF_R, 0, 0, 0x1000, 0x1000);
}
static void f_first_zero_page(struct made *m)
{
    m->ph[0].p_vaddr = 0;
    m->eh.e_entry = MADE_CODE;
}
static void f_file_bigger(struct made *m)
{
    m->ph[0].p_memsz--;
}
static void f_2_63(struct made *m)
{
    add_load(m, PF_R | PF_W, DATA, 0, 0, 1ull << 63);
}
static void f_2_63_file(struct made *m)
{
    add_load(m, PF_R | PF_W, DATA, 0, 1ull << 63, 1ull << 63);
}
static void f_pie_2_63(struct made *m)
{
    f_2_63(m);
    made_pie(m);
}
static void f_all_of_it(struct made *m)
{
    made_pie(m);
    add_load(m, PF_R | PF_W, 0x1000, 0, 0, SPACE_TOP - 0x1000);
}
static void f_misaligned(struct made *m)
{
    m->ph[0].p_offset = 8;
}
static void f_offset_beyond(struct made *m)
{
    add_load(m, PF_R, DATA, 1ull << 63, 0x1000, 0x1000);
}
static void f_phentsize(struct made *m)
{
    m->eh.e_phentsize = 32;
}
static void f_no_phdrs(struct made *m)
{
    m->eh.e_phnum = 0;
}
static void f_many_phdrs(struct made *m)
{
    m->eh.e_phnum = 1171;
}
static void f_phdrs_cut(struct made *m)
{
    m->eh.e_phnum = 1170;
}
static void f_phoff(struct made *m)
{
    m->eh.e_phoff = UINT64_MAX - 10;
}
static void f_empty(struct made *m)
{
    m->size = 0;
}
static void f_one_byte(struct made *m)
{
    m->size = 1;
}
static void f_header_cut(struct made *m)
{
    m->size = 57;
}
static void f_code_cut(struct made *m)
{
    m->ph[0].p_filesz = m->ph[0].p_memsz = 2 * MADE_SIZE;
    m->eh.e_entry = MADE_BASE + MADE_SIZE + MADE_CODE;
}
static void f_magic(struct made *m)
{
    m->byte[0] = 'x';
}
static void f_class(struct made *m)
{
    m->eh.e_ident[EI_CLASS] = ELFCLASS32;
}
static void f_endianness(struct made *m)
{
    m->eh.e_ident[EI_DATA] = ELFDATA2MSB;
}
static void f_version(struct made *m)
{
    m->eh.e_ident[EI_VERSION] = 9;
    m->eh.e_version = 9;
}
static void f_object(struct made *m)
{
    m->eh.e_type = ET_REL;
}
static void f_core(struct made *m)
{
    m->eh.e_type = ET_CORE;
}
static void f_aarch64(struct made *m)
{
    m->eh.e_machine = EM_AARCH64;
}
static void f_s390(struct made *m)
{
    m->eh.e_machine = __builtin_bswap16(EM_S390);
    m->eh.e_ident[EI_DATA] = ELFDATA2MSB;
}
static void f_entry_beyond(struct made *m)
{
    m->eh.e_entry = SPACE_TOP;
}
static void f_entry_nowhere(struct made *m)
{
    m->eh.e_entry = 0x10000000;
}
static void f_not_executable(struct made *m)
{
    m->ph[0].p_flags = PF_R;
}
static void f_nothing_to_load(struct made *m)
{
    m->ph[0].p_type = PT_NOTE;
}
static void f_pie_nothing_to_load(struct made *m)
{
    made_pie(m);
    m->ph[0].p_type = PT_NOTE;
}
static void f_pie_no_size(struct made *m)
{
    made_pie(m);
    m->ph[0].p_filesz = m->ph[0].p_memsz = 0;
}
static void f_pie_no_size_off_page(struct made *m)
{
    f_pie_no_size(m);
    m->ph[0].p_vaddr = 8;
}
static void f_interp_missing(struct made *m)
{
    made_interp(m, "interp-missing");
}
static void f_interp_not_elf(struct made *m)
{
    made_interp(m, "interp-text");
}
static void f_interp_short(struct made *m)
{
    made_interp(m, "interp-short");
}
static void f_interp_directory(struct made *m)
{
    made_interp(m, ".");
}
static void f_interp_not_executable(struct made *m)
{
    made_interp(m, "interp-data");
}
static void f_interp_foreign(struct made *m)
{
    made_interp(m, "interp-foreign");
}
static void f_interp_object(struct made *m)
{
    made_interp(m, "interp-object");
}
static void f_interp_doomed(struct made *m)
{
    made_interp(m, "interp-doomed");
}
static void f_interp_no_load(struct made *m)
{
    made_interp(m, "interp-no-load");
}
static void f_interp_nothing_to_load(struct made *m)
{
    made_interp(m, "interp-nothing");
}
static void f_interp_fixed(struct made *m)
{
    made_interp(m, "interp-fixed");
}
static void f_interp_empty(struct made *m)
{
    made_interp(m, "\0")->p_filesz = 2;
}
static void f_interp_one_byte(struct made *m)
{
    made_interp(m, "x")->p_filesz = 1;
}
static void f_interp_long(struct made *m)
{
    made_interp(m, "interp")->p_filesz = 4097;
}
static void f_interp_no_nul(struct made *m)
{
    made_interp(m, "interp")->p_filesz = 6;
}
static void f_interp_cut(struct made *m)
{
    made_interp(m, "interp")->p_offset = MADE_SIZE - 3;
}
static void f_interp_second_bad(struct made *m)
{
    made_interp(m, "interp");
    made_phdr(m, PT_INTERP); /* not looked at */
}

static const struct {
    const char *name;
    void (*make)(struct made *m);
} files[] = {
#define F(n)                                                                                                           \
    {                                                                                                                  \
#n, f_##n                                                                                                      \
    }
    F(plain),
    F(pie),
    F(pie_2m),
    F(pie_huge_align),
    F(pie_elsewhere),
    F(pie_interp),
    F(exec_interp),
    F(stack_default),
    F(stack_rw),
    F(stack_rwx),
    F(bss_tail),
    F(bss_before_tail),
    F(bss_tail_readonly),
    F(bss_pages),
    F(bss_end),
    F(bss_past_file_end),
    F(bss_only),
    F(no_size),
    F(no_size_at_zero),
    F(overlap),
    F(overlap_code),
    F(wrap),
    F(beyond),
    F(up_to_the_end),
    F(zero_page),
    F(first_zero_page),
    F(file_bigger),
    F(2_63),
    F(2_63_file),
    F(pie_2_63),
    F(all_of_it),
    F(misaligned),
    F(offset_beyond),
    F(phentsize),
    F(no_phdrs),
    F(many_phdrs),
    F(phdrs_cut),
    F(phoff),
    F(empty),
    F(one_byte),
    F(header_cut),
    F(code_cut),
    F(magic),
    F(class),
    F(endianness),
    F(version),
    F(object),
    F(core),
    F(aarch64),
    F(s390),
    F(entry_beyond),
    F(entry_nowhere),
    F(not_executable),
    F(nothing_to_load),
    F(pie_nothing_to_load),
    F(pie_no_size),
    F(pie_no_size_off_page),
    F(interp_missing),
    F(interp_not_elf),
    F(interp_short),
    F(interp_directory),
    F(interp_not_executable),
    F(interp_foreign),
    F(interp_object),
    F(interp_doomed),
    F(interp_no_load),
    F(interp_nothing_to_load),
    F(interp_fixed),
    F(interp_empty),
    F(interp_one_byte),
    F(interp_long),
    F(interp_no_nul),
    F(interp_cut),
    F(interp_second_bad),
#undef F
};

/* The interpreters that those name. The good one exits with 43. */
static void write_interps(void)
{
    struct made m;

    made_init(&m);
    made_pie(&m);
    m.byte[MADE_CODE + 1]++;
    write_file("interp", m.byte, m.size, 0755);
    write_file("interp-data", m.byte, m.size, 0644);
    write_file("interp-short", m.byte, 63, 0755);
    m.eh.e_machine = EM_AARCH64;
    write_file("interp-foreign", m.byte, m.size, 0755);
    m.eh.e_machine = EM_X86_64;
    m.eh.e_type = ET_REL;
    write_file("interp-object", m.byte, m.size, 0755);
    m.eh.e_type = ET_DYN;
    m.ph[0].p_memsz = 1;
    write_file("interp-doomed", m.byte, m.size, 0755);
    m.ph[0].p_type = PT_NOTE;
    write_file("interp-no-load", m.byte, m.size, 0755);
    m.eh.e_type = ET_EXEC;
    m.eh.e_entry = MADE_BASE + MADE_CODE; /* in the program */
    write_file("interp-nothing", m.byte, m.size, 0755);

    made_init(&m);
    m.ph[0].p_vaddr = 0x10000000;
    m.eh.e_entry = 0x10000000 + MADE_CODE;
    write_file("interp-fixed", m.byte, m.size, 0755);
    memset(m.byte, 'x', 100);
    write_file("interp-text", m.byte, 100, 0755);
}

#endif
