# Every address that the host listens on.
import socket
def reach(family, address, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(1)
            s.connect(address)
            s.send(b"x")
            if kind == socket.SOCK_STREAM: print("ESCAPED", address)
    except OSError:
        pass
reach(socket.AF_INET, ("127.0.0.1", int("@@CANARY_PORT@@")))
reach(socket.AF_INET6, ("::1", int("@@CANARY_PORT@@")))
reach(socket.AF_INET, ("127.0.0.1", int("@@CANARY_UDP@@")), socket.SOCK_DGRAM)
reach(socket.AF_UNIX, "@@CANARY_SOCK@@")
reach(socket.AF_UNIX, "\0@@CANARY_ABSTRACT@@")
reach(socket.AF_INET, ("1.1.1.1", 443))
