/* Where reports go and what a crash report adds. See base.h for warn(), die() and bug(). */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stddef.h>

void report_on_bug(void (*detail)(void)); /* called once, after the line that names the bug */
void report_write(const char *text, size_t n);

#endif
