# Sockets of every family and kind: all but three families are shut.
import socket
for family in range(1, 46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind).close()
            if family not in (1, 2, 10) or (kind == socket.SOCK_RAW and family != 1):
                print("REACHED family", family, kind)
        except OSError:
            pass
