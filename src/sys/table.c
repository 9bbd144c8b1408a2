/* The table as data, and its index by number. */
#include "sys/handlers.h"

#include <errno.h>

#include "sys/trace.h"

#define NR_LIMIT 512

#define HANDLER_OWN(fn) fn
#define HANDLER_PASS(fn) NULL
#define ARG(kind, name, ...)                                                                                           \
    {                                                                                                                  \
        K_##kind, (uint16_t) (__VA_ARGS__ + 0), #name                                                                  \
    }
#define SYSCALL(number, call, how, bits, ...)                                                                          \
    {.nr = number,                                                                                                     \
     .name = #call,                                                                                                    \
     .fn = HANDLER_##how(sys_##call),                                                                                  \
     .flags = bits,                                                                                                    \
     .nargs = sizeof((struct sys_arg[]){__VA_ARGS__}) / sizeof(struct sys_arg),                                        \
     .arg = {__VA_ARGS__}},
#define DENIED(number, call, why, reason)                                                                              \
    {.nr = number, .name = #call, .flags = S_DENIED, .error = why, .note = reason},

const struct sys_row sys_rows[] = {
#include "sys/table.def"
};
const unsigned sys_row_count = ARRAY_SIZE(sys_rows);

#undef SYSCALL
#undef DENIED

/* Row number plus one, so that an absent number is 0. */
enum {
#define SYSCALL(number, name, ...) ROW_##name,
#define DENIED(number, name, ...) ROW_##name,
#include "sys/table.def"
#undef SYSCALL
#undef DENIED
};

static const uint16_t row_of[NR_LIMIT] = {
#define SYSCALL(number, name, ...) [number] = ROW_##name + 1,
#define DENIED(number, name, ...) [number] = ROW_##name + 1,
#include "sys/table.def"
};

const struct sys_row *sys_row_of(uint64_t nr)
{
    return nr < NR_LIMIT && row_of[nr] ? &sys_rows[row_of[nr] - 1] : NULL;
}
