/* covers: mmap ftruncate read write */
#include "fault.h"

int main(void)
{
    char *p, *q;
    int fd, pipes[2];
    scratch();
    fault_catch();
    MUST(pipe(pipes) == 0);
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    MUST(ftruncate(fd, 5000) == 0);
    MUST((p = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    MUST((q = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    show_read("inside", p + 4999);
    show_write("tail of the last page", p + 8191);
    show_read("next page", p + 8192);
    show_write("next page", p + 8192 + 77);
    show_read("private, next page", q + 8192 + 8);
    show_write("private, last page", q + 8 * T_PAGE - 1);
    show("write from there", write(pipes[1], p + 3 * T_PAGE, 10));
    show("read into there", pread(fd, p + 3 * T_PAGE, 10, 0));
    show("write from across", write(pipes[1], p + 8192 - 10, 20));

    MUST(ftruncate(fd, 4 * T_PAGE) == 0);
    show_write("after it grew", p + 4 * T_PAGE - 1);
    show_read("past the new end", p + 4 * T_PAGE);
    p[3 * T_PAGE] = 'x';
    q[3 * T_PAGE + 1] = 'y';
    q[0] = 'z';
    MUST(ftruncate(fd, T_PAGE) == 0);
    show_read("cut off", p + 3 * T_PAGE);
    show_read("cut off, private and written", q + 3 * T_PAGE);
    show_read("left", p);
    CHECK(q[0] == 'z');
    MUST(ftruncate(fd, 4 * T_PAGE) == 0);
    CHECK(p[3 * T_PAGE] == 0 && q[3 * T_PAGE + 1] == 0);
    MUST(ftruncate(fd, 0) == 0);
    show_write("nothing left", p);
    return t_end();
}
