# Other roots and working folders through /proc.
for one in /proc/[0-9]*; do
  for way in root cwd; do test -e "$one/$way@@CANARY_DIR@@" && echo "ESCAPED $one/$way"; done
done
exit 0
