/* covers: mprotect mmap memfd_create */
#include "fault.h"

typedef int fn(void);

/* mov $value, %eax; ret */
static void emit(char *p, int value)
{
    p[0] = (char) 0xb8;
    memcpy(p + 1, &value, 4);
    p[5] = (char) 0xc3;
}

static int run(const char *p)
{
    return ((fn *) (uintptr_t) p)();
}

int main(void)
{
    char *p, *rw, *rx;
    int fd;
    long sum = 0;
    fault_catch();
    p = map_anon(4 * T_PAGE, PROT_READ | PROT_WRITE);
    emit(p, 1);
    show_call("writable", p);
    CHECK(fault_rip == (greg_t) (uintptr_t) p);
    printf("error code %ld\n", (long) fault_err);
    for (int i = 0; i < 200; i++) {
        MUST(mprotect(p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
        emit(p + i * 8, i);
        MUST(mprotect(p, T_PAGE, PROT_READ | PROT_EXEC) == 0);
        sum += run(p + i * 8);
        if (i % 50 == 0)
            show_write("executable", p);
    }
    printf("sum %ld\n", sum);

    /* self-modifying code: the next call runs the new bytes */
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
    for (int i = 0; i < 1000; i++) {
        emit(p, i);
        if (!CHECK(run(p) == i))
            break;
    }
    /* two views of one memory, as hardened compilers use */
    MUST((fd = memfd_create("jit", MFD_CLOEXEC)) >= 0);
    MUST(ftruncate(fd, T_PAGE) == 0);
    MUST((rw = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    MUST((rx = mmap(NULL, T_PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0)) != MAP_FAILED);
    for (int i = 0; i < 1000; i++) {
        emit(rw, i * 3);
        if (!CHECK(run(rx) == i * 3))
            break;
    }
    show_call("the writable view", rw);
    /* code that ends on a page boundary and goes on behind it */
    MUST(mprotect(p, 2 * T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
    emit(p + T_PAGE - 3, 4711);
    printf("across pages: %d\n", run(p + T_PAGE - 3));
    MUST(mprotect(p + T_PAGE, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    bool hit = FAULTS(run(p + T_PAGE - 3));
    printf("cut by rights: %s, at +%ld\n", hit ? fault_code_name(fault_sig, fault_code) : "fine",
           (long) ((char *) fault_addr - p - T_PAGE));
    return t_end();
}
