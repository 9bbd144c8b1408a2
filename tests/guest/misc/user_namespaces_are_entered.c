/* covers: unshare setns */
/* The kernel gives a user namespace only to a process with one thread. */
#include "child.h"
#include <pthread.h>
#include <sched.h>

static void map(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    printf("%s: ", file);
    show_ok("write", fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text) ? 0 : -1);
}

static void *other(void *arg)
{
    (void) arg;
    show("beside another thread", raw(unshare, CLONE_NEWUSER));
    return NULL;
}

int main(void)
{
    double sum = 0.5;
    pthread_t th;
    int ns;
    char text[64];
    int status = IN_CHILD({
        snprintf(text, sizeof(text), "0 %d 1", (int) geteuid());
        show("user", raw(unshare, CLONE_NEWUSER));
        sum += 0.25; /* what is in the registers goes on */
        map("/proc/self/setgroups", "deny");
        map("/proc/self/uid_map", text);
        printf("%d %.2f\n", (int) getuid(), sum);
        show("mounts and host name", raw(unshare, CLONE_NEWNS | CLONE_NEWUTS));
        show("host name", raw(sethostname, "inside", 6));
        show("once more", raw(unshare, CLONE_NEWUSER));
        MUST(pthread_create(&th, NULL, other, NULL) == 0 && pthread_join(th, NULL) == 0);
        show_status("grandchild", IN_CHILD({ execl("/bin/true", "true", NULL); }));
    });
    show_status("child", status);
    status = IN_CHILD({
        show("with a pid namespace", raw(unshare, CLONE_NEWUSER | CLONE_NEWPID));
        show_status("first of it", IN_CHILD({
                        printf("process %d\n", (int) getpid());
                        show("within", raw(unshare, CLONE_NEWUSER | CLONE_NEWNS));
                    }));
    });
    show_status("child", status);
    MUST((ns = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC)) >= 0);
    show("the one that it is in", raw(setns, ns, CLONE_NEWUSER));
    return t_end();
}
