/* Programs for other architectures: which translator runs them, and with which arguments (docs/internals/translators.md). */
#ifndef TRANSLATOR_H
#define TRANSLATOR_H

#include "options.h"

struct elf_image;

/* What the command line and the environment say, for program_translator. Strings are copied. False: out of memory. */
bool translator_set_up(const struct options *o);

/* The same settings over an exec: a malloc'd text of *size bytes (NULL: out of memory), and back. */
char *translator_save(size_t *size);
bool translator_load(const void *data, size_t size);

/* What a translator is called, or NULL when there is none for such a program: "qemu-aarch64". */
const char *translator_name(const struct elf_image *img);
/* The file that would run it, malloc'd, or NULL. */
char *translator_find(const struct elf_image *img);

/* For program_translator (elf/elf.h). */
int translator_open(int fd, const struct elf_image *img, char ***args, char *why, size_t size);

#endif
