set -o pipefail
seq 1 2000 | sort -rn | head -n 3
seq 1 100 | while read -r n; do echo $((n * n)); done | awk '{ s += $1 } END { print s }'
false | true; echo "${PIPESTATUS[*]} $?"
yes | head -n 1; echo "${PIPESTATUS[*]}"
diff <(seq 5) <(seq 4); echo $?
mapfile -t a < <(printf '%s\n' x y z); echo "${#a[@]} ${a[2]}"
cat <<X | tr a-z A-Z
here document
X
coproc C { while read -r l; do echo "<$l>"; done; }
echo to-coproc >&"${C[1]}"; read -r l <&"${C[0]}"; echo "$l"
eval "exec ${C[1]}>&-"; wait "$C_PID"; echo "coproc $?"
