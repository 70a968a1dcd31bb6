# Leaves links, pipes and devices for whoever collects.
ln -s @@SECRET_FILE@@ link; ln -s @@CANARY_DIR@@ folder; ln -s / root; ln -s /proc/self/environ environ
mkfifo pipe; ln -s loop loop; mkdir d; ln -s ../../../../../../..@@SECRET_FILE@@ d/up
echo own > own; ln own twin
exit 0
