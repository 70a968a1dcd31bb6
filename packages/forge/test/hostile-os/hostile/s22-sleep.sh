# Sleeps for ever.
sleep 100000
