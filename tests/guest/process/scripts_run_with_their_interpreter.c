/* covers: execve */
#include "child.h"

static void script(const char *name, const char *text)
{
    put_file(name, text);
    chmod(name, 0755);
}

static void run(const char *what, const char *path, ...)
{
    char *args[8];
    va_list ap;
    int n = 0;
    va_start(ap, path);
    while (n < 7 && (args[n] = va_arg(ap, char *)))
        n++;
    args[n] = NULL;
    va_end(ap);
    char *env[] = {"PATH=/usr/bin:/bin", NULL};
    int status = IN_CHILD({
        execve(path, args, env);
        printf("%s: %s\n", what, errname(errno));
        _exit(111);
    });
    show_status(what, status);
}

int main(void)
{
    static char text[9000];
    scratch();

    script("plain", "#!/bin/sh\necho \"$0\" \"$#\" \"$@\"\nexit 3\n");
    run("plain", "./plain", "arg0", "a", "b c", NULL);
    run("no arguments", "./plain", NULL);
    script("spaces", "#! \t /bin/echo   one   two  \t \n");
    run("one argument with spaces", "./spaces", "arg0", "three", NULL);
    script("notnewline", "#!/bin/echo");
    run("no line end", "./notnewline", "arg0", NULL);
    script("short", "#!\n");
    run("nothing named", "./short", "arg0", NULL);
    script("blank", "#!   \n");
    run("blanks only", "./blank", "arg0", NULL);
    script("only", "#!");
    run("two bytes", "./only", "arg0", NULL);
    script("dir", "#!/\n");
    run("a directory", "./dir", "arg0", NULL);
    script("relative", "#!plain inner\n");
    run("relative, and a script itself", "./relative", "arg0", "x", NULL);
    script("cr", "#!/bin/sh\r\n");
    run("carriage return", "./cr", "arg0", NULL);
    script("itself", "#!./itself\n");
    run("itself", "./itself", "arg0", NULL);
    script("n1", "#!/bin/echo e\n");
    for (int i = 2; i <= 7; i++) {
        char name[8];
        sprintf(name, "n%d", i);
        sprintf(text, "#!./n%d %d\n", i - 1, i);
        script(name, text);
        run(name, name, "arg0", "last", NULL);
    }
    /* the first 256 bytes are read: a name must end within them, an argument may be cut off */
    memset(text, 0, sizeof(text));
    strcpy(text, "#!/bin/echo ");
    memset(text + strlen(text), 'x', 400);
    script("longarg", text);
    run("long argument", "./longarg", "arg0", NULL);
    strcpy(text, "#!/");
    memset(text + 3, 'y', 400);
    script("longname", text);
    run("long name", "./longname", "arg0", NULL);
    strcpy(text, "#!");
    memset(text + 2, ' ', 300);
    strcpy(text + 302, "/bin/echo\n");
    script("faraway", text);
    run("name beyond", "./faraway", "arg0", NULL);
    memset(text, 0, sizeof(text));
    strcpy(text, "#!/bin/echo with");
    put_file("nul", "");
    int fd = open("nul", O_WRONLY);
    MUST(write(fd, text, 40) == 40);
    close(fd);
    chmod("nul", 0755);
    run("zero byte", "./nul", "arg0", NULL);
    /* execlp falls back to the shell by itself, execve does not */
    script("bare", "echo bare \"$@\"\n");
    run("no mark", "./bare", "arg0", NULL);
    show_status("execlp", IN_CHILD(execlp("./bare", "bare", "word", (char *) NULL)));
    return t_end();
}
