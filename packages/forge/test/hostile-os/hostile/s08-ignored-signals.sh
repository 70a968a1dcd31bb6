# Hears no signal that can be ignored.
trap '' TERM HUP INT QUIT USR1 USR2 PIPE ALRM
while :; do :; done
