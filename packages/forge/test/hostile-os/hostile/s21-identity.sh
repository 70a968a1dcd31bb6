# Who the host is.
[ "$(hostname)" = "@@HOSTNAME@@" ] && echo "ESCAPED host name"
cat /etc/machine-id /var/lib/dbus/machine-id /proc/sys/kernel/hostname /etc/hostname 2>/dev/null | grep -qe '@@MACHINE_ID@@' -e '^@@HOSTNAME@@$' && echo "ESCAPED identity"
exit 0
