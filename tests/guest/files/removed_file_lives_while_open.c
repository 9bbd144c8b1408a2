/* covers: unlink read write readlink fstat */
#include "t.h"

int main(void)
{
    char link[64], buf[PATH_MAX] = "", where[PATH_MAX];
    struct stat st;
    int fd;

    scratch();
    MUST(getcwd(where, sizeof(where)));
    put_file("gone", "still here");
    fd = open("gone", O_RDWR);
    MUST(fd >= 0 && unlink("gone") == 0);
    MUST(fstat(fd, &st) == 0);
    printf("links %ld size %ld\n", (long) st.st_nlink, (long) st.st_size);
    show("read", read(fd, buf, 32));
    printf("%s\n", buf);
    show("write", write(fd, "!", 1));
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    memset(buf, 0, sizeof(buf));
    MUST(readlink(link, buf, sizeof(buf) - 1) > 0);
    CHECK(strncmp(buf, where, strlen(where)) == 0);
    printf("%s\n", buf + strlen(where));
    show_ok("reopened", open(link, O_RDONLY));
    show("by its old name", open("gone", O_RDONLY));
    return t_end();
}
