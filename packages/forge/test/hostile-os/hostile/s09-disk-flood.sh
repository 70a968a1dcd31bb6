# Fills the disk.
for n in 1 2 3 4 5 6 7 8; do head -c 16777216 /dev/zero > /work/f$n 2>/dev/null; done
size=$(du -sk /work | cut -f1)
[ "$size" -gt 40000 ] && echo "ESCAPED holds $size KiB"
rm -f /work/f*
exit 0
