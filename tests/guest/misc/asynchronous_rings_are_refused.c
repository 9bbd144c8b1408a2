/* covers: io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_uring_setup io_uring_enter io_uring_register
 * lookup_dcookie */
/* svm: no (differs from native on purpose: see known-differences) */
#include "t.h"

int main(void)
{
    unsigned long ctx = 0;

    show("io_setup", raw(io_setup, 0, &ctx));
    show("io_submit", raw(io_submit, 0, 1, BAD_PTR));
    show("io_cancel", raw(io_cancel, 0, BAD_PTR, BAD_PTR));
    show("io_getevents", raw(io_getevents, 0, 1, 1, BAD_PTR, 0));
    show("io_pgetevents", raw(io_pgetevents, 0, 1, 1, BAD_PTR, 0, 0));
    show("io_destroy", raw(io_destroy, 0));
    show("io_uring_setup", raw(io_uring_setup, 0, BAD_PTR));
    show("io_uring_enter", raw(io_uring_enter, -1, 0, 0, 0, 0, 0));
    show("io_uring_register", raw(io_uring_register, -1, 0, BAD_PTR, 0));
    show("lookup_dcookie", raw(lookup_dcookie, 0, BAD_PTR, 1));
    return t_end();
}
