# Environments of every process in sight; the words of this program are not in them.
for one in /proc/[0-9]*/environ; do tr '\0' '\n' < "$one" 2>/dev/null; done | grep -q AXIOM_CANARY && echo ESCAPED
test "$(tr -d '\0' < /proc/1/environ | wc -c)" = 0 || echo "ESCAPED pid 1 has an environment"
exit 0
