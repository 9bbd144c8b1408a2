/* Into the guest and out of it: docs/internals/direct.md. */
#include "cpu/direct/direct.h"

    .text
    .globl direct_enter, direct_window, direct_window_end, direct_handler

/* int direct_enter(struct vcpu *v): the event that ended the run, or 4: kicked before it began. */
    .balign 16
direct_enter:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, V_SP(%rdi)
/* A signal in here makes it begin anew. */
direct_window:
    movq $1, V_IN_GUEST(%rdi)
    cmpq $0, V_KICK(%rdi)
    jne kicked
    mov V_GUEST_FS(%rdi), %rax
    wrfsbase %rax
    mov V_FRAME(%rdi), %rsp
    mov $15, %eax /* rt_sigreturn */
    syscall
direct_window_end:
    ud2
kicked:
    mov $4, %eax
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
    jmp *direct_signal(%rip)

    .section .note.GNU-stack, "", @progbits
