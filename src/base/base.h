/* Ground that every file stands on: ownership by scope, fatal checks, small helpers.
 * Includes nothing of the project. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE_SIZE 4096ull
#define PAGE_MASK (~(PAGE_SIZE - 1))
/* Variables that each fork, or the child, writes: together, so that few pages are copied. */
#define FORKED __attribute__((section("elfuse_forked")))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))
/* Each argument is evaluated once: it may be a clock, or change under us. */
#define MIN(a, b) PICK_(a, <, b)
#define MAX(a, b) PICK_(a, >, b)
#ifndef PICK_ /* scripts/cppcheck.h */
#define PICK_(a, op, b)                                                                                                \
    __extension__({                                                                                                    \
        __typeof__((a) op(b) ? (a) : (b)) a_ = (a), b_ = (b);                                                          \
        a_ op b_ ? a_ : b_;                                                                                            \
    })
#endif
#define container_of(p, type, member) ((type *) ((char *) (p) -offsetof(type, member)))

static inline uint64_t page_down(uint64_t v)
{
    return v & PAGE_MASK;
}

/* Rounds up; wraps to 0 for values within a page of 2^64, which callers check for. */
static inline uint64_t page_up(uint64_t v)
{
    return (v + PAGE_SIZE - 1) & PAGE_MASK;
}

/* A guest-virtual and a guest-physical address: types of their own, so that mixing them (or
 * dereferencing one) does not compile. A host address is an ordinary pointer. */
typedef struct {
    uint64_t v;
} gva_t;
typedef struct {
    uint64_t v;
} gpa_t;

static inline gva_t gva(uint64_t v)
{
    return (gva_t){v};
}

static inline gpa_t gpa(uint64_t v)
{
    return (gpa_t){v};
}

static inline void autofd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void autofree_free(void *p)
{
    free(*(void **) p);
}

/* A descriptor or allocation that its scope closes, unless ownership was passed on with steal_*. */
#define autofd __attribute__((cleanup(autofd_close))) int
#define autofree __attribute__((cleanup(autofree_free)))

static inline int steal_fd(int *fd)
{
    int r = *fd;
    *fd = -1;
    return r;
}

#define steal_ptr(p)                                                                                                   \
    ({                                                                                                                 \
        __typeof__(*(p)) steal_ptr_ = *(p);                                                                            \
        *(p) = NULL;                                                                                                   \
        steal_ptr_;                                                                                                    \
    })

/* Report an impossible state (what, where, guest registers, last calls) and end with status 125. */
_Noreturn void bug(const char *file, int line, const char *what);

#define BUG_ON(cond)                                                                                                   \
    do {                                                                                                               \
        if (__builtin_expect(!!(cond), 0))                                                                             \
            bug(__FILE__, __LINE__, #cond);                                                                            \
    } while (0)

/* The name of a (positive or negative) errno, NULL when there is none; and what it means, untranslated. */
const char *errno_name(int err);
const char *errno_text(int err);

/* One line to stderr, prefixed "elfuse: ". */
__attribute__((format(printf, 1, 2))) void warn(const char *fmt, ...);

/* warn(), then exit with `status`: 125 cannot start, 126 found but cannot be executed, 127 not found. */
__attribute__((format(printf, 2, 3))) _Noreturn void die(int status, const char *fmt, ...);

#endif
