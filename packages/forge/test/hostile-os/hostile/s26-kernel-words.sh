# The kernel's own messages and tables.
dmesg >/dev/null 2>&1 && echo "ESCAPED dmesg"
(head -c 1 /proc/kcore || head -c 1 /proc/kmsg) >/dev/null 2>&1 && echo "ESCAPED kernel memory"
[ -r /proc/sysrq-trigger ] && (printf '' > /proc/sysrq-trigger) 2>/dev/null && echo "ESCAPED sysrq"
exit 0
