/* covers: set_robust_list get_robust_list futex exit */
/* translated: no (under the translator it does not end) */
#include "child.h"
#include "threads.h"

static void *dies(void *arg)
{
    pthread_mutex_lock(arg);
    return NULL;
}

int main(void)
{
    pthread_mutexattr_t ma;
    pthread_mutex_t *m = shared_mem(T_PAGE);
    void *head = NULL;
    size_t len = 0;
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    for (int i = 0; i < 8; i++)
        pthread_mutex_init(&m[i], &ma);

    thread_join(thread_start(dies, &m[0]));
    printf("thread died: %s\n", errname(pthread_mutex_lock(&m[0])));
    printf("made consistent: %s\n", pthread_mutex_consistent(&m[0]) ? "no" : "yes");
    pthread_mutex_unlock(&m[0]);
    printf("again: %s\n", pthread_mutex_lock(&m[0]) ? "no" : "yes");
    pthread_mutex_unlock(&m[0]);

    thread_join(thread_start(dies, &m[1]));
    printf("thread died: %s\n", errname(pthread_mutex_lock(&m[1])));
    pthread_mutex_unlock(&m[1]);
    printf("never made consistent: %s\n", errname(pthread_mutex_lock(&m[1])));

    show_status("process exits", IN_CHILD(pthread_mutex_lock(&m[2])));
    printf("process died: %s\n", errname(pthread_mutex_lock(&m[2])));
    /* exec leaves what the program held */
    show_status("process execs", IN_CHILD({
                    pthread_mutex_lock(&m[5]);
                    execl("/bin/true", "true", (char *) NULL);
                }));
    printf("process has another program: %s\n", errname(pthread_mutex_lock(&m[5])));

    show("ask", raw(get_robust_list, 0, &head, &len));
    printf("length %zu\n", len);
    show("ask about itself", raw(get_robust_list, getpid(), &head, &len));
    show("no such thread", raw(get_robust_list, 0x3fffffff, &head, &len));
    show("to nowhere", raw(get_robust_list, 0, BAD_PTR, &len));
    show("wrong length", raw(set_robust_list, head, 23));
    show("set", raw(set_robust_list, head, 24));
    return t_end();
}
