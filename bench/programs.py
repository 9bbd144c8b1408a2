"""The whole programs that bench/run times: how each is set up, run and checked. Everything lives in the scratch directory."""
import os
import random
import re
import shlex
import subprocess

from benchlib import Fail, need


class Program:
    """One row. argv(column) is the command without the column's prefix; before() makes each run start alike and is not timed;
    check(output) raises Fail when the program did not do its work."""
    cwd = None
    stdin = os.devnull
    stdout = None

    def __init__(self, bench, scale):
        self.b = bench
        self.scale = scale
        self.cpu = {}  # column -> processor time of each run, ns
        self.setup()

    def setup(self):
        pass

    def before(self):
        pass

    def check(self, output):
        pass

    def run(self, column, options=()):
        """Wall time in ns in `column`; `options` go to elfuse."""
        self.before()
        prefix = self.b.prefix[column]
        if options:
            prefix = [prefix[0], *options, *prefix[1:]]
        wall, output = self.b.run(prefix + self.argv(column), cwd=self.cwd, stdin=self.stdin, stdout=self.stdout)
        self.cpu.setdefault(column, []).append(self.b.cpu)
        self.check(output)
        return wall


class Python(Program):
    name = "python3 -c pass"

    def argv(self, column):
        return [need("python3"), "-c", "pass"]


class GitStatus(Program):
    name = "git status"

    def setup(self):
        self.cwd = self.b.path("repo")
        self.files = 5000 // self.scale
        self.title = f"git status, {self.files:,} files"
        rng = random.Random(1)
        for i in range(self.files):
            d = os.path.join(self.cwd, f"dir{i // 100:03}")
            os.makedirs(d, exist_ok=True)
            path = os.path.join(d, f"file{i % 100:03}.txt")
            with open(path, "w") as f:
                f.write(f"{i} {rng.random()}\n" * 10)
            os.utime(path, (1_600_000_000, 1_600_000_000))  # older than the index, or git would read every file again
        self.git("init", "-q")
        self.git("add", ".")
        self.git("-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "-qm", "all")

    def git(self, *args):
        subprocess.run([need("git"), *args], cwd=self.cwd, env=self.b.env, check=True)

    def argv(self, column):
        return [need("git"), "status"]

    def check(self, output):
        if "nothing to commit" not in output:
            raise Fail("git saw changes")


class Gcc(Program):
    name = "gcc"

    def setup(self):
        self.source, self.out = self.b.path("gen.c"), self.b.path("gen")
        lines = generate_c(2000 // self.scale)
        self.title = f"gcc -O2, {len(lines):,} lines, compile and link"
        with open(self.source, "w") as f:
            f.write("\n".join(lines) + "\n")
        # qemu-user does not follow into another program: gcc is given its helpers as scripts that start it again.
        self.helpers = None
        if "qemu-user" in self.b.prefix:
            self.helpers = self.b.path("helpers")
            os.makedirs(self.helpers)
            for tool in ("cc1", "as", "collect2", "ld"):
                real = subprocess.run([need("gcc"), "-print-prog-name=" + tool], check=True, text=True, env=self.b.env,
                                      stdout=subprocess.PIPE).stdout.strip()
                real = real if os.path.isabs(real) else need(real)
                path = os.path.join(self.helpers, tool)
                with open(path, "w") as f:
                    f.write(f'#!/bin/sh\nexec {shlex.join(self.b.prefix["qemu-user"])} {shlex.quote(real)} "$@"\n')
                os.chmod(path, 0o755)

    def argv(self, column):
        b = ["-B", self.helpers + "/"] if column == "qemu-user" else []
        return [need("gcc"), *b, "-O2", "-o", self.out, self.source]

    def before(self):
        if os.path.exists(self.out):
            os.unlink(self.out)

    def check(self, output):
        if subprocess.run([self.out], stdout=subprocess.PIPE, text=True).stdout != "done\n":
            raise Fail("the program it made does not run")


class Tar(Program):
    name = "tar"

    def setup(self):
        self.size = (100 << 20) // self.scale
        self.title = f"tar cf, {self.size >> 20} MiB"
        self.out = self.b.path("tree.tar")
        rng = random.Random(2)
        words = [bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(4000)]
        block = b" ".join(rng.choices(words, k=400000))[:1 << 20]
        for i in range(self.size >> 18):
            d = self.b.path("tree", f"d{i // 20}")
            os.makedirs(d, exist_ok=True)
            at = rng.randrange(len(block) - (1 << 18))
            with open(os.path.join(d, f"f{i}"), "wb") as f:
                f.write(block[at:at + (1 << 18)])

    def argv(self, column):
        return [need("tar"), "cf", self.out, "-C", self.b.scratch, "tree"]

    def before(self):
        if os.path.exists(self.out):
            os.unlink(self.out)

    def check(self, output):
        if os.path.getsize(self.out) < self.size:
            raise Fail("the archive is too short")


class Gzip(Program):
    name = "gzip"

    def setup(self):
        self.size = (100 << 20) // self.scale
        self.title = f"gzip, {self.size >> 20} MiB"
        self.source, self.stdout = self.b.path("gzip.in"), self.b.path("gzip.out")
        subprocess.run([need("tar"), "cf", self.source, "-C", self.b.scratch, "tree"], check=True)

    def argv(self, column):
        return [need("gzip"), "-c", self.source]

    def check(self, output):
        if subprocess.run([need("gzip"), "-t"], stdin=open(self.stdout, "rb")).returncode:
            raise Fail("gzip -t rejects the output")


class Sqlite(Program):
    name = "sqlite3"

    def setup(self):
        self.rows = 100_000 // self.scale
        self.title = f"sqlite3, {self.rows:,} rows inserted"
        self.stdin, self.db = self.b.path("insert.sql"), self.b.path("rows.db")
        with open(self.stdin, "w") as f:
            f.write("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, value REAL);\nBEGIN;\n")
            f.writelines(f"INSERT INTO t VALUES({i},'name {i * 7919 % 100003}',{i / 7});\n" for i in range(self.rows))
            f.write("COMMIT;\nSELECT 'rows', count(*) FROM t;\n")

    def argv(self, column):
        return [need("sqlite3"), self.db]

    def before(self):
        if os.path.exists(self.db):
            os.unlink(self.db)

    def check(self, output):
        if not re.search(rf"^rows\|{self.rows}$", output, re.M):
            raise Fail("rows are missing")


def generate_c(count):
    """`count` lines of C that a compiler has honest work with."""
    lines = ["#include <stdio.h>", "#include <string.h>", "static unsigned long state = 1;"]
    fn = 0
    while len(lines) + 13 + 7 <= count:
        lines += [
            f"static unsigned long f{fn}(unsigned long a, unsigned long b)",
            "{",
            f"    unsigned long v[{fn % 7 + 4}], s = a ^ {fn * 2654435761 % 2**32}ul;",
            "    memset(v, 0, sizeof v);",
            "    for (unsigned i = 0; i < sizeof v / sizeof *v; i++) {",
            f"        v[i] = (a * {fn % 97 + 3} + b * i) >> (i & 7);",
            "        if (v[i] & 1)",
            "            s += v[i] * b;",
            "        else",
            f"            s ^= v[i] << {fn % 13 + 1};",
            "    }",
            f"    return s + {f'f{fn - 1}(s, b + 1)' if fn else 'state'};",
            "}",
        ]
        fn += 1
    lines += ["int main(void)", "{", "    for (int i = 0; i < 10; i++)", f"        state = f{fn - 1}(state, i);",
              '    puts(state ? "done" : "zero");', "    return 0;", "}"]
    lines[1:1] = ["/* filler */"] * (count - len(lines))
    return lines


ALL = [Python, GitStatus, Gcc, Tar, Gzip, Sqlite]
