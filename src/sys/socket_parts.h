/* What the two files of sockets have in common: socket.c has addresses, single buffers and options, message.c messages and what they carry. */
#ifndef SYS_SOCKET_PARTS_H
#define SYS_SOCKET_PARTS_H

#include <sys/socket.h>
#include <sys/un.h>

#include "fs/path.h"
#include "task/task.h"

/* Flags with MSG_CMSG_COMPAT, which only the 32-bit entry may set, are refused before the descriptor is looked at. */
#define COMPAT_FLAG 0x80000000ull
#define COMPAT(flags) ((flags) &COMPAT_FLAG)

struct addr {
    union {
        struct sockaddr sa;
        struct sockaddr_un un;
        struct sockaddr_storage any;
        char raw[sizeof(struct sockaddr_storage) + 1];
    };
    int len;
    const void *host; /* what to hand to the host */
    struct fs_at at;
    bool resolved;
};

/* Read an address that the guest passes. Lengths that the kernel refuses and bad addresses are left for it to refuse. End with
 * socket_addr_done() when 0. */
int socket_addr_get(struct thread *t, struct addr *ad, uint64_t va, int len, bool create);
/* Tell the guest an address, as move_addr_to_user() does: cut to what it has room for, with the full length. */
int socket_addr_put(struct thread *t, struct addr *ad, uint64_t va, uint64_t lenva);
void socket_addr_done(struct addr *ad);
/* `err`, unless `fd` is no socket: the kernel says that first. */
int64_t socket_error(int fd, int64_t err);

#endif
