"""INITs that anybody can forge and that the library usrsctp must never see."""
import struct

from wire import INIT, chunk, padded, tlv

RANDOM, CHUNKS, HMACS, EXTENSIONS = 0x8002, 0x8003, 0x8004, 0x8008
ASCONF, ASCONF_ACK = 193, 128


def init(tag=0x55667788, window=1 << 20, outbound=10, inbound=10, parameters=b"", behind=b""):
    """An INIT, which has no verification tag."""
    head = struct.pack(">IIHHI", tag, window, outbound, inbound, 4711)
    return padded(struct.pack(">BBH", INIT, 0, 20 + len(parameters)) + head + parameters) + behind


ENDLESS = {
    "a parameter of length 0": init(parameters=struct.pack(">HH", 0x1234, 0) + bytes(8)),
    "a parameter of length 3": init(parameters=struct.pack(">HH", 5, 3) + bytes(8)),
    "a parameter past the end": init(parameters=struct.pack(">HH", 5, 400) + bytes(8)),
    "zeroes behind the last": init(parameters=tlv(0x8000, b""), behind=bytes(64)),
}

RANDOM_OK, HMACS_OK = tlv(RANDOM, bytes(32)), padded(tlv(HMACS, b"\0\1"))
ENDING = {
    "initiate tag 0": init(tag=0),
    "no window": init(window=0),
    "a small window": init(window=1499),
    "no streams out": init(outbound=0),
    "no streams in": init(inbound=0),
    "a short INIT": chunk(INIT, bytes(8)),
    "a long INIT": init(parameters=tlv(0x1234, bytes(64000))),
    "chunks without AUTH": init(parameters=padded(tlv(CHUNKS, b"\0"))),
    "a short random number": init(parameters=tlv(RANDOM, bytes(4)) + HMACS_OK),
    "no SHA-1": init(parameters=RANDOM_OK + padded(tlv(HMACS, b"\0\3"))),
    "ASCONF without AUTH": init(parameters=padded(tlv(EXTENSIONS, bytes([ASCONF, ASCONF_ACK])))),
    "ASCONF that AUTH does not cover": init(parameters=RANDOM_OK + HMACS_OK + padded(tlv(CHUNKS, b"\0")) +
                                            padded(tlv(EXTENSIONS, bytes([ASCONF, ASCONF_ACK])))),
}
