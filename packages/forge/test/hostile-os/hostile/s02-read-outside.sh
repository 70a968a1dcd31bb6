# Reads what only the host has.
cat @@SECRET_FILE@@ @@CANARY_DIR@@/a /root/.bashrc /etc/shadow /proc/1/root@@SECRET_FILE@@ /proc/self/cwd/../..@@SECRET_FILE@@ 2>/dev/null && echo ESCAPED
exit 0
