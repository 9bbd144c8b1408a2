# Children by fork, by fork and exec, by subshell; their status; who is whose parent.
for i in 1 2 3; do (exit $i); echo "subshell $i: $?"; done
/bin/true; echo "exec: $?"
/bin/false; echo "exec: $?"
/bin/nothing; echo "missing: $?"
bash -c 'exit 41'; echo "bash: $?"
[ "$(bash -c 'echo $PPID')" = $$ ] && echo "parent is known"
exec 5>kept; bash -c 'echo through >&5'; exec 5>&-; cat kept
x=$(for i in {1..20}; do (echo "$i"); done | sort -n | tail -n 1); echo "$x"
(exec -a other bash -c 'echo "$0"')
