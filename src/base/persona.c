#include "base/persona.h"

#include "base/raw.h"

enum { UNKNOWN, NONE, SOME };
static int known; /* atomic, of all threads */

bool persona_has(unsigned flag)
{
    int was = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (__builtin_expect(was == NONE, 1))
        return false;
    const unsigned now = (unsigned) host(SYS_personality, 0xffffffff);
    if (was == UNKNOWN && !(now & (READ_IMPLIES_EXEC | STICKY_TIMEOUTS)))
        __atomic_compare_exchange_n(&known, &was, NONE, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return now & flag;
}

void persona_changes(void)
{
    __atomic_store_n(&known, SOME, __ATOMIC_RELAXED);
}
