/* The entry of the program: place.c, then the C library's own. */
    .section .text.place_begin, "ax", @progbits
    .globl place_begin
    .type place_begin, @function
place_begin:
    mov %rsp, %rdi
    call place_move
    test %rax, %rax
    jz 1f
    lea 2f(%rip), %rcx
    add %rax, %rcx
    jmp *%rcx
2:  mov %rax, %rdi /* in the copy */
    call place_arrive
1:  xor %edx, %edx /* no function is to be called at the end */
    jmp _start

    .section .note.GNU-stack, "", @progbits
