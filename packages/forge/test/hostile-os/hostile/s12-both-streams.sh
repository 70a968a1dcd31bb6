# Floods both streams at once.
yes out & yes err >&2 & wait
