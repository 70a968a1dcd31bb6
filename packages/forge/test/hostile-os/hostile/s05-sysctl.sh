# Writes settings of the kernel, each with the value that it already has.
for one in kernel/core_pattern vm/overcommit_memory kernel/modprobe kernel/hostname net/ipv4/ip_forward; do
  was=$(cat /proc/sys/$one 2>/dev/null) || continue
  (printf '%s' "$was" > /proc/sys/$one) 2>/dev/null && echo "ESCAPED wrote $one"
done
exit 0
