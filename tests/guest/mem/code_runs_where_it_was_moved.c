/* covers: mremap mprotect getpid read */
/* Code of a file, that has made calls many times, is moved by mremap(2), hidden and shown again, and calls on. */
#include "t.h"

/* mov $SYS_getpid, %eax; syscall; ret; and read(2), with nothing behind but what fills a function up. */
static const uint8_t code[] = {
    0x90, 0xb8, 0x27, 0,    0,    0,    0x0f, 0x05, 0xc3, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
    0xf3, 0x0f, 0x1e, 0xfa, 0x90, 0x31, 0xc0, 0x0f, 0x05, 0xc3, 0x66, 0x90, 0x66, 0x90, 0x66, 0x90,
};

static void call(const char *what, const char *text)
{
    long (*pid)(void) = (long (*)(void))(uintptr_t) text;
    long (*get)(int, void *, size_t) = (long (*)(int, void *, size_t))(uintptr_t) (text + 16);
    long good = 0, got = 0;
    char c;
    for (int i = 0; i < 2000; i++) {
        good += pid() == getpid();
        got += get(-1, &c, 1) == -EBADF;
    }
    printf("%s: %ld %ld\n", what, good, got);
}

int main(void)
{
    char path[] = "code-XXXXXX";
    scratch();
    int fd = mkstemp(path);
    MUST(fd >= 0 && write(fd, code, sizeof code) == sizeof code);
    char *text = mmap(NULL, T_PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    char *far = mmap(NULL, 1ul << 33, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(text != MAP_FAILED && far != MAP_FAILED);
    call("at first", text);
    MUST(mprotect(text, T_PAGE, PROT_NONE) == 0 && mprotect(text, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    call("shown again", text);
    MUST(mremap(text, T_PAGE, T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far) == far);
    call("moved", far);
    char *to = far + (1ul << 32) + T_PAGE;
    MUST(mremap(far, T_PAGE, T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    call("moved far", to);
    return t_end();
}
