/* Command line -> struct options. No side effects: nothing is opened, no process state changes. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/base.h"

/* Not said: by ELFUSE_BACKEND and ELFUSE_FORK, then auto. */
enum backend { BACKEND_UNSAID, BACKEND_AUTO, BACKEND_KVM, BACKEND_DIRECT };
enum fork_way { FORK_UNSAID, FORK_AUTO, FORK_COW, FORK_CLONE, FORK_COPY };

struct options {
    enum backend backend;
    enum fork_way fork;
    const char *memory_dir; /* FORK_CLONE: host directory for memory files, or NULL: TMPDIR */
    const char *sysroot;    /* host directory, or NULL */
    const char *workdir;    /* guest directory to start in, or NULL */
    const char *hostname;   /* what uname tells, or NULL */
    const char *trace_file; /* with trace: NULL = stderr */
    bool trace, stats, clear_env;
    bool quiet;             /* no word of running without isolation */
    bool require_isolation; /* rather not run than so */
    bool check;             /* run no program: OPTIONS_CHECK */
    bool set_user;          /* uid and gid below are what the guest is told */
    uint32_t uid, gid;
    uint64_t memory;     /* bytes, 0 = no limit */
    double timeout;      /* seconds, 0 = none */
    unsigned ntranslate; /* --translator 't', --translator-arg 'a', --cpu 'c', --no-translator 'n', in order */
    struct options_translate {
        char kind;
        const char *value; /* VALUE, or ARCH=VALUE */
    } * translate;
    unsigned nenv;
    const char **env; /* "K=V", or bare "K" (import from the environment) */
    char **argv;      /* program and its arguments, NULL-terminated */
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_FAULTS, OPTIONS_CHECK, OPTIONS_ERROR };

/* Parse. Strings are borrowed from argv; o->env is malloc'd. On OPTIONS_ERROR `err` holds one line saying what was wrong and what is
 * accepted. */
enum options_result options_parse(int argc, char **argv, struct options *o, char *err, size_t errsize);
extern const char options_help[];
/* The backend or way that `name` says: false when it says none. */
bool options_backend(const char *name, enum backend *out);
bool options_fork_way(const char *name, enum fork_way *out);

#endif
