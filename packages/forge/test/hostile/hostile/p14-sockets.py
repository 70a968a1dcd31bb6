import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", @@CANARY_PORT@@)), (socket.AF_INET6, ("::1", @@CANARY_PORT@@))):
    try:
        s = socket.socket(family, socket.SOCK_STREAM)
        s.connect(address)
        s.sendall(b"out")
        print("ESCAPED", family)
    except (OSError, AttributeError):
        pass
for fd in range(64):
    try:
        s = socket.socket(fileno=fd)
        s.send(b"out")
        print("ESCAPED fd", fd)
    except (OSError, AttributeError, ValueError):
        pass
print("held")
