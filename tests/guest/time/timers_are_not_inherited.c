/* covers: timer_create timer_gettime fork execve */
#include "told.h"

int main(int argc, char **argv)
{
    struct itimerspec hour = {.it_value = {3600, 0}}, now;
    timer_t t;
    if (argc > 1) {
        show("after exec", raw(timer_gettime, atoi(argv[1]), &now));
        show("delete", raw(timer_delete, atoi(argv[1])));
        return 0;
    }
    int id = -1;
    MUST(raw(timer_create, CLOCK_MONOTONIC, NULL, &id) == 0);
    MUST(raw(timer_settime, id, 0, &hour, NULL) == 0);
    IN_CHILD(show("in a child", raw(timer_gettime, id, &now)); MUST(timer_create(CLOCK_REALTIME, NULL, &t) == 0);
             show("its own", timer_delete(t)));
    show("here", raw(timer_gettime, id, &now));
    char num[16];
    snprintf(num, sizeof(num), "%d", id);
    IN_CHILD(execl("/proc/self/exe", argv[0], num, NULL));
    show("still here", raw(timer_delete, id));
    return t_end();
}
