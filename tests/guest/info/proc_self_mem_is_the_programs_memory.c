/* covers: openat pread64 pwrite64 lseek read */
#include "t.h"

static char text[32] = "in the data segment";
static const char constant[] = "in read-only data";

int main(void)
{
    char buf[64] = "", *p, *none;
    int fd;

    p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    none = mmap(NULL, T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED && none != MAP_FAILED);
    strcpy(p + T_PAGE - 4, "across pages");
    fd = open("/proc/self/mem", O_RDWR);
    show_ok("open", fd);
    MUST(fd >= 0);
    show("read", pread(fd, buf, sizeof(text), (off_t) (uintptr_t) text));
    printf("%s\n", buf);
    show("write", pwrite(fd, "changed", 8, (off_t) (uintptr_t) text));
    printf("%s\n", text);
    show("across pages", pread(fd, buf, 13, (off_t) (uintptr_t) (p + T_PAGE - 4)));
    printf("%s\n", buf);
    show("seek", lseek(fd, (off_t) (uintptr_t) constant, SEEK_SET) == (off_t) (uintptr_t) constant);
    show("read here", read(fd, buf, sizeof(constant)));
    printf("%s\n", buf);
    show("read on", lseek(fd, 0, SEEK_CUR) == (off_t) (uintptr_t) constant + (off_t) sizeof(constant));
    show("read the unmapped", pread(fd, buf, 8, 100));
    show("write the unmapped", pwrite(fd, buf, 8, 100));
    MUST(munmap(p + T_PAGE, T_PAGE) == 0);
    show("into a hole", pread(fd, buf, 64, (off_t) (uintptr_t) (p + T_PAGE - 10)));
    show("bad buffer", raw(pread64, fd, BAD_PTR, 8, text));
    return t_end();
}
