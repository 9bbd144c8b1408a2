#include "task/seccomp_image.h"

#include <errno.h>
#include <string.h>

int seccomp_next_program(const uint8_t **p, uint32_t *left, struct seccomp_program *head, struct sock_filter *insn)
{
    if (*left < sizeof *head)
        return -EINVAL;
    memcpy(head, *p, sizeof *head);
    size_t bytes = head->n * sizeof *insn;
    if (head->n < 1 || head->n > BPF_MAXINSNS || head->notifies > 1 || head->logs > 1 || bytes > *left - sizeof *head)
        return -EINVAL;
    memcpy(insn, *p + sizeof *head, bytes);
    *p += sizeof *head + bytes;
    *left -= (uint32_t) (sizeof *head + bytes);
    return bpf_check(insn, head->n);
}

int seccomp_next_head(const uint8_t **p, uint32_t *left, struct seccomp_head *head)
{
    if (*left < sizeof *head)
        return -EINVAL;
    memcpy(head, *p, sizeof *head);
    *p += sizeof *head;
    *left -= (uint32_t) sizeof *head;
    return head->no_new_privs > 1 || head->pad ||
                   (head->mode == SECCOMP_MODE_FILTER ? head->filters < 1 || head->filters > SECCOMP_PATH_MAX
                                                      : head->mode != SECCOMP_MODE_STRICT || head->filters)
               ? -EINVAL
               : 0;
}

int seccomp_check(const void *data, uint32_t size)
{
    const uint8_t *p = data;
    struct seccomp_head head;
    struct seccomp_program one;
    struct sock_filter insn[BPF_MAXINSNS];
    if (!size)
        return 0;
    int r = seccomp_next_head(&p, &size, &head);
    for (uint32_t i = 0; r == 0 && i < head.filters; i++)
        r = seccomp_next_program(&p, &size, &one, insn);
    return r || size ? -EINVAL : 0;
}
