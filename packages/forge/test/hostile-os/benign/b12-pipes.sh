printf '%s\n' c a b | sort | awk '{ printf "%s", $1 } END { print "" }'
