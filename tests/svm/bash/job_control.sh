set -m
sleep 60 & jobs | sed 's/  */ /g'
kill -STOP %1; until [[ $(jobs -s) ]]; do :; done; jobs | sed 's/  */ /g'
bg %1 >/dev/null; jobs -r | wc -l; kill %1; wait %1; echo $?
(exit 5) & wait $!; echo $?
{ sleep 0.1; exit 6; } & { exit 4; } & wait -n; echo "first: $?"; wait -n; echo "second: $?"
g=$(bash -c 'ps() { read -r _ _ _ _ pg _ </proc/self/stat; echo "$pg"; }; ps')
[ "$g" != "$$" ] && echo "own group"
