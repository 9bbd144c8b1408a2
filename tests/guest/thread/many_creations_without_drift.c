/* covers: clone clone3 futex */
/* translated: no (under the translator it takes minutes) */
/* svm: no (takes long there) */
/* Creating and joining again and again: no mapping, descriptor or task is left, and the last thousand is about as fast as the first. */
#include <dirent.h>

#include "threads.h"

static void *nothing(void *arg)
{
    return arg;
}

static int count(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    MUST(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static long pages(void)
{
    char buf[256];
    long size, rss = 0;
    MUST(get_file("/proc/self/statm", buf, sizeof buf) > 0);
    sscanf(buf, "%ld %ld", &size, &rss);
    return rss;
}

static int64_t some(int n)
{
    int64_t t0 = now_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < n; i++)
        CHECK(thread_join(thread_start(nothing, (void *) (intptr_t) i)) == (void *) (intptr_t) i);
    return now_ns(CLOCK_MONOTONIC) - t0;
}

int main(void)
{
    int total = how_often(3000, 100000), part = total / 10;
    some(100);
    int fds = count("/proc/self/fd");
    long rss = pages();
    int64_t first = some(part), last = first;
    for (int i = 1; i < 10; i++) {
        int64_t t = some(part);
        last = i == 1 || t < last ? t : last;
    }
    CHECK(count("/proc/self/fd") == fds);
    CHECK(pages() - rss < 2048);
    CHECK(last < 8 * first);
    for (int i = 0; count("/proc/self/task") != 3 && i < 100000; i++)
        sched_yield();
    CHECK(count("/proc/self/task") == 3);
    return t_end();
}
