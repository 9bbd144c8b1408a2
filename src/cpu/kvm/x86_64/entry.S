/* The guest's whole kernel half: one exit for SYSCALL, one for an exception, and the two ways back. Plain integer instructions only: some
 * hosts emulate ring 0, and a few of them execute the SYSCALL entry in ring 3 (docs/internals/kvm.md). */
#define PORT_SYSCALL 0x10
#define PORT_EXCEPTION 0x20

    .section .rodata
    .globl entry_text, entry_text_end, entry_probe, entry_probe_end
    .globl entry_ring0, entry_sysret, entry_iret, entry_stubs, entry_ring0_end

/* The beginning of the page at ENTRY_TEXT, which user mode can execute. The rest is HLT: nothing there gets further than one instruction. */
entry_text: /* LSTAR: rcx and r11 hold the way back; the host sets rax, or all of the state */
    outb %al, $PORT_SYSCALL
entry_text_end:

entry_probe: /* there only to be run once in ring 3, to see who answers CPUID and at which level SYSCALL arrives */
    cpuid
    syscall
    ud2
entry_probe_end:

/* The page at ENTRY_RING0, which user mode cannot reach. */
    .balign 16
entry_ring0:
entry_sysret:
    sysretq
entry_iret: /* the host has written a frame and set rsp to it */
    iretq

    .balign 16
entry_stubs: /* one of 16 bytes a vector: the host tells the vector from rip */
    .set vector, 0
    .rept 32
    .balign 16
    .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30
    .byte 0x66, 0x90 /* the processor pushed an error code: a two-byte nop */
    .else
    .byte 0x6a, 0x00 /* pushq $0 */
    .endif
    outb %al, $PORT_EXCEPTION
    ud2
    .set vector, vector + 1
    .endr
    .balign 16
entry_ring0_end:
    .section .note.GNU-stack, "", @progbits
