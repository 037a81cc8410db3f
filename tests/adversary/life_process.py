"""A process that a connection (descriptor 0) belongs to: it passes on what comes from it, and what descriptor 1 has for it.
What one side does not take keeps it from reading the other, and never from reading that one."""
import os
import select


def relay():
    waiting = {0: b"", 1: b""}  # by where it goes to
    while True:
        readable, writable, _ = select.select([fd for fd in waiting if not waiting[1 - fd]], [fd for fd in waiting if waiting[fd]], [])
        for fd in readable:
            waiting[1 - fd] = os.read(fd, 1 << 16)
            if not waiting[1 - fd]:
                return
        for fd in writable:
            waiting[fd] = waiting[fd][os.write(fd, waiting[fd]):]


os.set_blocking(0, False)
os.set_blocking(1, False)
try:
    relay()
except OSError:
    pass  # one of the two has gone, and so does this
