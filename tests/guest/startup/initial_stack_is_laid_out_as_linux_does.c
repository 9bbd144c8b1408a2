/* covers: execve */
/* translated: no (the translator hands on an environment of its own order, without odd strings) */
#include <elf.h>
#include <sys/auxv.h>

#include "child.h"

/* Above the stack pointer: argc, argv, environment, auxiliary vector, and then the strings, each behind the one before,
 * with the program's name at the end and eight zero bytes. */
extern char **environ;

static int look(int argc, char **argv)
{
    long *sp = (long *) argv - 1;
    char *s = argv[0];
    CHECK(*sp == argc);
    CHECK(((uintptr_t) sp & 15) == 0);
    CHECK(argv[argc] == NULL);
    CHECK(environ == argv + argc + 1);
    for (int i = 0; i < argc; i++) {
        CHECK(argv[i] == s);
        s += strlen(s) + 1;
    }
    int n = 0;
    for (char **e = environ; *e; e++, n++) {
        CHECK(*e == s);
        s += strlen(s) + 1;
    }
    CHECK((char *) getauxval(AT_EXECFN) == s);
    s += strlen(s) + 1;
    CHECK(((uintptr_t) (s + 8) & 4095) == 0);
    for (int i = 0; i < 8; i++)
        CHECK(s[i] == 0);
    char **e = environ;
    while (*e)
        e++;
    Elf64_auxv_t *v = (Elf64_auxv_t *) (e + 1);
    while (v->a_type != AT_NULL)
        v++;
    char *end = (char *) (v + 1);
    CHECK(end <= (char *) getauxval(AT_RANDOM) && (char *) getauxval(AT_RANDOM) < argv[0]);
    CHECK(end <= (char *) getauxval(AT_PLATFORM) && (char *) getauxval(AT_PLATFORM) < argv[0]);
    printf("%d arguments, %d variables\n", argc, n);
    for (int i = 1; i < argc; i++)
        printf("[%s]\n", argv[i]);
    for (e = environ; *e; e++)
        printf("[%s]\n", *e);
    return t_end();
}

int main(int argc, char **argv)
{
    static char path[PATH_MAX];
    if (strcmp(argv[0], "look") == 0)
        return look(argc, argv);
    MUST(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
    for (int n = 0; n < 6; n++) {
        char *args[] = {"look", "a", "", "ccc", "dd", "e", NULL}, *env[] = {"A=1", "B=", "C", "", NULL};
        args[1 + n % 6] = NULL;
        env[n % 5] = NULL;
        show_status("look", IN_CHILD(execve(path, args, env)));
    }
    return t_end();
}
