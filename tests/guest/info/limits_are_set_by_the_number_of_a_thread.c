/* covers: prlimit64 */
#include <pthread.h>
#include <sys/resource.h>

#include "../t.h"

/* Any thread's number names the process whose limits these are. */
static void each(const char *who, long tid)
{
    static const int kinds[] = {RLIMIT_STACK, RLIMIT_AS, RLIMIT_DATA, RLIMIT_NOFILE, RLIMIT_CORE};
    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct rlimit old, new, now;
        MUST(raw(prlimit64, 0, kinds[i], NULL, &old) == 0);
        new = old;
        new.rlim_cur = kinds[i] == RLIMIT_NOFILE ? 100 + i : (64ul << 30) + i *T_PAGE;
        if (new.rlim_cur > new.rlim_max)
            new.rlim_cur = new.rlim_max;
        printf("%s: limit %d, ", who, kinds[i]);
        show("set", raw(prlimit64, tid, kinds[i], &new, &now));
        CHECK(!memcmp(&now, &old, sizeof now));
        MUST(getrlimit(kinds[i], &now) == 0);
        CHECK(now.rlim_cur == new.rlim_cur);
        MUST(raw(prlimit64, tid, kinds[i], &old, NULL) == 0);
    }
}

static void *thread(void *arg)
{
    each("its own", raw(gettid));
    each("the first one's", getpid());
    return arg;
}

static long first;

static void *last(void *arg)
{
    pthread_join(*(pthread_t *) arg, NULL);
    each("of the first one, which has ended", first);
    exit(t_end());
}

int main(void)
{
    static pthread_t me;
    pthread_t t;
    me = pthread_self();
    first = getpid();
    MUST(pthread_create(&t, NULL, thread, NULL) == 0 && pthread_join(t, NULL) == 0);
    MUST(pthread_create(&t, NULL, last, &me) == 0);
    pthread_exit(NULL);
}
