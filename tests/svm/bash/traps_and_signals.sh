trap 'echo usr1' USR1; kill -USR1 $$; echo after
bash -c 'kill -SEGV $$'; echo $?
bash -c 'kill -KILL $$'; echo $?
bash -c 'trap "" TERM; kill -TERM $$; echo ignored'
bash -c 'trap "echo term; exit 7" TERM; kill -TERM $$; echo no'; echo $?
sleep 60 & p=$!; until [ "$(cat /proc/$p/comm)" = sleep ]; do :; done; kill -TERM $p; wait $p; echo $?
(trap 'echo chld' CHLD; /bin/true; /bin/true; :) | sort -u
(trap 'echo got hup; exit 3' HUP; echo ready; while :; do read -r -t 5 _ <>fifo || :; done) 2>/dev/null >out & p=$!
until [ -s out ]; do :; done; kill -HUP $p; wait $p; echo $?; cat out
trap 'echo exit trap' EXIT
