# 40 at once, then nested to a depth of 12, then 30 one after another.
for i in {1..40}; do (echo "$i" >"f$i") & done; wait; cat f* | sort -n | md5sum
deep() { if [ "$1" -gt 0 ]; then (deep $(($1 - 1))); else echo bottom; fi; }; deep 12
n=0; for i in {1..30}; do /bin/true && n=$((n + 1)); done; echo $n
