/* covers: seccomp ioctl */
#include "../listener.h"

static void asks(void)
{
    for (int i = 0; i < 5; i++)
        show("getpgid", syscall(SYS_getpgid, 0x1122334455667788, i, 3, 4, 5, 0x8877665544332211));
}

int main(void)
{
    int l;
    pid_t pid = ASKING(&l, 0, SYS_getpgid, asks());
    printf("close on exec %d\n", fcntl(l, F_GETFD));
    static const struct {
        int error;
        int64_t val;
    } answers[] = {{0, 4711}, {-EXFULL, 0}, {0, -EBADE}, {-512, 0}, {0, 0}};
    struct seccomp_notif n[5];
    long sent[5];
    for (int i = 0; i < 5; i++) {
        n[i] = ask_next(l);
        sent[i] = say(l, n[i].id, answers[i].error, answers[i].val, 0);
    }
    show_wait("child", pid);
    for (int i = 0; i < 5; i++) {
        const struct seccomp_data *d = &n[i].data;
        printf("pid %d flags %u nr %d arch %x args %llx %llu %llu %llu %llu %llx\n", n[i].pid == (unsigned) pid,
               n[i].flags, d->nr, d->arch, d->args[0], d->args[1], d->args[2], d->args[3], d->args[4], d->args[5]);
        printf("sent %ld\n", sent[i]);
        show("again", say(l, n[i].id, 0, 0, 0));
    }
    return t_end();
}
