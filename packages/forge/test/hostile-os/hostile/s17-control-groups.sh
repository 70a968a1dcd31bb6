# Ways out over control groups.
for one in /sys/fs/cgroup /sys/fs/cgroup/memory /sys/fs/cgroup/unified; do
  [ -e $one ] && (echo x > $one/release_agent) 2>/dev/null && echo "ESCAPED release_agent"
  mkdir $one/mine 2>/dev/null && echo "ESCAPED made a group"
done
[ -d /sys/kernel ] && echo "ESCAPED /sys is there"
exit 0
