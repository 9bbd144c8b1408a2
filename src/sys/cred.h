/* Who the guest is. The host's credentials, unless --user says something else: then they are only told and kept here, and exec has to
 * pass them on. */
#ifndef SYS_CRED_H
#define SYS_CRED_H

#include "base/base.h"

struct sys_cred {
    bool told; /* --user: everything below is what the guest sees */
    uint32_t ruid, euid, suid, fsuid;
    uint32_t rgid, egid, sgid, fsgid;
};

extern struct sys_cred sys_cred;

/* First process with --user. */
void sys_cred_tell(uint32_t uid, uint32_t gid);
/* Has the calling thread capability `cap` (capabilities(7)) in its user namespace? The host's word: --user changes nothing. */
bool sys_cred_can(unsigned cap);
/* For the auxiliary vector and /proc: what the guest sees now, filled from the host without --user. */
void sys_cred_now(struct sys_cred *out);

#endif
