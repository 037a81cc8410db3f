"""A peer on the kernel's stack that is a plain socket: what a C program does with sctp(7), in numbers of linux/sctp.h."""

import contextlib
import socket
import struct

from peer import TIMEOUT
from relay import HERE

SOL_SCTP = 132
ADAPTATION_LAYER, BINDX_ADD, BINDX_REM = 7, 100, 101
EVENT, ASCONF_SUPPORTED, AUTH_SUPPORTED, REMOTE_UDP_ENCAPS_PORT = 127, 128, 129, 132
SNDINFO = 2  # a control message
MSG_NOTIFICATION = 0x8000
ASSOC_CHANGE, PEER_ADDR_CHANGE, SHUTDOWN_EVENT, ADAPTATION_INDICATION = 0x8001, 0x8002, 0x8005, 0x8007


def sockaddr(host, port):
    return struct.pack("=H", socket.AF_INET) + struct.pack(">H", port) + socket.inet_aton(host) + bytes(8)


class Foreign:
    """One association of a one-to-one socket. Use it in a `with`."""

    def __init__(self, *supported, adaptation=None, udp_port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
        self.socket.settimeout(TIMEOUT)
        self.socket.bind((HERE, 0))
        self.port = self.socket.getsockname()[1]
        self.supported = supported
        self._support()
        if adaptation is not None:
            self.socket.setsockopt(SOL_SCTP, ADAPTATION_LAYER, struct.pack("=I", adaptation))
        if udp_port:
            self.socket.setsockopt(SOL_SCTP, REMOTE_UDP_ENCAPS_PORT, struct.pack("=i", 0) + bytes(4 + 128)
                                   + struct.pack(">H", udp_port) + bytes(6))
        for event in (ASSOC_CHANGE, PEER_ADDR_CHANGE, SHUTDOWN_EVENT, ADAPTATION_INDICATION):
            self.socket.setsockopt(SOL_SCTP, EVENT, struct.pack("=iHBx", 0, event, 1))

    def _support(self):
        for option in self.supported:
            self.socket.setsockopt(SOL_SCTP, option, struct.pack("=iI", 0, 1))

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.socket.close()

    def listen(self):
        self.socket.listen()
        return self

    def accept(self):
        listener, (self.socket, _) = self.socket, self.socket.accept()
        self.socket.settimeout(TIMEOUT)
        listener.close()
        self._support()  # which an accepted socket does not have from its listener
        return self

    def connect(self, port):
        self.socket.connect((HERE, port))
        return self

    def bindx(self, how, host):
        self.socket.setsockopt(SOL_SCTP, how, sockaddr(host, self.port))

    def send(self, data, stream=0, ppid=0):
        info = struct.pack("=HH", stream, 0) + struct.pack(">I", ppid) + struct.pack("=Ii", 0, 0)
        self.socket.sendmsg([data], [(SOL_SCTP, SNDINFO, info)])

    def receive(self):
        """A payload, or (number, bytes) of a notification; b"" at the end."""
        data, _, flags, _ = self.socket.recvmsg(1 << 17)
        return (struct.unpack_from("=H", data)[0], data) if flags & MSG_NOTIFICATION else data

    def notification(self, number):
        """The next notification of that kind, past everything."""
        while True:
            item = self.receive()
            assert item != b"", f"it ended without {number:#x}"
            if isinstance(item, tuple) and item[0] == number:
                return item[1]

    def message(self):
        while isinstance(item := self.receive(), tuple):
            pass
        return item

    def ended(self):
        """Reads to the end: no more messages."""
        with contextlib.suppress(ConnectionResetError):
            while isinstance(item := self.receive(), tuple):
                pass
            assert item == b"", item
