/* Calls that are made often go by a jump instead of a trap: docs/internals/direct.md, "Rewriting". */
#include <emmintrin.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fds.h"
#include "base/procfs.h"
#include "cpu/direct/direct.h"

#define HOT 128ull     /* trapped calls that cost about what making a jump in a text of HOT * A_CALL bytes does, */
#define HOTTEST 512ull /* and in the largest */
#define A_CALL 16384ull
#define MAX_SITES 1024  /* of a process */
#define MAX_ROOMS 8     /* places for what sites jump to, each in reach of 4 GiB of addresses */
#define STUB_SIZE 32    /* what one site jumps to */
#define ROOM_STUBS 1024 /* of a room */
#define ROOM_SIZE (ROOM_STUBS * STUB_SIZE)
#define CHUNK (2ull << 20)
#define REACH ((1ll << 31) - (1 << 20)) /* of a rel32, with something to spare */
#define NEAR 120                        /* of a rel8 */
#define PIECE 65536
#define TEXT_MAX (8ull << 20) /* all of a text is looked through, and no mapping changes meanwhile */
#define NO_PAGE 1
#define LOOKED_AT 8 /* bytes, up to the end of the SYSCALL */

enum { CALL32 = 0xe8, JMP32 = 0xe9, JMP8 = 0xeb, HLT = 0xf4, RET = 0xc3, MOV_EAX = 0xb8 };

/* Sites by hash, the number of calls in the low CALLS bits: one page, which a fork copies. Written without a lock: what gets lost makes a site a
 * little later. */
#define CALLS 16
static uint64_t seen[512] __attribute__((aligned(PAGE_SIZE)));

struct rewriting {
    uint64_t at[MAX_SITES]; /* 0: no more */
    unsigned sites;
    struct {
        uint64_t start;
        unsigned used;
    } room[MAX_ROOMS];
    unsigned rooms;
    bool full;
    uint64_t page[MAX_SITES]; /* of text, that were changed here and by nobody else; NO_PAGE: no more */
    unsigned pages;
};

/* A change of `size` bytes. */
struct patch {
    uint64_t at;
    unsigned size;
    uint8_t code[5];
};

/* The process's own memory, as the kernel writes and knows it. */
struct self {
    int mem, pagemap;
};

uint64_t direct_rewritten(const struct machine *m)
{
    return m->rewriting ? m->rewriting->sites : 0;
}

static uint64_t place_of(uint64_t site)
{
    return site * 0x9e3779b97f4a7c15ull >> 55;
}

static uint64_t calls_of(uint64_t site)
{
    const uint64_t s = __atomic_load_n(&seen[place_of(site)], __ATOMIC_RELAXED);
    return s >> CALLS == site ? s & ((1u << CALLS) - 1) : 0;
}

bool direct_site_hot(uint64_t site)
{
    const uint64_t calls = calls_of(site) + 1;
    if (calls <= HOTTEST)
        __atomic_store_n(&seen[place_of(site)], site << CALLS | calls, __ATOMIC_RELAXED);
    return calls >= HOT && calls <= HOTTEST && !(calls & (calls - 1));
}

/* Of the three times that direct_site_hot() says so, is this the one for such a text? */
static bool is_time(uint64_t site, uint64_t size)
{
    const uint64_t calls = calls_of(site);
    return calls * A_CALL >= size && (calls < 2 * HOT || calls * A_CALL / 2 < size);
}

bool direct_any_site(const struct machine *m)
{
    return m->rewriting && __atomic_load_n(&m->rewriting->sites, __ATOMIC_RELAXED);
}

bool direct_site_at(const struct machine *m, uint64_t rip)
{
    const struct rewriting *w = m->rewriting;
    for (unsigned i = 0; w && i < __atomic_load_n(&w->sites, __ATOMIC_ACQUIRE); i++)
        if (__atomic_load_n(&w->at[i], __ATOMIC_RELAXED) == rip)
            return true;
    return false;
}

void direct_forget_text(struct machine *m, uint64_t start, uint64_t size)
{
    struct rewriting *w = m->rewriting;
    for (unsigned i = 0; w && i < w->sites; i++)
        if (w->at[i] - start < size)
            __atomic_store_n(&w->at[i], 0, __ATOMIC_RELAXED);
    for (unsigned i = 0; w && i < w->pages; i++)
        if (w->page[i] - start < size)
            w->page[i] = NO_PAGE;
}

void direct_restore_text(struct machine *m, uint64_t start, uint64_t size)
{
    const struct rewriting *w = m->rewriting;
    for (unsigned i = 0; w && i < w->pages; i++) {
        const uint64_t page = w->page[i];
        if (page - start >= size || host(SYS_madvise, page, PAGE_SIZE, MADV_DONTNEED) == 0 ||
            host(SYS_madvise, page, PAGE_SIZE, 24 /* MADV_DONTNEED_LOCKED */) == 0)
            continue;
        host(SYS_munlock, page, PAGE_SIZE); /* before Linux 5.18 */
        host(SYS_madvise, page, PAGE_SIZE, MADV_DONTNEED);
        host(SYS_mlock, page, PAGE_SIZE);
    }
    direct_forget_text(m, start, size);
}

/* ---- what may be changed ---- */

static bool read_code(const struct cpu_text *text, uint64_t at, void *to, size_t size)
{
    return text->copy(to, (const void *) at, size) == 0;
}

static bool write_code(const struct self *self, uint64_t at, const void *from, size_t size)
{
    return host(SYS_pwrite64, self->mem, from, size, at) == (long) size;
}

static bool is_ours(const struct rewriting *w, uint64_t page)
{
    for (unsigned i = 0; i < w->pages; i++)
        if (w->page[i] == page)
            return true;
    return false;
}

/* Is the page as it is in the file, but for what was done here? */
static bool is_unwritten(const struct rewriting *w, const struct self *self, uint64_t at)
{
    const uint64_t page = page_down(at), of_file = 1ull << 61 | 1ull << 63; /* PM_FILE, PM_PRESENT */
    uint64_t entry;
    return is_ours(w, page) ||
           (host(SYS_pread64, self->pagemap, &entry, sizeof entry, page / PAGE_SIZE * sizeof entry) == sizeof entry &&
            (entry & of_file) == of_file);
}

/* All that depends on a change, from `start` to `end`, is on one page: what becomes of that is for the whole of it. */
static bool may_change(const struct rewriting *w, const struct self *self, const struct cpu_text *text, uint64_t start,
                       uint64_t end)
{
    return start >= text->start && end <= text->end && page_down(start) == page_down(end - 1) &&
           is_unwritten(w, self, start);
}

/* ---- where jumps lead: whatever could be one counts, at whatever byte it begins ---- */

/* Do the 32 bits behind one of 16 bytes of `code`, as a distance, lead into `size` bytes? From behind the first of them to there is `far`. Such numbers
 * are rare: it is not asked yet whether they belong to a jump. */
static bool has_distance(const uint8_t *code, uint32_t far, uint32_t size)
{
    const __m128i sign = _mm_set1_epi32(INT32_MIN), limit = _mm_xor_si128(_mm_set1_epi32((int) size), sign),
                  place = _mm_setr_epi32(0, 4, 8, 12);
    __m128i found = _mm_setzero_si128();
    for (uint32_t i = 0; i < 4; i++) {
        const __m128i distance = _mm_loadu_si128((const __m128i *) (code + 1 + i)),
                      off = _mm_sub_epi32(_mm_add_epi32(distance, place), _mm_set1_epi32((int) (far - i)));
        found = _mm_or_si128(found, _mm_cmplt_epi32(_mm_xor_si128(off, sign), limit));
    }
    return _mm_movemask_epi8(found);
}

/* Does a jump with 32 bits of distance lead from `code`, `size` bytes at `start` with one before and 20 behind, into [from, to)? */
static bool has_far_jump(const uint8_t *code, uint64_t start, size_t size, uint64_t from, uint64_t to)
{
    for (size_t i = 0; i < size; i += 16) {
        if (!has_distance(code + i, (uint32_t) (from - (start + i + 5)), (uint32_t) (to - from)))
            continue;
        for (const uint8_t *c = code + i; c < code + MIN(i + 16, size); c++) {
            int32_t rel;
            memcpy(&rel, c + 1, sizeof rel);
            if (((*c | 1) == (CALL32 | 1) || ((*c & 0xf0) == 0x80 && c[-1] == 0x0f)) &&
                start + (uint64_t) (c - code) + 5 + (uint64_t) (int64_t) rel - from < to - from)
                return true;
        }
    }
    return false;
}

/* The whole text is looked through. */
static bool is_led_into(const struct cpu_text *text, uint64_t from, uint64_t to)
{
    static uint8_t piece[1 + PIECE + 20 + 16]; /* under the caller's lock */
    for (uint64_t at = text->start; at < text->end; at += PIECE) {
        const size_t before = at > text->start, size = MIN(PIECE, text->end - at);
        const size_t behind = MIN(20, text->end - at - size);
        piece[0] = 0;
        memset(piece + 1 + size + behind, 0, sizeof piece - 1 - size - behind);
        if (!read_code(text, at - before, piece + 1 - before, before + size + behind) ||
            has_far_jump(piece + 1, at, size, from, to))
            return true;
    }
    return false;
}

/* Does a jump of `size` bytes of `code` with 8 bits of distance lead into [from, to) among them? */
static bool has_short_jump(const uint8_t *code, uint64_t start, size_t size, uint64_t from, uint64_t to)
{
    for (size_t i = 1; i < size; i++) {
        const uint8_t op = code[i - 1];
        if ((op == JMP8 || op >> 4 == 7 || op >> 2 == 0xe0 >> 2) &&
            start + i + 1 + (uint64_t) (int64_t) (int8_t) code[i] - from < to - from)
            return true;
    }
    return false;
}

static bool is_jumped_into(const struct cpu_text *text, uint64_t from, uint64_t to)
{
    uint8_t around[LOOKED_AT + 2 * 130 + 16];
    const uint64_t near = MAX(from - MIN(from, 130), text->start), near_end = MIN(to + 130, text->end);
    return near_end - near > sizeof around || !read_code(text, near, around, near_end - near) ||
           has_short_jump(around, near, near_end - near, from, to) || is_led_into(text, from, to);
}

/* The length of the no-operation that begins here, or 0. */
static unsigned nop_length(const uint8_t *c, unsigned left)
{
    unsigned prefixes = 0;
    while (prefixes < left && (c[prefixes] == 0x66 || c[prefixes] == 0x2e))
        prefixes++;
    if (prefixes == left)
        return 0;
    if (c[prefixes] == 0xcc && !prefixes)
        return 1;
    if (c[prefixes] == 0x90)
        return prefixes + 1;
    if (left - prefixes < 3 || c[prefixes] != 0x0f || c[prefixes + 1] != 0x1f)
        return 0;
    static const uint8_t forms[][2] = {{0x00, 3}, {0x40, 4}, {0x44, 5}, {0x80, 7}, {0x84, 8}};
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++)
        if (c[prefixes + 2] == forms[i][0] && prefixes + forms[i][1] <= left)
            return prefixes + forms[i][1];
    return 0;
}

static bool is_rex(uint8_t byte)
{
    return (byte & 0xf0) == 0x40;
}

/* Of a ModRM byte with all that it brings. */
static unsigned modrm_length(const uint8_t *c)
{
    const unsigned mod = *c >> 6, rm = *c & 7, sib = mod != 3 && rm == 4;
    const bool far = mod == 2 || (mod == 0 && (rm == 5 || (sib && (c[1] & 7) == 5)));
    return 1 + sib + (far ? 4 : mod == 1);
}

/* The length of an instruction that another one follows, of the kinds that stand behind calls; 0: of another kind. */
static unsigned instruction_length(const uint8_t *c)
{
    unsigned n = 0;
    bool half = false, wide = false;
    for (; n < 4 && (c[n] == 0x66 || c[n] == 0x64 || c[n] == 0xf3); n++)
        half |= c[n] == 0x66;
    if (is_rex(c[n]))
        wide = c[n++] & 8;
    const uint8_t op = c[n++], *rest = c + n;
    const unsigned group = *rest >> 3 & 7;
    if (op == 0x0f) {
        if (*rest == 0x05)
            return n + 1;
        if (*rest >> 4 == 8)
            return n + 5;
        const bool known = (*rest | 1) == 0x1f || *rest >> 4 == 4 || *rest >> 4 == 9 || (*rest & 0xf6) == 0xb6;
        return known ? n + 1 + modrm_length(rest + 1) : 0;
    }
    if ((op < 0x40 && (op & 7) < 4) || op == 0x63 || (op >= 0x84 && op <= 0x8b) || op == 0x8d ||
        (op == 0xf7 && group >= 2) || (op == 0xff && group <= 2))
        return n + modrm_length(rest);
    if (op == 0x80 || op == 0x83 || op == 0xc0 || op == 0xc1 || op == 0xc6)
        return n + modrm_length(rest) + 1;
    if (op >> 4 == 5 || op == 0x90 || op == 0xc9)
        return n;
    if ((op < 0x40 && (op & 7) == 4) || op == 0xa8 || op >> 4 == 7)
        return n + 1;
    if (half) /* numbers of 16 bits */
        return 0;
    if (op == 0x81 || op == 0xc7)
        return n + modrm_length(rest) + 4;
    if ((op < 0x40 && (op & 7) == 5) || op == 0xa9 || op == CALL32 || (op >> 3 == MOV_EAX >> 3 && !wide))
        return n + 4;
    return 0;
}

/* Five bytes near a call that are never executed: what fills the space between a RET and the next function. 0: none. A byte like that of RET may
 * as well be the end of another instruction, which goes on into what fills the space before a loop: only what is reached from the call, one
 * instruction after the other or by a jump on the way, is one. */
static uint64_t find_hole(const struct cpu_text *text, uint64_t site)
{
    uint8_t code[NEAR + 16] = {0};
    const unsigned size = (unsigned) MIN(NEAR, text->end - site);
    if (!read_code(text, site, code, size))
        return 0;
    for (unsigned i = 0, n, target = 0; i < size; i += n) {
        n = instruction_length(code + i);
        if (code[i] >> 4 == 7 && code[i + 1] < 0x80)
            target = i + 2 + code[i + 1];
        if (n)
            continue;
        if (code[i] != RET)
            return 0;
        const unsigned end = (unsigned) (((site + i + 1 + 15) & ~15ull) - site);
        unsigned p = i + 1, nop;
        while (p < end && end <= size && (nop = nop_length(code + p, end - p)))
            p += nop;
        if (p == end && end - i > 5 && !is_jumped_into(text, site + i + 1, site + end))
            return site + i + 1;
        if (target <= i)
            return 0;
        i = target;
    }
    return 0;
}

/* ---- what is changed ---- */

static void jump_to(struct patch *p, uint64_t at, uint64_t to)
{
    const int32_t rel = (int32_t) (to - (at + 5));
    *p = (struct patch){.at = at, .size = 5, .code = {JMP32}};
    memcpy(p->code + 1, &rel, sizeof rel);
}

static bool reaches(uint64_t from, uint64_t to)
{
    const int64_t d = (int64_t) (to - from);
    return d < REACH && d > -REACH;
}

/* Room for another stub, or 0. */
static uint64_t find_stub(struct machine *m, const struct cpu_text *text, uint64_t site)
{
    struct rewriting *w = m->rewriting;
    for (unsigned i = 0; i < w->rooms; i++)
        if (w->room[i].used < ROOM_STUBS && reaches(site, w->room[i].start))
            return w->room[i].start + (uint64_t) w->room[i].used++ * STUB_SIZE;
    const uint64_t at = text->room;
    if (!at || w->full || w->rooms == MAX_ROOMS || !reaches(site, at) || !direct_exclude(m, at, at + CHUNK))
        return 0;
    if (host(SYS_mprotect, at, ROOM_SIZE, PROT_READ | PROT_EXEC)) { /* it is reserved */
        w->full = true;                                             /* the host refuses: it is not asked again */
        return 0;
    }
    w->room[w->rooms].start = at;
    w->room[w->rooms++].used = 1;
    return at;
}

/* `load` sets the call's number; the rest says where the call returns to, and goes to the supervisor. */
static bool write_stub(const struct self *self, uint64_t stub, const uint8_t *load, unsigned loads, uint64_t site)
{
    static const uint8_t lea_rcx[] = {0x48, 0x8d, 0x0d}, movabs_r11[] = {0x49, 0xbb}, jmp_r11[] = {0x41, 0xff, 0xe3};
    const uint64_t to = (uint64_t) direct_jumped;
    uint8_t code[STUB_SIZE], *p = code;
    memset(code, 0xcc, sizeof code);
    p = (uint8_t *) memcpy(p, load, loads) + loads;
    p = (uint8_t *) memcpy(p, lea_rcx, sizeof lea_rcx) + sizeof lea_rcx;
    const int32_t rel = (int32_t) (site - (stub + (uint64_t) (p - code) + 4));
    p = (uint8_t *) memcpy(p, &rel, sizeof rel) + sizeof rel;
    p = (uint8_t *) memcpy(p, movabs_r11, sizeof movabs_r11) + sizeof movabs_r11;
    p = (uint8_t *) memcpy(p, &to, sizeof to) + sizeof to;
    memcpy(p, jmp_r11, sizeof jmp_r11);
    return write_code(self, stub, code, sizeof code);
}

/* All processors see the code as it is now. */
static bool sync_code(void)
{
    return host(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0) == 0;
}

/* Other threads may be executing it. Whoever comes by meets the old code, a HLT, which is tried again (direct_site_at()), or the new. */
static bool apply(struct rewriting *w, const struct self *self, const struct cpu_text *text, const struct patch *p)
{
    const uint8_t stop = HLT;
    uint8_t old[sizeof p->code];
    if (!read_code(text, p->at, old, p->size) || !sync_code())
        return false;
    w->at[w->sites] = p->at;
    __atomic_store_n(&w->sites, w->sites + 1, __ATOMIC_RELEASE);
    if (!is_ours(w, page_down(p->at)))
        w->page[w->pages++] = page_down(p->at);
    if (!write_code(self, p->at, &stop, 1)) /* the kernel has no such writes (proc_mem.force_override) */
        return false;
    sync_code();
    bool ok = write_code(self, p->at + 1, p->code + 1, p->size - 1);
    sync_code();
    return write_code(self, p->at, ok ? p->code : old, 1) && sync_code() && ok;
}

/* MOV of a number to EAX and SYSCALL: the five bytes of the MOV become a jump. Who jumps to the SYSCALL itself still finds it. */
static void rewrite_mov(struct machine *m, const struct self *self, uint64_t site, const struct cpu_text *text)
{
    struct rewriting *w = m->rewriting;
    const uint64_t at = site - 7;
    uint8_t load[5];
    struct patch p;
    if (!may_change(w, self, text, at, site) || is_jumped_into(text, at + 1, at + 5) || !read_code(text, at, load, 5))
        return;
    const uint64_t stub = find_stub(m, text, site);
    if (!stub || !write_stub(self, stub, load, sizeof load, site))
        return;
    jump_to(&p, at, stub);
    apply(w, self, text, &p);
}

/* XOR EAX, EAX and SYSCALL, for read(2): its two bytes become a short jump to a hole, where the long one is. */
static void rewrite_xor(struct machine *m, const struct self *self, uint64_t site, const struct cpu_text *text)
{
    struct rewriting *w = m->rewriting;
    const uint64_t at = site - 4, hole = find_hole(text, site);
    uint8_t load[2];
    struct patch p = {.at = at, .size = 2}, far;
    if (!hole || !may_change(w, self, text, at, hole + 5) || is_jumped_into(text, at + 1, at + 2) ||
        !read_code(text, at, load, sizeof load))
        return;
    const uint64_t stub = find_stub(m, text, site);
    if (!stub || !write_stub(self, stub, load, sizeof load, site))
        return;
    jump_to(&far, hole, stub);
    p.code[0] = JMP8;
    p.code[1] = (uint8_t) (hole - (at + 2));
    if (apply(w, self, text, &far))
        apply(w, self, text, &p);
}

static int into_window(int fd)
{
    return fd < 0 ? fd : fds_adopt_fd(fd, false);
}

/* `code`, up to the end of the SYSCALL, begins with the byte before what may be a MOV to EAX. Only the number that the call really had tells that it
 * is one, and not the end of another instruction; and no REX prefix may make it a MOV, or an XOR, of another register. */
void direct_rewrite(struct machine *m, uint64_t site, uint64_t nr, const struct cpu_text *text)
{
    if (text->end - text->start > TEXT_MAX || !is_time(site, text->end - text->start) ||
        site < text->start + LOOKED_AT || site > text->end || direct_rewritten(m) + 2 > MAX_SITES)
        return;
    if (!m->rewriting) {
        struct rewriting *w = calloc(1, sizeof *w);
        if (!w)
            return;
        __atomic_store_n(&m->rewriting, w, __ATOMIC_RELEASE);
    }
    const struct self self = {
        .mem = into_window((int) host(SYS_openat, PROCFS("/proc/thread-self/mem"), O_RDWR | O_CLOEXEC)),
        .pagemap = into_window((int) host(SYS_openat, PROCFS("/proc/thread-self/pagemap"), O_RDONLY | O_CLOEXEC)),
    };
    uint8_t code[LOOKED_AT];
    uint32_t number;
    if (self.mem >= 0 && self.pagemap >= 0 && read_code(text, site - sizeof code, code, sizeof code) &&
        code[6] == 0x0f && code[7] == 0x05) {
        memcpy(&number, code + 2, sizeof number);
        const bool by_mov = code[1] == MOV_EAX && number == nr && !is_rex(code[0]);
        const bool by_xor = code[4] == 0x31 && code[5] == 0xc0 && nr == 0 && !is_rex(code[3]);
        if (by_mov)
            rewrite_mov(m, &self, site, text);
        else if (by_xor)
            rewrite_xor(m, &self, site, text);
    }
    fds_close(self.mem);
    fds_close(self.pagemap);
}
