#include "base/alloc.h"

#include "base/lock.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) /* the sanitizer brings a heap of its own */

void alloc_repair(int pid)
{
    (void) pid;
}

void alloc_fork_child(void)
{
}

#else

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/place.h"
#include "base/raw.h"

#define SMALL_SHIFT 16 /* blocks up to 64 KiB come from lists, larger ones are mappings of their own */
#define CLASSES ((SMALL_SHIFT - 5) * 4 + 1)
#define REFILL (256u << 10)

/* In front of every block. */
struct head {
    uint64_t size; /* of all of it, this included: a class's size, or a mapping's */
    uint64_t back; /* not 0: an aligned block, so far behind the one that is its memory */
};

struct block {
    struct head head;
    struct block *next;
};

static struct lock heap_lock FORKED
    __attribute__((aligned(PAGE_SIZE))); /* these three. It is the first there, on a page's start */
static struct block *volatile idle[CLASSES] FORKED;
static uint8_t *volatile fresh FORKED;
static volatile uint64_t fresh_left
    FORKED; /* at `fresh`; at every moment so many are there at least: a fork or a death may come at any */

/* Four sizes for each power of two, from 32 up. Returns the class and rounds *size. */
static unsigned class_of(uint64_t *size)
{
    if (*size <= 32) {
        *size = 32;
        return 0;
    }
    unsigned top = 63 - (unsigned) __builtin_clzll(*size - 1), shift = top - 2;
    *size = (*size + (1ull << shift) - 1) >> shift << shift;
    return (top - 5) * 4 + 1 + (unsigned) ((*size - 1) >> shift & 3);
}

static void *map(uint64_t size)
{
    long p = host(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p < 0 && p > -4096 ? NULL : (void *) p;
}

static struct block *take(unsigned class, uint64_t size)
{
    struct block *b = idle[class];
    if (b) {
        idle[class] = b->next;
        return b;
    }
    if (size > fresh_left) {
        uint8_t *more = place_near(REFILL, 0);
        if (!more)
            return NULL;
        fresh_left = 0;
        fresh = more;
        fresh_left = REFILL;
    }
    b = (struct block *) fresh;
    fresh_left -= size;
    fresh += size;
    return b;
}

/* Apart from malloc(), or the compiler would make of calloc()'s use of it a call of calloc(). */
static __attribute__((noinline)) void *get(size_t n)
{
    uint64_t size = n + sizeof(struct head);
    struct block *b = NULL;
    if (size <= 1u << SMALL_SHIFT) {
        unsigned class = class_of(&size);
        lock_take(&heap_lock);
        b = take(class, size);
        lock_drop(&heap_lock);
    } else if (size <= INT64_MAX) {
        size = page_up(size);
        b = map(size);
    }
    if (!b) {
        errno = ENOMEM;
        return NULL;
    }
    b->head = (struct head){size, 0};
    return &b->head + 1;
}

void *malloc(size_t n)
{
    return get(n);
}

void free(void *p)
{
    if (!p)
        return;
    struct head *h = (struct head *) p - 1;
    if (h->back)
        h = (struct head *) ((uint8_t *) p - h->back) - 1;
    uint64_t size = h->size;
    if (size > 1u << SMALL_SHIFT) {
        host(SYS_munmap, h, size);
        return;
    }
    unsigned class = class_of(&size);
    struct block *b = (struct block *) h;
    BUG_ON(size != h->size);
    lock_take(&heap_lock);
    b->next = idle[class];
    idle[class] = b;
    lock_drop(&heap_lock);
}

void *calloc(size_t n, size_t each)
{
    size_t size;
    if (__builtin_mul_overflow(n, each, &size)) {
        errno = ENOMEM;
        return NULL;
    }
    void *p = get(size);
    if (p && size <= (1u << SMALL_SHIFT) - sizeof(struct head)) /* a mapping is zero */
        memset(p, 0, size);
    return p;
}

static size_t room_of(void *p)
{
    struct head *h = (struct head *) p - 1;
    return h->back ? ((struct head *) ((uint8_t *) p - h->back) - 1)->size - sizeof *h - h->back : h->size - sizeof *h;
}

void *realloc(void *p, size_t n)
{
    if (!p)
        return malloc(n);
    size_t room = room_of(p);
    if (n <= room && n > room / 4)
        return p;
    void *q = malloc(n);
    if (q) {
        memcpy(q, p, MIN(n, room));
        free(p);
    }
    return q;
}

void *aligned_alloc(size_t align, size_t n)
{
    if (align <= sizeof(struct head))
        return malloc(n);
    uint8_t *p = n > SIZE_MAX / 2 ? NULL : malloc(n + align);
    if (!p)
        return NULL;
    uint8_t *at = (uint8_t *) (((uintptr_t) p + align - 1) & ~(align - 1));
    if (at != p)
        ((struct head *) at)[-1] = (struct head){0, (uint64_t) (at - p)};
    return at;
}

void alloc_repair(int pid)
{
    if (lock_held_by(&heap_lock, pid))
        lock_drop(&heap_lock);
}

void alloc_fork_child(void)
{
    heap_lock = (struct lock){0};
}

#endif
