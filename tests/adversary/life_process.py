"""A process that a connection (descriptor 0) belongs to: it passes on what comes from it, and what descriptor 1 has for it."""
import os
import select


def write(fd, data):
    while data:
        data = data[os.write(fd, data):]


def relay():
    while True:
        for fd in select.select([0, 1], [], [])[0]:
            data = os.read(fd, 1 << 16)
            if not data:
                return
            write(1 - fd, data)


try:
    relay()
except OSError:
    pass  # one of the two has gone, and so does this
