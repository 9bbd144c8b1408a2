/* covers: init_module finit_module delete_module kexec_load kexec_file_load bpf perf_event_open */
/* svm: no (differs from native on purpose: see known-differences) */
#include "t.h"

/* Wrong in every argument, so that nothing happens where these calls are allowed. */
int main(void)
{
    show("init_module", raw(init_module, BAD_PTR, 0, BAD_PTR));
    show("finit_module", raw(finit_module, -1, BAD_PTR, 0));
    show("delete_module", raw(delete_module, BAD_PTR, 0));
    show("kexec_load", raw(kexec_load, 0, 1000, BAD_PTR, 0));
    show("kexec_file_load", raw(kexec_file_load, -1, -1, 0, BAD_PTR, 0xff));
    show("bpf", raw(bpf, 9999, BAD_PTR, 8));
    show("perf_event_open", raw(perf_event_open, BAD_PTR, 0, -1, -1, 0));
    return t_end();
}
