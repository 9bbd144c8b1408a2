#include "task/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "task/image.h"
#include "task/seccomp.h"
#include "task/signal.h"

#define PIECE_MAX (64ull << 10) /* contents of memory come in pieces of at most so much */

struct fork_setup fork_setup = {.kind = SPACE_COW, .dir = -1};
/* Between two pieces of contents: where the next one goes; size 0: no more. */
struct piece_head {
    uint64_t va, size;
};

/* ---- the parent ---- */

static int send_all(int fd, const void *data, size_t size)
{
    int r = fault(FAULT_FORK_SEND);
    for (size_t done = 0; done < size && r == 0;) {
        long n = host(SYS_sendto, fd, (const char *) data + done, size - done, MSG_NOSIGNAL, NULL, 0);
        if (n == -EINTR)
            continue;
        if (n < 0)
            r = (int) n;
        else
            done += (size_t) n;
    }
    return r;
}

static int send_piece(void *arg, gva_t va, const void *data, size_t size)
{
    const int *fd = arg;
    const struct piece_head head = {va.v, size};
    int r = send_all(*fd, &head, sizeof head);
    return r ? r : send_all(*fd, data, size);
}

static void describe_thread(const struct thread *t, const struct cpu_state *cpu, struct thread_image *out)
{
    *out = (struct thread_image){.regs = cpu->regs,
                                 .fs_base = cpu->fs_base,
                                 .gs_base = cpu->gs_base,
                                 .sigmask = t->sigmask,
                                 .altstack_sp = t->altstack_sp,
                                 .altstack_size = t->altstack_size,
                                 .altstack_flags = t->altstack_flags,
                                 .trap = t->trap};
}

struct picture {
    const struct thread *thread;
    struct space *space;
    struct sighand *sighand;
    struct process_state st;
    struct stream_writer w; /* after picture_take() */
    int memfile;            /* the child's, -1: none */
    int pagemap;            /* /proc/thread-self/pagemap, -1: refused */
    int pid;                /* the parent's */
    bool taken;
};

void picture_free(struct picture *pic)
{
    if (!pic)
        return;
    fds_close(pic->memfile);
    fds_close(pic->pagemap);
    space_state_free(&pic->st.space);
    free((void *) pic->st.seccomp);
    free(pic->w.data);
    free(pic);
}

/* Opened beforehand and kept in the window: at the moment of the fork there may be no number free. */
static int open_pagemap(void)
{
    int fd = (int) host(SYS_openat, PROCFS("/proc/thread-self/pagemap"), O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, false);
    fds_set_private(fd, true);
    return fd < 0 ? -1 : fd;
}

/* No room is a failure, but no clones, or no right to make the file, leave the other way: contents are sent. */
static bool is_refusal(int err)
{
    if (err != -EOPNOTSUPP && err != -EXDEV && err != -EINVAL && err != -ENOTTY && err != -EACCES && err != -EPERM &&
        err != -EROFS && err != -EFBIG)
        return false;
    fork_counts.refused = (uint64_t) -err;
    return true;
}

int picture_new(struct thread *t, const struct cpu_state *cpu, struct picture **out)
{
    struct process *p = t->proc;
    struct picture *pic = calloc(1, sizeof *pic);
    if (!pic)
        return -ENOMEM;
    *pic = (struct picture){.thread = t, .space = p->space, .sighand = p->sighand, .memfile = -1, .pid = p->pid};
    describe_thread(t, cpu, &pic->st.thread);
    pic->st.xsave = cpu->xsave;
    pic->st.xsave_size = cpu->xsave_size;
    fds_create_lock();
    pic->pagemap = open_pagemap();
    int r = 0;
    if (space_in_file(p->space))
        r = pic->memfile = space_memfile_new(p->space, fork_setup.dir);
    fds_set_private(pic->memfile, true);
    fds_create_unlock();
    if (r < 0 && !is_refusal(r)) {
        picture_free(pic);
        return r;
    }
    *out = pic;
    return 0;
}

int picture_take(struct picture *pic)
{
    struct process_state *st = &pic->st;
    machine_stop(space_machine(pic->space), 0);
    pic->taken = true;
    int r = pic->memfile >= 0 ? space_memfile_clone(pic->space, pic->memfile) : 0;
    if (is_refusal(r)) {
        fds_close(pic->memfile);
        pic->memfile = -1;
        r = 0;
    }
    if (r == 0)
        r = space_save(pic->space, &st->space);
    st->space.space.memfile = pic->memfile;
    st->process.start = pic->thread->proc->start;
    st->process.start.why = NULL;
    memcpy(st->action, pic->sighand->action, sizeof st->action);
    st->seccomp = seccomp_save(pic->thread, &st->seccomp_size);
    if (r == 0 && st->seccomp_size && !st->seccomp)
        r = -ENOMEM;
    if (r)
        return r;
    stream_begin(&pic->w);
    image_put(&pic->w, st);
    r = stream_end(&pic->w);
    if (r)
        pic->w.data = NULL;
    return r ? r : space_keep_from_fork(pic->space, true);
}

int picture_memfile(const struct picture *pic)
{
    return pic->memfile;
}

void picture_send(struct picture *pic, int fd)
{
    const struct piece_head end = {0, 0};
    int r = fd < 0 ? -EBADF : space_send(pic->space, pic->memfile >= 0, pic->pagemap, send_piece, &fd);
    if (r == 0)
        r = send_all(fd, &end, sizeof end);
    if (r && fd >= 0)
        host(SYS_shutdown, fd, SHUT_WR); /* the child waits for more, and we for it */
    if (pic->taken)
        machine_go(space_machine(pic->space));
}

/* ---- the child ---- */

/* What comes may not be our parent's, for the sockets were a moment at numbers that its other threads can name: it is bytes for memory that the
 * guest may have changed, and nothing else. */
static int receive_contents(struct space *sp, int fd)
{
    for (;;) {
        struct piece_head head;
        int r = fault(FAULT_FORK_RECEIVE);
        if (r == 0)
            r = stream_read_all(fd, &head, sizeof head);
        if (r || head.size == 0)
            return r;
        void *to = head.size > PIECE_MAX ? NULL : space_receive(sp, gva(head.va), head.size);
        if (!to)
            return -EINVAL;
        r = stream_read_all(fd, to, head.size);
        if (r == 0)
            r = space_received(sp, gva(head.va), head.size);
        if (r)
            return r;
    }
}

static int load_thread(const struct process_state *st, struct thread *t)
{
    const struct thread_image *im = &st->thread;
    int r = vcpu_create(space_machine(t->proc->space), &t->vcpu);
    if (r)
        return r;
    t->regs = vcpu_regs(t->vcpu);
    if (!st->xsave || st->xsave_size != machine_traits(thread_machine(t)).xsave_size)
        return -EINVAL;
    size_t size = sizeof(struct cpu_state) + st->xsave_size;
    autofree struct cpu_state *cpu = aligned_alloc(64, (size + 63) & ~63ull);
    if (!cpu)
        return -ENOMEM;
    *cpu = (struct cpu_state){
        .regs = im->regs, .fs_base = im->fs_base, .gs_base = im->gs_base, .xsave_size = st->xsave_size};
    memcpy(cpu->xsave, st->xsave, st->xsave_size);
    r = vcpu_load(t->vcpu, cpu);
    seccomp_drop(t);
    if (r == 0)
        r = seccomp_load(t, st->seccomp, st->seccomp_size);
    signal_set_mask(t, im->sigmask);
    t->altstack_sp = im->altstack_sp, t->altstack_size = im->altstack_size, t->altstack_flags = im->altstack_flags;
    t->trap = im->trap;
    return r;
}

static int load(struct thread *t, const struct process_state *st, int fd)
{
    struct process *p = t->proc;
    int r = image_check(st);
    if (r == 0)
        r = fault(FAULT_FORK_DECODE);
    if (r == 0)
        r = space_replace(&p->space, &st->space);
    if (r)
        return r;
    p->start = st->process.start;
    memcpy(p->sighand->action, st->action, sizeof st->action);
    r = load_thread(st, t);
    if (r == 0)
        r = space_load_clock(p->space);
    return r ? r : receive_contents(p->space, fd);
}

int picture_load(struct picture *pic, struct thread *t, int fd)
{
    struct stream_reader r;
    int err = stream_adopt(&r, steal_ptr(&pic->w.data), pic->w.size, pic->pid);
    pic->memfile = -1; /* ours now, by the number in the stream */
    pic->pagemap = -1; /* the parent's: dropped, or in a table that is its, too */
    picture_free(pic);
    autofree struct process_state *st = calloc(1, sizeof *st);
    if (err == 0 && !st) {
        stream_close(&r);
        err = -ENOMEM;
    }
    if (err)
        return err;
    const void *data;
    size_t size;
    bool bad = false;
    for (enum stream_tag tag; (tag = stream_next(&r, &data, &size)) != ST_END;)
        bad |= !image_take(st, tag, data, size, &bad);
    err = bad ? -EINVAL : load(t, st, fd);
    stream_close(&r);
    return err;
}
