# Words for a terminal that somebody else reads.
import fcntl, os, pty, termios
master, slave = pty.openpty()
for fd in (0, 1, 2, slave):
    try:
        fcntl.ioctl(fd, termios.TIOCSTI, b"x")
        print("REACHED TIOCSTI", fd)
    except OSError: pass
    try:
        fcntl.ioctl(fd, 0x541C, b"\x03")
        print("REACHED TIOCLINUX", fd)
    except OSError: pass
