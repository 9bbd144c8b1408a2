/* covers: mmap mprotect mlock munlock mremap getppid read */
/* Code of a file that lies across two pages has made calls many times. One of the two is hidden and shown again, or something else is
 * there now. And code that is locked, and that is what is left of a large mapping, is moved. */
#include "t.h"

enum { LARGE = 65 << 20 };

/* mov $SYS_getppid, %eax; syscall; ret: after the first byte, and before the SYSCALL, another page begins. */
static const uint8_t mov[] = {0xb8, 0x6e, 0, 0, 0, 0x0f, 0x05, 0xc3};
/* read(2), with nothing behind but what fills a function up; before the RET another page begins. */
static const uint8_t xor [] = {0x31, 0xc0, 0x0f, 0x05, 0xc3, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
                               0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc};
static const uint8_t other[] = {0x90, 0x90, 0xc3};
enum {
    MOV = T_PAGE - 1,
    MOV_CUT = 3 * T_PAGE - 5,
    XOR = 5 * T_PAGE - 4,
    WHOLE = 6 * T_PAGE + 32,
    OTHER = 7 * T_PAGE,
    END = 8 * T_PAGE
};

static void call(const char *what, const char *text)
{
    long (*ppid)(void) = (long (*)(void))(uintptr_t) text;
    long good = 0;
    for (int i = 0; i < 2000; i++)
        good += ppid() == getppid();
    printf("%s: %ld\n", what, good);
}

static void call_read(const char *what, const char *text)
{
    long (*get)(int, void *, size_t) = (long (*)(int, void *, size_t))(uintptr_t) text;
    long got = 0;
    char c;
    for (int i = 0; i < 2000; i++)
        got += get(-1, &c, 1) == -EBADF;
    printf("%s: %ld\n", what, got);
}

static void hide(char *page)
{
    MUST(mprotect(page, T_PAGE, PROT_NONE) == 0 && mprotect(page, T_PAGE, PROT_READ | PROT_EXEC) == 0);
}

static void put(int fd, const uint8_t *code, size_t size, off_t at)
{
    MUST(pwrite(fd, code, size, at) == (ssize_t) size);
}

int main(void)
{
    char path[] = "code-XXXXXX";
    scratch();
    int fd = mkstemp(path);
    MUST(fd >= 0 && ftruncate(fd, LARGE) == 0);
    put(fd, mov, sizeof mov, MOV);
    put(fd, mov, sizeof mov, MOV_CUT);
    put(fd, xor, sizeof xor, XOR);
    put(fd, mov, sizeof mov, WHOLE);
    put(fd, other, sizeof other, OTHER);
    char *text = mmap(NULL, END, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    MUST(text != MAP_FAILED);

    call("across", text + MOV);
    hide(text);
    call("the first page was hidden", text + MOV);
    hide(text + T_PAGE);
    call("the second page was hidden", text + MOV);

    call_read("read", text + XOR);
    hide(text + 5 * T_PAGE);
    call_read("the page of its end was hidden", text + XOR);

    call("across, before the call", text + MOV_CUT);
    char *at = text + 3 * T_PAGE;
    MUST(mmap(at, T_PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, OTHER) == at);
    show("no call any more", ((long (*)(void))(uintptr_t) (text + MOV_CUT))());

    char *page = text + (WHOLE & ~(T_PAGE - 1));
    MUST(mlock(page, T_PAGE) == 0);
    call("locked", text + WHOLE);
    hide(page);
    call("locked and hidden", text + WHOLE);
    char *far = mmap(NULL, 1ul << 33, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(far != MAP_FAILED && mremap(page, T_PAGE, T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far) == far);
    call("locked and moved", far + WHOLE % T_PAGE);

    char *large = mmap(NULL, LARGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    MUST(large != MAP_FAILED && mprotect(large + END, LARGE - END, PROT_NONE) == 0);
    call("of a large mapping", large + WHOLE);
    page = large + (WHOLE & ~(T_PAGE - 1));
    far += (1ul << 32) + T_PAGE;
    MUST(mremap(page, T_PAGE, T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far) == far);
    call("of a large mapping, moved", far + WHOLE % T_PAGE);
    return t_end();
}
