/* covers: rt_sigaction */
/* translated: no (instructions of the processor) */
/* On a processor with UMIP the kernel carries these instructions out, with values of its own. */
#include <cpuid.h>

#include "fault.h"

unsigned char image[32];

static void bytes(const char *name, const void *p, unsigned n)
{
    printf("%s:", name);
    for (unsigned i = 0; i < n; i++)
        printf(" %02x", ((const unsigned char *) p)[i]);
    printf("\n");
}

#define IN_MEMORY(name, text)                                                                                          \
    do {                                                                                                               \
        memset(image, 0xaa, sizeof image);                                                                             \
        if (FAULTS(__asm__ volatile(text : : "r"(image + 1), "r"(4ul) : "rbx", "r12", "r15", "memory")))               \
            printf("%s: %s\n", name, signame(fault_sig));                                                              \
        else                                                                                                           \
            bytes(name, image, 20);                                                                                    \
    } while (0)

#define IN_REGISTER(name, text)                                                                                        \
    do {                                                                                                               \
        volatile unsigned long v = 0;                                                                                  \
        if (FAULTS(__asm__ volatile("mov $-1, %%r15; " text "; mov %%r15, %0" : "=m"(v) : : "r15", "memory")))         \
            printf("%s: %s\n", name, signame(fault_sig));                                                              \
        else                                                                                                           \
            printf("%s: %lx\n", name, v);                                                                              \
    } while (0)

#define AT(name, where, text)                                                                                          \
    do {                                                                                                               \
        unsigned long at_ = (unsigned long) (where);                                                                   \
        bool hit = FAULTS(__asm__ volatile(text : : "r"(at_) : "memory"));                                             \
        printf("%s: %s code %d at %lx error %llx trap %lld\n", name, hit ? signame(fault_sig) : "fine",                \
               hit ? fault_code : 0, hit &&fault_addr ? (unsigned long) fault_addr - at_ : 0,                          \
               hit ? (long long) fault_err : 0, hit ? (long long) fault_trap : 0);                                     \
    } while (0)

int main(void)
{
    unsigned a, b, c = 0, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(c & 1u << 2)) {
        printf("no UMIP here\n");
        return t_end();
    }
    fault_catch();
    IN_MEMORY("sgdt", "sgdt (%0)");
    IN_MEMORY("sidt", "sidt 2(%0)");
    IN_MEMORY("sldt", "sldt (%0, %1)");
    IN_MEMORY("str", "str 4(%0, %1, 2)");
    IN_MEMORY("smsw", "mov %0, %%r15; smsw (%%r15)");
    IN_MEMORY("by r12", "mov %0, %%r12; mov %1, %%rbx; sgdt -4(%%r12, %%rbx)");
    IN_MEMORY("far away", "lea -100000(%0), %%r12; sidt 100000(%%r12)");
    IN_MEMORY("near the instruction", "smsw image+3(%%rip)");
    IN_REGISTER("sldt", "sldt %%r15d");
    IN_REGISTER("sldt, 16 bits", "sldt %%r15w");
    IN_REGISTER("sldt, 64 bits", "sldt %%r15");
    IN_REGISTER("str", "str %%r15d");
    IN_REGISTER("str, 16 bits", "str %%r15w");
    IN_REGISTER("smsw", "smsw %%r15d");
    IN_REGISTER("smsw, 16 bits", "smsw %%r15w");
    IN_REGISTER("smsw, 64 bits", "smsw %%r15");
    char *page = map_anon(2 * T_PAGE, PROT_READ | PROT_WRITE);
    MUST(mprotect(page + T_PAGE, T_PAGE, PROT_READ) == 0);
    AT("no address", 0, "sgdt (%0)");
    AT("not writable", page + T_PAGE, "sidt (%0)");
    AT("over the edge", page + T_PAGE - 1, "smsw (%0)");
    AT("the kernel's", 0xffffffff81000000ul, "sgdt (%0)");
    AT("not canonical", 0x8000000000000000ul, "str (%0)");
    AT("others of the kind", page, "lmsw (%0)");
    AT("others of the kind", page, "lgdt (%0)");
    return t_end();
}
