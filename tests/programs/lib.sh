# Helpers for the scripts in *.cases: . "$LIB". Plain sh; data is the same on every run and every machine.

# words N: N pseudo-random words, one a line.
words() {
    awk -v n="$1" 'BEGIN {
        split("ba ke lo mi nu ra se to vi xa zu de fi go hu", s, " ")
        for (x = 42; n > 0; n--) {
            w = ""
            for (k = 0; k < 3; k++) { x = (x * 16807) % 2147483647; w = w s[x % 15 + 1] }
            print w
        }
    }'
}

# noise N: N bytes that do not compress.
noise() {
    awk -v n="$1" 'BEGIN { for (x = 7; n > 0; n--) { x = (x * 16807) % 2147483647; printf "%c", x % 128 } }' </dev/null
}

# lines N: N lines of text with a number, words and a sum.
lines() {
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++) { x = (i * 7919) % 10007; printf "%05d item-%d group%c %d.%02d\n", i, x, 65 + x % 26, x, i % 100 }
    }'
}

# free_port: a TCP port outside the range that the kernel hands out, free at this moment.
free_port() {
    /usr/bin/python3 - <<'PY'
import random, socket
while True:
    port = random.randrange(10000, 30000)
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
PY
}

# await_line FD PATTERN: read lines from FD until one contains PATTERN; what came before goes to stderr when it never does.
await_line() {
    while IFS= read -r await_l <&"$1"; do
        case $await_l in *"$2"*) return 0 ;; esac
        await_all="$await_all$await_l
"
    done
    printf 'never said "%s":\n%s' "$2" "$await_all" >&2
    return 1
}

# until_sleeping PID: return when PID sleeps in the kernel. For a shell that has nothing left to do but wait(2) for children.
until_sleeping() {
    while read -r u_stat <"/proc/$1/stat"; do
        case $u_stat in *') S '*) return ;; esac
    done
}
