/* covers: prctl mprotect mmap */
#include <sys/prctl.h>
#include <sys/shm.h>

#include "child.h"

/* PR_SET_MDWE: memory is writable or code, and no code that was not so from the start. */
enum { SET = 65, GET = 66, REFUSE = 1, NO_INHERIT = 2 };
enum { R = PROT_READ, W = PROT_WRITE, X = PROT_EXEC };

static char *mapped(int prot, size_t size)
{
    char *p = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        printf("  (%s)\n", errname(errno));
    return p;
}

static void change(const char *what, int from, int to, int then)
{
    char *p = mapped(from, T_PAGE);
    if (p == MAP_FAILED)
        return;
    show(what, mprotect(p, T_PAGE, to));
    if (then >= 0)
        show("  and then", mprotect(p, T_PAGE, then));
    munmap(p, T_PAGE);
}

static void changes(void)
{
    change("data to code", R | W, R | X, -1);
    change("code to data, and back", R | X, R | W, R | X);
    change("code to none, and back", R | X, PROT_NONE, R | X);
    change("code to both", R | X, R | W | X, -1);
    change("code to code alone", R | X, R | X, X);
    puts("both");
    mapped(R | W | X, T_PAGE);
    puts("both, of a file");
    int fd = memfd_create("m", MFD_CLOEXEC);
    MUST(fd >= 0 && ftruncate(fd, T_PAGE) == 0);
    show("shared", mmap(NULL, T_PAGE, R | W | X, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    show("shared code", mmap(NULL, T_PAGE, R | X, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    char *two = mapped(R | X, 2 * T_PAGE);
    MUST(two != MAP_FAILED && mprotect(two + T_PAGE, T_PAGE, R) == 0);
    show("across both", mprotect(two, 2 * T_PAGE, X));
    int id = shmget(IPC_PRIVATE, T_PAGE, 0700);
    MUST(id >= 0);
    show("segment, both", shmat(id, NULL, SHM_EXEC) == (void *) -1 ? -1 : 0);
    show("segment, code", shmat(id, NULL, SHM_EXEC | SHM_RDONLY) == (void *) -1 ? -1 : 0);
    shmctl(id, IPC_RMID, NULL);
    fflush(stdout);
}

static void heirs(const char *self)
{
    show("here", prctl(GET, 0, 0, 0, 0));
    fflush(stdout);
    IN_CHILD(show("in a child", prctl(GET, 0, 0, 0, 0)); change("data to code", R | W, R | X, -1); fflush(stdout));
    IN_CHILD(execl("/proc/self/exe", self, "image", NULL));
}

static void wrong_arguments(void)
{
    show("no such bit", prctl(SET, 4, 0, 0, 0));
    show("one without the other", prctl(SET, NO_INHERIT, 0, 0, 0));
    show("third", prctl(SET, REFUSE, 1, 0, 0));
    show("fifth", prctl(SET, REFUSE, 0, 0, 1));
    show("asked with more", prctl(GET, 1, 0, 0, 0));
    show("nothing", prctl(SET, 0, 0, 0, 0));
    show("still", prctl(GET, 0, 0, 0, 0));
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (argc > 1) {
        show("in the next image", prctl(GET, 0, 0, 0, 0));
        change("data to code", R | W, R | X, -1);
        return 0;
    }
    wrong_arguments();
    char *before = mapped(R | W | X, T_PAGE);
    changes();
    IN_CHILD(show("for this one alone", prctl(SET, REFUSE | NO_INHERIT, 0, 0, 0)); heirs(argv[0]));
    show("set", prctl(SET, REFUSE, 0, 0, 0));
    show("again", prctl(SET, REFUSE, 0, 0, 0));
    show("off", prctl(SET, 0, 0, 0, 0));
    show("otherwise", prctl(SET, REFUSE | NO_INHERIT, 0, 0, 0));
    changes();
    show("both, as before", mprotect(before, T_PAGE, R | W | X));
    show("no longer writable", mprotect(before, T_PAGE, R | X));
    heirs(argv[0]);
    return t_end();
}
