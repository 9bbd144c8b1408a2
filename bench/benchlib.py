"""What bench/run and bench/fork-cost share: building the C programs, running a command in one of the columns (native, elfuse,
qemu-user, proot), paired sampling, tables. Needs nothing but Python's own library."""
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
RESULTS = os.path.join(BENCH, "results")
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"  # what is timed is the distribution's program, not a version manager's shim


class Fail(Exception):
    """Why a cell of the table has no number."""


def which(name):
    return shutil.which(name, path=SYSTEM_PATH)


def need(name):
    path = which(name)
    if not path:
        raise Fail(f"{name} is not installed")
    return path


def build(name, *flags, cc=None, suffix=""):
    """Compile bench/NAME.c into the build directory; returns the program's path."""
    out = os.path.join(BUILD, "bench", name + suffix)
    os.makedirs(os.path.dirname(out), exist_ok=True)
    source = os.path.join(BENCH, name + ".c")
    cc = cc or os.environ.get("CC", "gcc")
    subprocess.run([cc, "-O2", "-g", "-std=gnu11", "-Wall", "-Wextra", *flags, "-o", out, source], check=True)
    return out


def translated(name, *flags):
    """({column: command}, program): bench/NAME.c for aarch64, in elfuse ("aarch64") and under the same translator outside ("qemu-aarch64"); no columns
    where there is no translator or compiler."""
    qemu, cc = which("qemu-aarch64-static"), which("aarch64-linux-gnu-gcc")
    if not qemu or not cc:
        return {}, None
    return {"aarch64": None, "qemu-aarch64": [qemu]}, build(name, *flags, cc=cc, suffix="-aarch64")


class Bench:
    """The columns that exist here, a scratch directory, and the environment that every measured program gets."""

    def __init__(self, elfuse=None, peers=True):
        self.elfuse = os.path.abspath(elfuse or os.environ.get("ELFUSE") or os.path.join(BUILD, "elfuse"))
        self.prefix = {"native": [], "elfuse": [self.elfuse, "--backend=kvm", "--"],
                       "direct": [self.elfuse, "--backend=direct", "--quiet", "--"]}
        if peers:
            for column, program in (("qemu-user", ("qemu-x86_64-static", "qemu-x86_64")), ("proot", ("proot",))):
                path = next(filter(None, map(which, program)), None)
                if path:
                    self.prefix[column] = [path]
        self.scratch = tempfile.mkdtemp(prefix="elfuse-bench-")
        self.env = {"PATH": SYSTEM_PATH, "HOME": self.scratch, "TMPDIR": self.scratch, "LC_ALL": "C",
                    "GIT_CONFIG_NOSYSTEM": "1"}

    def close(self):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.scratch, *parts)

    def run(self, argv, cwd=None, stdin=os.devnull, stdout=None, timeout=300, env=None):
        """Run to the end, with `env` added to the environment; returns (wall ns, standard output) and leaves the processor time in self.cpu. A nonzero status, a
        signal or the timeout is a Fail."""
        if not os.path.exists(argv[0]):
            raise Fail(f"{os.path.basename(argv[0])} is not built")
        out, err = stdout or self.path("out"), self.path("err")
        create = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, out, create, 0o600),
                   (os.POSIX_SPAWN_OPEN, 2, err, create, 0o600)]
        late = threading.Event()
        reaped = threading.Event()
        here = os.getcwd()
        os.chdir(cwd or self.scratch)
        try:
            start = time.perf_counter_ns()
            pid = os.posix_spawn(argv[0], argv, {**self.env, **(env or {})}, file_actions=actions, setpgroup=0)
        finally:
            os.chdir(here)

        def expire():
            if not reaped.wait(timeout):
                late.set()
                os.killpg(pid, signal.SIGKILL)

        watch = threading.Thread(target=expire)
        watch.start()
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter_ns() - start
        self.cpu = (usage.ru_utime + usage.ru_stime) * 1e9
        reaped.set()
        watch.join()
        if late.is_set():
            raise Fail(f"no end after {timeout} s")
        if status:
            code = os.waitstatus_to_exitcode(status)
            with open(err, errors="replace") as f:
                text = f.read().strip().splitlines()
            how = f"signal {-code}" if code < 0 else f"status {code}"
            raise Fail(how + (": " + text[-1][:120] if text else ""))
        if stdout:
            return wall, ""
        with open(out, errors="replace") as f:
            return wall, f.read()

    def number(self, argv, key, **kw):
        """The value that a program prints as "KEY value"."""
        out = self.run(argv, **kw)[1]
        m = re.search(rf"^{re.escape(key)} ([0-9.]+)$", out, re.M)
        if not m:
            raise Fail(f"no {key} in the output")
        return float(m.group(1))

    def sample(self, measure, rounds, columns=None, slow=30.0):
        """measure(column) for each column in turn, `rounds` times over (A B C A B C ...), so that a change of the machine's mood
        meets all of them. Returns {column: [values] or Fail}. The first failure ends a column; a peer (neither native
        nor elfuse) that has used `slow` seconds is left at three values."""
        got = {c: [] for c in (columns or self.prefix)}
        spent = dict.fromkeys(got, 0.0)
        for n in range(rounds):
            for column, values in got.items():
                peer = column in ("qemu-user", "proot")
                if isinstance(values, Fail) or (peer and n >= 3 and spent[column] > slow):
                    continue
                start = time.monotonic()
                try:
                    values.append(measure(column))
                except Fail as e:
                    got[column] = e
                spent[column] += time.monotonic() - start
            progress(".")
        return got


def use_realtime():
    """Give this process and all that it starts one processor before all others that want it, so that other load hardly shows in
    the figures. All on one, since tasks of this class that wake each other (pipes, proot) would else be put on processors apart. Needs
    root or RLIMIT_RTPRIO."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except PermissionError:
        sys.exit("--realtime: not permitted (be root, or raise RLIMIT_RTPRIO)")


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write(text)
        sys.stderr.flush()


# ---- figures ----

def ok(values):
    return isinstance(values, list) and len(values) > 0


def pair_ratio(a, b):
    """Median of the ratios of runs that were made one after the other, or None."""
    if not ok(a) or not ok(b):
        return None
    return statistics.median(x / y for x, y in zip(a, b))


def time_text(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if abs(ns) >= size:
            v = ns / size
            return f"{v:.{0 if v >= 100 else 1 if v >= 10 else 2}f} {unit}"
    return f"{ns:.0f} ns" if ns >= 100 else f"{ns:.1f} ns"


def cell(values, text=time_text):
    """median (min), or FAIL, or a dash for a column that is not there."""
    if values is None:
        return "-"
    if not ok(values):
        return "FAIL"
    return f"{text(statistics.median(values))} ({text(min(values))})"


def ratio_text(r):
    return "-" if r is None else f"{r:.{0 if r >= 100 else 1 if r >= 10 else 2}f}"


def table(head, rows):
    """A Markdown table, padded so that it reads in a terminal too; the first column is left-aligned."""
    width = [max(len(str(r[i])) for r in [head, *rows]) for i in range(len(head))]

    def line(cells):
        return "| " + " | ".join(str(c).ljust(w) if i == 0 else str(c).rjust(w)
                                 for i, (c, w) in enumerate(zip(cells, width))) + " |"

    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(width)) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def host_facts():
    """What a reader must know to place the figures; nothing that names the machine."""
    cpu = "unknown processor"
    with open("/proc/cpuinfo") as f:
        m = re.search(r"^model name\s*:\s*(.*)$", f.read(), re.M)
        if m:
            cpu = m.group(1)
    with open("/proc/meminfo") as f:
        gib = int(re.search(r"MemTotal:\s+(\d+)", f.read()).group(1)) / 2**20
    with open("/sys/kernel/mm/transparent_hugepage/enabled") as f:
        thp = re.search(r"\[(\w+)\]", f.read()).group(1)
    kernel = re.match(r"[0-9.]*[0-9]", platform.release()).group(0)
    return {"cpu": cpu, "cpus": os.cpu_count(), "memory_gib": round(gib, 1), "kernel": kernel,
            "transparent_hugepage": thp}


def facts_line(facts):
    return (f"{facts['cpus']} x {facts['cpu']}, {facts['memory_gib']} GiB, Linux {facts['kernel']}, "
            f"transparent huge pages: {facts['transparent_hugepage']}")


def plain(value):
    """For JSON: a Fail becomes {"fail": reason}."""
    if isinstance(value, Fail):
        return {"fail": str(value)}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def write_result(name, text):
    os.makedirs(RESULTS, exist_ok=True)
    with open(os.path.join(RESULTS, name), "w") as f:
        f.write(text)


def write_json(name, value):
    write_result(name, json.dumps(plain(value), indent=1) + "\n")
