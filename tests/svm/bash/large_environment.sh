big=$(printf 'x%.0s' {1..100000}); export big
bash -c 'echo ${#big}'
args=({1..5000}); bash -c 'echo $# ${!#}' sh "${args[@]}"
printf '%s\n' "${args[@]}" | xargs -n 700 bash -c 'echo $#' sh
huge=$(printf 'y%.0s' {1..140000}); /bin/true "$huge"; echo $?
