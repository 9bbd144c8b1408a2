/* Into the guest and out of it: docs/internals/direct.md. */
#include "cpu/direct/direct.h"

    .text
    .globl direct_enter, direct_window, direct_window_end, direct_handler
    .globl direct_resume, direct_resume_window, direct_resume_window_end, direct_jumped, direct_jumped_packed, direct_jumped_sure

#define SYS_RT_SIGRETURN 15
#define SYS_ARCH_PRCTL 158
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003

/* The base of FS into rax. Without the instruction it is a call, which spoils rcx, rsi, rdi and r11. */
    .macro get_fs
    cmpb $0, direct_bases_by_calls(%rip)
    jne 8f
    rdfsbase %rax
    jmp 9f
8:  push %rax
    mov %rsp, %rsi
    mov $ARCH_GET_FS, %edi
    mov $SYS_ARCH_PRCTL, %eax
    syscall
    pop %rax
9:
    .endm

/* rsi becomes the base of FS; spoils as get_fs does, and rax. */
    .macro set_fs
    cmpb $0, direct_bases_by_calls(%rip)
    jne 8f
    wrfsbase %rsi
    jmp 9f
8:  mov $ARCH_SET_FS, %edi
    mov $SYS_ARCH_PRCTL, %eax
    syscall
9:
    .endm

/* What a signal found of the guest's in FS goes to the vCPU in rbx, and ours comes back. */
    .macro take_fs
    get_fs
    mov V_HOST_FS(%rbx), %rsi
    cmp %rsi, %rax /* a signal came meanwhile */
    je 7f
    mov %rax, V_GUEST_FS(%rbx)
    set_fs
7:
    .endm

    .macro save_callers
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, V_SP(%rdi)
    .endm

/* int direct_enter(struct vcpu *v): the event that ended the run, or ENTER_*. */
    .balign 16
direct_enter:
    save_callers
/* A signal in here makes it begin anew. */
direct_window:
    mov %rdi, %rbx
    movq $1, V_IN_GUEST(%rbx)
    cmpq $0, V_KICK(%rbx)
    jne kicked
    mov V_GUEST_FS(%rbx), %rsi
    set_fs
    mov V_FRAME(%rbx), %rsp
    movq $1, V_OPEN(%rbx)
    mov $SYS_RT_SIGRETURN, %eax
    syscall
direct_window_end:
    ud2
kicked:
    mov $ENTER_KICKED, %eax
leave: /* FS is ours, rbx the vCPU */
    movq $0, V_IN_GUEST(%rbx)
    mov V_SP(%rbx), %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret

/* From a rewritten site. As after a SYSCALL, rcx is where to go on, and r11 free until it gets the flags. The number in rax is a short one, so the flags go
 * beside it (JUMPED_*) until there is a stack for them. */
    .balign 16
direct_jumped:
    mov %eax, %r11d
    lahf
    seto %al
    shl $JUMPED_NUMBER, %r11
    movzwl %ax, %eax
    or %r11, %rax
direct_jumped_packed:
    cmpb $0, direct_bases_by_calls(%rip)
    jne 2f
    rdgsbase %r11 /* in the zone nothing is the guest's */
    shr $PLACE_SHIFT, %r11
    cmp direct_zone(%rip), %r11
    jne 1f
    rdgsbase %r11
    cmp %r11, %gs:V_SELF
    je direct_jumped_sure
1:  hlt
2:  mov %gs:V_SELF, %r11 /* whatever that is, or a fault */
    shr $PLACE_SHIFT, %r11
    cmp direct_zone(%rip), %r11
    jne 1b
    mov %gs:V_SELF, %r11
    cmp %r11, V_SELF(%r11)
    jne 1b
direct_jumped_sure:
    mov %rbx, %gs:V_REGS+8
    mov %rcx, %gs:V_REGS+16
    mov %rdx, %gs:V_REGS+24
    mov %rsi, %gs:V_REGS+32
    mov %rdi, %gs:V_REGS+40
    mov %rsp, %gs:V_REGS+48
    mov %rbp, %gs:V_REGS+56
    mov %r8, %gs:V_REGS+64
    mov %r9, %gs:V_REGS+72
    mov %r10, %gs:V_REGS+80
    mov %r12, %gs:V_REGS+96
    mov %r13, %gs:V_REGS+104
    mov %r14, %gs:V_REGS+112
    mov %r15, %gs:V_REGS+120
    mov %rcx, %gs:V_REGS+128
    mov %r11, %rdi
    mov V_SP(%rdi), %rsp
    mov %rax, %rcx
    shr $JUMPED_NUMBER, %rcx
    mov %rcx, V_REGS(%rdi)
    add $0x7f, %al /* OF is as it was */
    sahf
    pushfq
    popq %rax
    mov %rax, V_REGS+88(%rdi)
    mov %rax, V_REGS+136(%rdi)
    pushq $0x202
    popfq
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps %xmm\n, V_XMM+16*\n(%rdi)
    .endr
    stmxcsr V_MXCSR(%rdi)
    ldmxcsr usual_mxcsr(%rip)
    mov %rdi, %rbx
    take_fs
    mov $ENTER_JUMPED, %eax
    jmp leave

/* int direct_resume(struct vcpu *v) */
    .balign 16
direct_resume:
    save_callers
direct_resume_window:
    mov %rdi, %rbx
    movq $1, V_IN_GUEST(%rbx)
    cmpq $0, V_KICK(%rbx)
    jne kicked
    cmpq $0, V_OPEN(%rbx)
    je kicked
    mov V_GUEST_FS(%rbx), %rsi
    set_fs
    mov %rbx, %rdi
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps V_XMM+16*\n(%rdi), %xmm\n
    .endr
    ldmxcsr V_MXCSR(%rdi)
    pushq V_REGS+136(%rdi)
    popfq
    mov V_REGS(%rdi), %rax
    mov V_REGS+8(%rdi), %rbx
    mov V_REGS+16(%rdi), %rcx
    mov V_REGS+24(%rdi), %rdx
    mov V_REGS+32(%rdi), %rsi
    mov V_REGS+56(%rdi), %rbp
    mov V_REGS+64(%rdi), %r8
    mov V_REGS+72(%rdi), %r9
    mov V_REGS+80(%rdi), %r10
    mov V_REGS+88(%rdi), %r11
    mov V_REGS+96(%rdi), %r12
    mov V_REGS+104(%rdi), %r13
    mov V_REGS+112(%rdi), %r14
    mov V_REGS+120(%rdi), %r15
    mov V_REGS+48(%rdi), %rsp
    mov V_REGS+40(%rdi), %rdi
    jmp *%rcx
direct_resume_window_end:

/* The host's handler of all signals. Where an alternate stack is set, the vCPU lies behind it: uc_stack is 16 bytes into the ucontext. */
    .balign 16
direct_handler:
    cmpq $0, 32(%rdx)
    je plain
    mov 16(%rdx), %rcx
    add 32(%rdx), %rcx
    cmpq $0, V_IN_GUEST(%rcx)
    je plain
    push %rbx /* aligns the stack as a call wants it, since a handler starts as a called function does */
    mov %rcx, %rbx
    mov %rdi, %r8
    mov %rsi, %r9
    take_fs
    mov %r8, %rdi
    mov %r9, %rsi
    mov %rbx, %rcx
    testl $0x40000, 176(%rdx) /* alignment checks are the guest's wish alone */
    jz 2f
    pushfq
    andl $~0x40000, (%rsp)
    popfq
2:  call direct_trap
    test %eax, %eax
    jns leave
    pop %rbx
    ret
plain:
    jmp direct_plain

    .section .rodata
    .balign 4
usual_mxcsr:
    .long 0x1f80

    .bss
    .globl direct_zone, direct_bases_by_calls
    .balign 8
direct_zone:
    .zero 8
direct_bases_by_calls:
    .zero 1

    .section .note.GNU-stack, "", @progbits
