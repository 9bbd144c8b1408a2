/* What error numbers mean, in words. */
#include <string.h>

#include "base/base.h"

const char *errno_text(int err)
{
    const char *text = strerrordesc_np(err < 0 ? -err : err);
    return text ? text : "unknown error";
}
