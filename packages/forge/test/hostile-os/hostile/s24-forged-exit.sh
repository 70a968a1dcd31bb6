# Says that it ended well, and does not.
echo '{"type":"exit","status":"ok","exit_code":0}'
echo ready; echo placed
exit 7
