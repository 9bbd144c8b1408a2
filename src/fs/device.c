#include "fs/device.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "base/lines.h"

/* InfiniBand's verbs, and those of old adapters by QLogic; SCSI's generic ones. Each command of theirs says where its answer goes. */
static const char *const drivers[] = {"infiniband_verbs", "ib_qib", "sg", NULL};
/* A device of the guest's own making reads, and answers requests of others, at addresses that the guest says. */
static const char *const misc[] = {"rdma_cm", "cuse", "uhid", NULL};

enum { MEM = 1, TTY = 4, TTY_AUX = 5, MISC = 10, PTS_FIRST = 136, PTS_LAST = 143 };

bool device_is_named(const char *path, unsigned number, const char *const names[])
{
    struct lines l;
    const char *line;
    bool found = false;

    if (lines_open(&l, path))
        return true;
    while (!found && (line = lines_next(&l)) && strcmp(line, "Block devices:") != 0) {
        uint64_t n;
        line += strspn(line, " ");
        if (!parse_number(&line, 10, &n) || n != number)
            continue;
        line += strspn(line, " ");
        for (unsigned i = 0; names[i] && !found; i++)
            found = strcmp(line, names[i]) == 0;
    }
    lines_close(&l);
    return found;
}

bool device_is_plain(const struct stat *st)
{
    const unsigned number = major(st->st_rdev);

    return !S_ISCHR(st->st_mode) || number == MEM || number == TTY || number == TTY_AUX ||
           (number >= PTS_FIRST && number <= PTS_LAST);
}

bool device_is_refused(const struct stat *st)
{
    const unsigned number = major(st->st_rdev);

    if (device_is_plain(st))
        return false;
    return number == MISC ? device_is_named("/proc/misc", minor(st->st_rdev), misc)
                          : device_is_named("/proc/devices", number, drivers);
}
