/* covers: mmap munmap read fork */
/* A buffer in a hole of the stack, below what is left of it, and where something else was, that only a call touches. */
#include "child.h"
#include "fault.h"
#include "maps.h"

static char *stack_start(void)
{
    MUST(maps_read("/proc/self/maps") > 0 && maps_named("[stack]"));
    return (char *) maps_named("[stack]")->start;
}

static void fill(const char *what, char *p)
{
    int fds[2];
    MUST(pipe(fds) == 0 && write(fds[1], "abcd", 4) == 4);
    ssize_t n = read(fds[0], p, 4);
    printf("%s: %s\n", what, n == 4 && p[0] == 'a' ? "filled" : n < 0 ? errname(errno) : "?");
    MUST(close(fds[0]) == 0 && close(fds[1]) == 0);
}

int main(void)
{
    fault_catch();
    char *sp = __builtin_frame_address(0);
    show_write("far below", sp - 400 * T_PAGE);
    char *p = stack_start(), *q = p - 600 * T_PAGE;
    MUST(mmap(q, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == q && munmap(q, T_PAGE) == 0);
    fill("where something was mapped", q);
    MUST(munmap(p, 20 * T_PAGE) == 0);
    fill("the lowest pages", p + 19 * T_PAGE);
    fill("further down", p - 100 * T_PAGE);
    p = stack_start();
    MUST(munmap(p + 40 * T_PAGE, 30 * T_PAGE) == 0);
    show_status("child", IN_CHILD({
                    fill("a hole, in a child", p + 69 * T_PAGE);
                    fill("lower in it", p + 42 * T_PAGE);
                    fill("below", p - 30 * T_PAGE);
                }));
    fill("a hole", p + 69 * T_PAGE);
    fill("lower in it", p + 42 * T_PAGE);
    fill("below", p - 30 * T_PAGE);
    MUST(mprotect(p + 80 * T_PAGE, T_PAGE, PROT_READ) == 0);
    MUST(munmap(p + 75 * T_PAGE, 5 * T_PAGE) == 0);
    fill("where it is read only", p + 79 * T_PAGE);
    show_read("which grew all the same", p + 79 * T_PAGE);
    return t_end();
}
