# Devices of the machine.
for one in /dev/vda /dev/sda /dev/mem /dev/kmsg /dev/kvm /dev/fuse /dev/net/tun /dev/uinput; do
  (head -c 1 $one) >/dev/null 2>&1 && echo "ESCAPED read $one"
done
mknod /work/disk b 254 0 2>/dev/null && head -c 1 /work/disk >/dev/null 2>&1 && echo "ESCAPED made a device"
exit 0
