# Mounts and unmounts.
mount -t tmpfs none /mnt 2>/dev/null && echo "ESCAPED mount"
mount -o remount,rw /usr 2>/dev/null && echo "ESCAPED remount"
umount -l /proc 2>/dev/null && echo "ESCAPED umount"
exit 0
