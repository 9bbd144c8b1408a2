/* covers: execve brk mmap */
#include "elfmake.h"

/* A made program looks at its own memory: the code below is copied into it, and writes its findings to descriptor 1. */
__asm__(".pushsection .rodata\n"
        ".globl probe_start, probe_end\n"
        "probe_start:\n"
        /* r12: bits that went wrong */
        "xorl %r12d, %r12d\n"
        "movq $0x10100000, %rbx\n"
        "cmpb $0x61, 0(%rbx)\n jne 1f\n" /* last bytes of the file part */
        "cmpb $0x61, 99(%rbx)\n je 2f\n"
        "1: orl $1, %r12d\n"
        "2: leaq 100(%rbx), %rdi\n movl $4096 * 3 - 100, %ecx\n xorl %eax, %eax\n repe scasb\n je 3f\n"
        "orl $2, %r12d\n"          /* the rest of the page and the bss */
        "3: movb $1, 4096(%rbx)\n" /* the bss can be written */
        "movb $1, 12287(%rbx)\n"
        /* write(1, gap, 1): EFAULT in the hole between the segments */
        "movl $1, %eax\n movl $1, %edi\n movq $0x10080000, %rsi\n movl $1, %edx\n syscall\n"
        "cmpq $-14, %rax\n je 4f\n orl $4, %r12d\n"
        "4: movl $1, %eax\n movl $1, %edi\n leaq 12288(%rbx), %rsi\n movl $1, %edx\n syscall\n"
        "cmpq $-14, %rax\n je 5f\n orl $8, %r12d\n"
        /* brk(0) is behind the last segment */
        "5: movl $12, %eax\n xorl %edi, %edi\n syscall\n"
        "leaq 12288(%rbx), %rdx\n cmpq %rdx, %rax\n jae 6f\n orl $16, %r12d\n"
        "6: movl $231, %eax\n movl %r12d, %edi\n syscall\n"
        "probe_end:\n"
        ".popsection\n");
extern const uint8_t probe_start[], probe_end[];

int main(void)
{
    static struct elf_file f;
    scratch();
    elf_init(&f);
    memcpy(f.body, probe_start, (size_t) (probe_end - probe_start));
    memset(f.body + 4096, 'a', 100);
    memset(f.body + 4196, 'z', 200); /* in the file behind the segment: must not be seen */
    f.ph[0].p_filesz = f.ph[0].p_memsz = 4096;
    f.ph[1] = (Elf64_Phdr){.p_type = PT_LOAD,
                           .p_flags = PF_R | PF_W,
                           .p_vaddr = 0x10100000,
                           .p_offset = 8192,
                           .p_filesz = 100,
                           .p_memsz = 12288,
                           .p_align = 4096};
    f.eh.e_phnum = 2;
    /* the data must start at a page of the file */
    static uint8_t file[16384];
    memcpy(file, &f, sizeof(f));
    memset(file + 8192, 'a', 100);
    memset(file + 8292, 'z', 4000);
    elf_write("prog", file, sizeof(file), 0755);
    elf_show("memory", elf_try("./prog"));

    /* a GiB of bss costs nothing */
    f.ph[2] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x40000000, .p_memsz = 1ul << 30};
    f.eh.e_phnum = 3;
    memcpy(file, &f, offsetof(struct elf_file, body));
    elf_write("prog", file, sizeof(file), 0755);
    int64_t t0 = now_ns(1);
    elf_show("with a GiB of bss", elf_try("./prog"));
    CHECK(now_ns(1) - t0 < 5000000000);
    return t_end();
}
