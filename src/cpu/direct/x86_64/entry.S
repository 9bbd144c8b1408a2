/* Into the guest and out of it: docs/internals/direct.md. */
#include "cpu/direct/direct.h"

    .text
    .globl direct_enter, direct_window, direct_window_end, direct_handler
    .globl direct_resume, direct_resume_window, direct_resume_window_end, direct_jumped, direct_jumped_packed, direct_jumped_sure

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
    movq $1, V_IN_GUEST(%rdi)
    cmpq $0, V_KICK(%rdi)
    jne kicked
    mov V_GUEST_FS(%rdi), %rax
    wrfsbase %rax
    mov V_FRAME(%rdi), %rsp
    movq $1, V_OPEN(%rdi)
    mov $15, %eax /* rt_sigreturn */
    syscall
direct_window_end:
    ud2
kicked:
    mov $ENTER_KICKED, %eax
leave: /* FS is ours */
    movq $0, V_IN_GUEST(%rdi)
    mov V_SP(%rdi), %rsp
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
    rdgsbase %r11 /* in the zone nothing is the guest's */
    shr $PLACE_SHIFT, %r11
    cmp direct_zone(%rip), %r11
    jne 1f
    rdgsbase %r11
    cmp %r11, %gs:V_SELF
    je direct_jumped_sure
1:  hlt
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
    rdfsbase %rax
    cmp V_HOST_FS(%rdi), %rax /* a signal came meanwhile */
    je 1f
    mov %rax, V_GUEST_FS(%rdi)
    mov V_HOST_FS(%rdi), %rax
    wrfsbase %rax
1:  mov $ENTER_JUMPED, %eax
    jmp leave

/* int direct_resume(struct vcpu *v) */
    .balign 16
direct_resume:
    save_callers
direct_resume_window:
    movq $1, V_IN_GUEST(%rdi)
    cmpq $0, V_KICK(%rdi)
    jne kicked
    cmpq $0, V_OPEN(%rdi)
    je kicked
    mov V_GUEST_FS(%rdi), %rax
    wrfsbase %rax
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
    rdfsbase %rax
    cmp V_HOST_FS(%rcx), %rax
    je 1f
    mov %rax, V_GUEST_FS(%rcx)
    mov V_HOST_FS(%rcx), %rax
    wrfsbase %rax
1:  push %rbx /* aligns the stack as a call wants it, since a handler starts as a called function does */
    mov %rcx, %rbx
    testl $0x40000, 176(%rdx) /* alignment checks are the guest's wish alone */
    jz 2f
    pushfq
    andl $~0x40000, (%rsp)
    popfq
2:  call direct_trap
    mov %rbx, %rdi
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
    .globl direct_zone
    .balign 8
direct_zone:
    .zero 8

    .section .note.GNU-stack, "", @progbits
