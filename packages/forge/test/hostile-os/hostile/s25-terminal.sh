# A terminal to write into.
(echo x > /dev/tty) 2>/dev/null && echo "ESCAPED has a terminal"
exit 0
