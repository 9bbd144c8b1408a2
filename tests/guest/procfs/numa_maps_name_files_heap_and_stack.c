/* covers: openat mmap brk */
/* What kind of memory each line is of. */
#include "t.h"

static char text[1 << 18];

static void show_line(const char *what, const void *at)
{
    char start[32];
    sprintf(start, "%08lx ", (unsigned long) at);
    char *line = strstr(text, start);
    if (!line) {
        printf("%s: no line\n", what);
        return;
    }
    char *kind = line + strlen(start);
    kind += strcspn(kind, " \n");
    if (strncmp(kind, " file=", 6) == 0) {
        char *name = kind, *end = kind + 1 + strcspn(kind + 1, " \n");
        for (char *c = kind; c < end; c++)
            name = *c == '/' ? c + 1 : name;
        printf("%s: file %.*s\n", what, (int) (end - name), name);
    } else {
        printf("%s:%.6s\n", what, strncmp(kind, " heap", 5) == 0 || strncmp(kind, " stack", 6) == 0 ? kind : " plain");
    }
}

int main(void)
{
    scratch();
    put_file("a file = \\one", "text");
    int fd = open("a file = \\one", O_RDONLY);
    char *plain = mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *shared = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *file = mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    MUST(plain != MAP_FAILED && shared != MAP_FAILED && file != MAP_FAILED);
    shared[0] = file[0];
    if (access("/proc/self/numa_maps", F_OK)) {
        puts("a kernel without NUMA");
        return t_end();
    }
    MUST(get_file("/proc/self/numa_maps", text, sizeof text) > 0);
    show_line("plain", plain);
    show_line("shared", shared);
    show_line("file", file);
    printf("a stack: %d\n", strstr(text, " stack") != NULL);
    return t_end();
}
