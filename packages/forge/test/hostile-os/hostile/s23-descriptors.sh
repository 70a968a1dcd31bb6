# Looks for what was left open, and writes to it.
ls -l /proc/self/fd | grep -q @@CANARY_NAME@@ && echo ESCAPED
for fd in 3 4 5 6 7 8 9; do (echo '{"type":"exit","status":"ok"}' >&$fd) 2>/dev/null && echo "REACHED descriptor $fd"; done
exit 0
