# A grandchild in its own session that wants to live on.
(setsid sh -c 'trap "" TERM HUP INT; sleep 3; touch @@CANARY_DIR@@/late; sleep 60' >/dev/null 2>&1 &)
exit 0
