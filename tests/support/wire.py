"""A peer made by hand: SCTP packets (RFC 9260) in UDP (RFC 6951), for what no stack would send."""

import contextlib
import pathlib
import select
import socket
import struct
import time

import pytest
from sctpd import STACK, TIMEOUT

DATA, INIT, INIT_ACK, SACK, HEARTBEAT, HEARTBEAT_ACK, ABORT, SHUTDOWN, SHUTDOWN_ACK, ERROR, COOKIE_ECHO, COOKIE_ACK = range(12)
SHUTDOWN_COMPLETE, FORWARD_TSN = 14, 192
FORWARD_TSN_SUPPORTED = 0xC000  # a parameter of INIT, RFC 3758
STATE_COOKIE = 7  # a parameter of INIT ACK
KERNEL_UDP_PORT = 9899


def _crc_table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


CRC32C = tuple(_crc_table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def padded(data):
    return data + bytes(-len(data) % 4)


def tlv(kind, value):
    """A parameter or an error cause."""
    return struct.pack(">HH", kind, 4 + len(value)) + value


def chunk(kind, value=b"", flags=0):
    return padded(struct.pack(">BBH", kind, flags, 4 + len(value)) + value)


def causes(*pairs):
    return b"".join(padded(tlv(code, data)) for code, data in pairs)


def chunks_of(packet):
    """(type, flags, value) of each."""
    at = 12
    while at + 4 <= len(packet):
        kind, flags, length = struct.unpack_from(">BBH", packet, at)
        yield kind, flags, packet[at + 4:at + length]
        at += length + -length % 4


@contextlib.contextmanager
def _udp_of_the_kernel():
    """The kernel's stack encapsulates only when it has a UDP port of its own."""
    own = pathlib.Path("/proc/sys/net/sctp/udp_port")
    if STACK != "kernel":
        yield
        return
    try:
        before = own.read_text(encoding="ascii")
        own.write_text(str(KERNEL_UDP_PORT), encoding="ascii")
    except OSError as error:
        pytest.skip(f"cannot set {own}: {error}")
    try:
        yield
    finally:
        own.write_text(before, encoding="ascii")


@contextlib.contextmanager
def wires():
    """In it there may be peers; at its end they abort what they have, so that nobody waits for their SHUTDOWN ACK."""
    with _udp_of_the_kernel():
        try:
            yield
        finally:
            while WirePeer.living:
                WirePeer.living.pop().close()


class WirePeer:
    """One association with what listens on @port of @daemon, inside wires(). Acknowledges nothing by itself."""

    living = []
    streams = 10  # wanted, each way
    window = 1 << 20  # of what it would receive, in bytes

    def __init__(self, daemon, port, tag=0x11223344, parameters=b""):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.connect(("127.0.0.1", daemon.udp_port or KERNEL_UDP_PORT))
        self.own_port, self.port = self.sock.getsockname()[1], port
        self.tag, self.peer_tag, self.tsn, self.peer_tsn = tag, 0, 1000, 0
        self.parameters = parameters  # of INIT
        self.received = []  # chunks nobody expected yet
        self.living.append(self)
        self.associate()

    def associate(self, tag=None):
        """The handshake; with another tag than before it is a restart (RFC 9260 5.2)."""
        self.tag, self.peer_tag = tag or self.tag, 0
        self.send(chunk(INIT, struct.pack(">IIHHI", self.tag, self.window, self.streams, self.streams, self.tsn) + self.parameters))
        answer = self.expect(INIT_ACK)
        self.peer_tag, self.peer_tsn = struct.unpack_from(">I8xI", answer)
        self.send(chunk(COOKIE_ECHO, self._cookie(answer)))
        self.expect(COOKIE_ACK)

    @staticmethod
    def _cookie(answer):
        at = 16
        while at + 4 <= len(answer):
            kind, length = struct.unpack_from(">HH", answer, at)
            if kind == STATE_COOKIE:
                return answer[at + 4:at + length]
            at += length + -length % 4
        raise AssertionError("INIT ACK without a cookie")

    def send(self, *chunks):
        packet = struct.pack(">HHII", self.own_port, self.port, self.peer_tag, 0) + b"".join(chunks)
        self.sock.send(packet[:8] + struct.pack("<I", crc32c(packet)) + packet[12:])

    def data(self, payload, begin=True, end=True, stream=0, ssn=0, ppid=0):
        """One DATA chunk; a message of several has @begin in the first and @end in the last."""
        head = struct.pack(">IHHI", self.tsn, stream, ssn, ppid)
        self.tsn += 1
        self.send(chunk(DATA, head + payload, flags=2 * begin + end))

    @property
    def cumulative(self):
        """Of one who has received nothing: the TSN before the peer's first."""
        return struct.pack(">I", (self.peer_tsn - 1) % 2**32)

    def acknowledge(self, data):
        """Takes a DATA chunk, by its value, and all before it."""
        self.send(chunk(SACK, data[:4] + struct.pack(">IHH", self.window, 0, 0)))

    def give_up(self, stream, ssn):
        """All that was sent so far need not arrive any more, the message @ssn of @stream least of all."""
        self.send(chunk(FORWARD_TSN, struct.pack(">IHH", self.tsn - 1, stream, ssn)))

    def expect(self, kind):
        """The value of the next chunk of that type; others before it are kept. Heartbeats are answered."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            for i, (found, _, value) in enumerate(self.received):
                if found == kind:
                    del self.received[i]
                    return value
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise TimeoutError(f"no chunk of type {kind} among {[each[0] for each in self.received]}")
            for each in chunks_of(self.sock.recv(65536)):
                if each[0] == HEARTBEAT:
                    self.send(chunk(HEARTBEAT_ACK, each[2]))
                else:
                    self.received.append(each)

    def close(self):
        with contextlib.suppress(OSError):
            self.send(chunk(ABORT))
        self.sock.close()
