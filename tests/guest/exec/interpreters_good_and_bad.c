/* covers: execve */
#include <sys/resource.h>

#include "elfmake.h"

static struct elf_file f;

static void with(const char *name, const char *interp)
{
    elf_init(&f);
    f.ph[1] =
        (Elf64_Phdr){.p_type = PT_INTERP, .p_flags = PF_R, .p_offset = ELF_BODY + 1024, .p_filesz = strlen(interp) + 1};
    strcpy((char *) f.body + 1024, interp);
    f.eh.e_phnum = 2;
    elf_run(name, &f, sizeof(f));
}

int main(void)
{
    static struct elf_file in;
    struct rlimit none = {0, 0};
    char path[PATH_MAX + 32];
    scratch();
    setrlimit(RLIMIT_CORE, &none);
    with("missing", "/nonexistent/ld.so");
    with("empty name", "");
    with("directory", "/");
    with("not in a directory", "/etc/passwd/x");
    put_file("plain", "not executable");
    with("not executable", "./plain");
    put_file("text",
             "this is no ELF file, but long enough to hold the headers of one, if it were; one more line to be sure.");
    chmod("text", 0755);
    with("no ELF", "./text");
    put_file("short", "\177ELF");
    chmod("short", 0755);
    with("too short", "./short");
    put_file("empty", "");
    chmod("empty", 0755);
    with("empty file", "./empty");
    put_file("script", "#!/bin/sh\nexit 3\n");
    chmod("script", 0755);
    with("script", "./script");
    with("device", "/dev/null");

    /* an interpreter of our own: the program that it belongs to is loaded, and never run */
    elf_init(&in);
    in.eh.e_type = ET_DYN;
    in.ph[0].p_vaddr = 0;
    in.eh.e_entry = ELF_BODY;
    elf_exit_code(in.body, 77);
    elf_write("ld", &in, sizeof(in), 0755);
    with("own, relative name", "./ld");
    snprintf(path, sizeof(path), "%s/ld", t_dir);
    with("own, absolute name", path);
    elf_write("ld", &in, sizeof(in), 0644);
    with("own, not executable", "./ld");
    in.eh.e_type = ET_EXEC;
    in.ph[0].p_vaddr = 0x20000000;
    in.eh.e_entry = 0x20000000 + ELF_BODY;
    elf_write("ld", &in, sizeof(in), 0755);
    with("own, at a fixed place", "./ld");
    in.eh.e_type = ET_REL;
    elf_write("ld", &in, sizeof(in), 0755);
    with("own, relocatable", "./ld");
    in.eh.e_type = ET_DYN;
    in.eh.e_machine = EM_386;
    elf_write("ld", &in, sizeof(in), 0755);
    with("own, of another machine", "./ld");
    in.eh.e_machine = EM_X86_64;
    in.eh.e_ident[EI_CLASS] = ELFCLASS32;
    elf_write("ld", &in, sizeof(in), 0755);
    with("own, of another class", "./ld");
    in.eh.e_ident[EI_CLASS] = ELFCLASS64;
    in.eh.e_phnum = 0;
    elf_write("ld", &in, sizeof(in), 0755);
    with("own, without segments", "./ld");
    in.eh.e_phnum = 1;
    in.ph[0].p_memsz = 1ul << 62;
    elf_write("ld", &in, sizeof(in), 0755);
    with("own, too large", "./ld");
    return t_end();
}
