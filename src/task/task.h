/* Guest processes and threads. A process is a host process, a thread a host thread with a vCPU; what the host kernel keeps (pids,
 * groups, wait status, fds, cwd, timers) is not repeated here. sys/ and fs/ read these; task/ owns them. */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include <pthread.h>
#include <signal.h>
#include <sys/queue.h>

#include "base/base.h"
#include "base/lock.h"
#include "cpu/cpu.h"
#include "elf/elf.h"
#include "mem/space.h"
#include "options.h"
#include "task/traced.h"

/* Kernel layout of a signal set and action (64 signals, bit n-1): never glibc's. */
typedef uint64_t ksigset_t;
#define KSIG_BIT(n) (1ull << ((n) -1))
#define KSIG_MAX 64
#define KSIG_DFL 0
#define KSIG_IGN 1

struct ksigaction { /* struct kernel_sigaction of x86-64 */
    uint64_t handler;
    uint64_t flags;
    uint64_t restorer;
    ksigset_t mask;
};

/* Dispositions as the guest set them. Shared by the threads of a process (and by CLONE_SIGHAND). */
struct sighand {
    struct lock lock; /* action[]; taken after the thread-list lock */
    struct ksigaction action[KSIG_MAX + 1];
    bool all;        /* traced: the host hands over every signal, and default actions are ours to do */
    ksigset_t quiet; /* atomic: nothing comes of them; see sys_block() */
    int ends
        [KSIG_MAX +
         1]; /* the process that ends by this signal, for which the host's action is the default one; others may share both */
};

/* SIGSEGV (0) and SIGBUS (1) that came from outside and wait for a mask: those two are never blocked on the host. */
struct sync_signals {
    int taken; /* bit 0, bit 1; atomic */
    siginfo_t info[2];
};

static inline int sync_taken(const struct sync_signals *s)
{
    return __atomic_load_n(&s->taken, __ATOMIC_SEQ_CST) & 3; /* pairs with signal_set_mask() */
}

#define PROCESS_ENDS 0x10000

struct process {
    struct space *space;
    struct sighand *sighand;
    const struct options *opt;
    int pid;

    pthread_mutex_t lock;      /* threads, nthreads, the threads' seccomp */
    pthread_mutex_t exec_lock; /* outside of `lock`: an exec, from the look at what it takes along to its end */
    LIST_HEAD(, thread) threads;
    unsigned nthreads; /* changed by process_add() and process_drop(), read without the lock by process_is_alone() */

    struct sync_signals sync; /* for whichever thread lets them in first */

    char *exe_path; /* absolute guest path: /proc/self/exe */
    struct elf_start start;
    char comm[16];
    bool translated;            /* what is loaded is the translator of the program */
    bool shares_fs;             /* root and working directory, by CLONE_FS, with a process of other memory */
    bool vfork_child;           /* runs in its parent's address space until exec or exit, */
    struct process *next_guest; /* in process_guests */
    struct program *execing;    /* what its exec leaves there: the parent frees it */

    struct tracer tracer;
    int traced;  /* threads that are */
    int ending;  /* a traced process ends: PROCESS_ENDS and its status. Its threads wait to be collected */
    int exec_by; /* so do those that an exec of this thread ends */
    int group_stop, group_seq; /* the signal of the last stop of a traced process, and their number */
    int forked_by;             /* the parent's thread */
    int forking; /* its number, while a child is made that does not say when it is there; in that child, until it is */
    int cont_seen;                /* atomic: the SIGCONT that is pending has let the traced process go on */
    struct traced_fds traced_fds; /* under `lock`, while anyone is traced */
};

/* What binds a thread's system calls (seccomp.h). Changed with the process's lock held, by other threads of it too; read without. */
struct seccomp_state {
    struct seccomp_filter *filter; /* the youngest */
    uint32_t mode;                 /* SECCOMP_MODE_* */
    uint32_t filters;
    uint32_t no_new_privs; /* another thread gave it this, which only it can tell the host: at its next call */
};

/* PR_SET_SYSCALL_USER_DISPATCH: calls from elsewhere than [offset, offset+len) are signals, unless the byte at `selector` lets them be calls.
 * Only of the thread that asked for it; gone with an exec. */
struct user_dispatch {
    bool on;
    uint64_t offset, len, selector;
};

/* The last fault of a thread, as every later frame shows it: trapno, error code and CR2 of struct sigcontext. */
struct trap_info {
    uint64_t trapno, error, cr2;
};

struct thread {
    LIST_ENTRY(thread) link;
    struct process *proc;
    struct vcpu *vcpu;
    struct cpu_regs *regs; /* vcpu_regs(vcpu) */
    int tid;

    /* signals */
    ksigset_t sigmask;    /* the guest's mask: what KVM_RUN and blocking calls let in is ~sigmask */
    ksigset_t saved_mask; /* to restore after the handler, for sigsuspend, ppoll, pselect, epoll_pwait */
    bool restore_mask;
    volatile int
        sig_taken; /* atomic: a handler may come in between. Bit 0: a siginfo waits in sig_info, the host mask is all blocked meanwhile */
    siginfo_t sig_info;
    struct sync_signals sync; /* for this thread alone */
    ksigset_t sync_wanted;    /* those of them that rt_sigtimedwait(2) waits for, though they are blocked */
    struct trap_info trap;
    struct selectors {
        uint16_t cs, ss;
    } refused; /* of a frame, until the SIGSEGV for that has its own; else 0 */
    uint64_t altstack_sp, altstack_size;
    int altstack_flags;

    /* system call in progress */
    uint64_t nr, args[6];
    uint64_t call_ip;                       /* what follows the SYSCALL; of a vsyscall, its entry */
    bool in_syscall;                        /* rax holds a result that restart may replace */
    int64_t (*restart_fn)(struct thread *); /* restart_syscall(2) */
    uint64_t restart_data[6];

    struct seccomp_state seccomp;
    struct user_dispatch dispatch;
    gva_t clear_child_tid;
    uint32_t *vfork_done; /* CLONE_VFORK: futex word of the thread that waits for the end of this one */
    gva_t robust_list;    /* atomic: the end of the process, and get_robust_list(2), read that of others */
    /* What the host's kernel has in its stead, as struct robust_list_head: a list of ours, whose first entry is the guest's head, or which is empty. */
    struct robust_gate {
        uint64_t next;
        int64_t offset;
        uint64_t pending;
    } gate;
    uint64_t robust_at; /* the guest's head, in our memory; 0: none */
    bool robust_told;
    ksigset_t quiet;    /* atomic: in a call that would block, what it leaves out of the window; see sys_block() */
    uint64_t bus_rip;   /* where a CPU_BUS was taken up last */
    unsigned bus_tries; /* how often there, with no #PF in between */

    struct traced trace;
    volatile int in_wait; /* in wait4 or waitid, which a notice ends */
};

extern __thread struct thread *current;

static inline struct machine *thread_machine(const struct thread *t)
{
    return space_machine(t->proc->space);
}

/* The id of another thread, with p->lock held; 0: it has only just been made. */
static inline int thread_id(const struct thread *t)
{
    return __atomic_load_n(&t->tid, __ATOMIC_RELAXED);
}

/* SIGSEGV and SIGBUS are never blocked on the host, so a blocked one that came from outside waits here. */
static inline bool signal_sync_deliverable(const struct thread *t)
{
    int taken = sync_taken(&t->sync) | sync_taken(&t->proc->sync);
    return ((taken & 1) && !(t->sigmask & KSIG_BIT(SIGSEGV))) || ((taken & 2) && !(t->sigmask & KSIG_BIT(SIGBUS)));
}

/* The layer above (sys/dispatch.c): serve the call in t->nr, t->args; the result goes to rax (a restart code too: signal delivery replaces it)
 * and t->in_syscall says that it is one. -ENO_RESULT leaves the registers alone. */
void sys_dispatch(struct thread *t);

/* Run `t` on the calling host thread, as `current`, until it ends. */
_Noreturn void thread_run(struct thread *t);

/* The first guest thread of `p`, for the calling host thread. */
int thread_attach(struct process *p, struct thread **out);

#endif
