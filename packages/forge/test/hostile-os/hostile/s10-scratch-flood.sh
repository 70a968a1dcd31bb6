# Fills every other place that can be written.
for place in /tmp /dev/shm /run/axiom /dev / /var /run; do
  head -c 134217728 /dev/zero > $place/flood 2>/dev/null
  size=$(du -sk $place/flood 2>/dev/null | cut -f1)
  [ "${size:-0}" -gt 66000 ] && echo "ESCAPED $place holds $size KiB"
  rm -f $place/flood 2>/dev/null
done
exit 0
