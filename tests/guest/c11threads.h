/* The C library's <threads.h>, which has the name of a header here. */
#ifndef C11THREADS_H
#define C11THREADS_H
#include_next <threads.h>
#endif
