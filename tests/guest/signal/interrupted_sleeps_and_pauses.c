/* covers: nanosleep clock_nanosleep pause rt_sigsuspend rt_sigtimedwait */
#include "interrupt.h"

static struct timespec hour = {3600, 0}, tomorrow, left;
static sigset_t none, usr2;

static long c_absolute(void)
{
    clock_gettime(CLOCK_MONOTONIC, &tomorrow);
    tomorrow.tv_sec += 86400;
    return raw(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &tomorrow, NULL);
}

SLEEPER(c_nanosleep, nanosleep(&hour, &left))
SLEEPER(c_nanosleep_no_rest, nanosleep(&hour, NULL))
SLEEPER(c_clock, raw(clock_nanosleep, CLOCK_REALTIME, 0, &hour, &left))
SLEEPER(c_boot, raw(clock_nanosleep, CLOCK_BOOTTIME, 0, &hour, NULL))
SLEEPER(c_pause, pause())
SLEEPER(c_sigsuspend, sigsuspend(&none))
SLEEPER(c_sigtimedwait, sigtimedwait(&usr2, NULL, &hour))
SLEEPER(c_sigwaitinfo, raw(rt_sigtimedwait, &usr2, NULL, NULL, 8))

static const struct sleeper calls[] = {
    {"nanosleep", c_nanosleep},     {"nanosleep, rest not wanted", c_nanosleep_no_rest},
    {"clock_nanosleep", c_clock},   {"clock_nanosleep, absolute", c_absolute},
    {"on CLOCK_BOOTTIME", c_boot},  {"pause", c_pause},
    {"sigsuspend", c_sigsuspend},   {"sigtimedwait", c_sigtimedwait},
    {"sigwaitinfo", c_sigwaitinfo},
};

int main(void)
{
    sigemptyset(&none);
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
