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

/* The `i`th architecture that is known (NULL: there are no more), and in *file what would run its programs, malloc'd, or NULL. */
const char *translator_nth(unsigned i, char **file);

/* For program_translator and program_translator_env (elf/elf.h). */
extern const char translator_variable[];
int translator_open(int fd, const struct elf_image *img, char *const *envp, char ***args, char *why, size_t size);

#endif
