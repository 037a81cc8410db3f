"""Each option that changes something in the packets, seen there: on every stack there is, by a relay between two daemons that
decodes what passes, and by a socket of ours that a daemon takes for its peer."""

import contextlib
import socket
import struct
import time

import pytest

from ends import FAST, KERNEL_UDP_PORT, PATH, Link, sysctl, until
from option_rows import OPTIONS
from peer import tlvs
from relay import ASCONF, AUTH, DATA, FORWARD_TSN, HERE, I_DATA, INIT, RE_CONFIG, stream_of
from sctpd import STACK, Daemon, b64
from wire import ABORT, HEARTBEAT, SACK, SHUTDOWN

pytestmark = pytest.mark.skipif(STACK == "fake", reason="the fake stack has no wire")

# Parameters of INIT.
ECN, RANDOM, CHUNKS, HMACS, EXTENSIONS, FORWARD, ADAPTATION = 0x8000, 0x8002, 0x8003, 0x8004, 0x8008, 0xC000, 0xC006
SET_PRIMARY = 0xC004  # of ASCONF
NR_SACK, PKTDROP = 16, 129
RESET_OUT, RESET_IN, RESET_TSN, RESPONSE, ADD_OUT = 13, 14, 15, 16, 17  # of RE-CONFIG


class Seen:
    """Two daemons and what passed between them."""

    def __init__(self, link):
        self.link, self.relay = link, link.relay

    def init(self, **options):
        """The INIT of a socket with these options: its fixed fields and its parameters."""
        before = len(self.relay.passed(INIT))
        near, far = self.link.ends(near=options)
        body = self.relay.passed(INIT)[before].body
        return near, far, struct.unpack_from(">IIHHI", body), dict(tlvs(body[16:], ">HH"))

    def parameters(self, **options):
        return self.init(**options)[3]

    def extensions(self, **options):
        return set(self.parameters(**options).get(EXTENSIONS, b""))

    def lengths(self, near, size):
        """Of the DATA chunks that a message of @size bytes is sent in; one that is sent again counts once."""
        before = len(self.relay.passed(DATA))
        near.send(bytes(size))
        until(lambda: not near.status()["unackdata"])
        tsns = {chunk.body[:4]: len(chunk.body) - 12 for chunk in self.relay.passed(DATA)[before:]}
        return list(tsns.values())

    def last(self, *types, action):
        """The first of these chunks after @action."""
        before = len(self.relay.passed(*types))
        action()
        return self.relay.await_chunk(*types, count=before + 1)

    @contextlib.contextmanager
    def losing(self, *types):
        self.relay.lose = lambda chunks: any(chunk.type in types for chunk in chunks)
        yield
        self.relay.lose = lambda chunks: False


SEEN = {}  # name of an option, or option.field: the function that sees it


def sees(*names):
    def keep(function):
        SEEN.update(dict.fromkeys(names, function))
        return function
    return keep


# --- what INIT says ---


@sees("initmsg")
def _(seen):
    _, _, fixed, _ = seen.init(initmsg={"num_ostreams": 23, "max_instreams": 42})
    assert fixed[2:4] == (23, 42)


@sees("recbuf")
def _(seen):
    small, large = (seen.init(recbuf=size)[2][1] for size in (30000, 120000))
    assert small < large <= 240000 and small <= 60000


@sees("adaptation_layer")
def _(seen):
    assert seen.parameters(adaptation_layer={"adaptation_ind": 0xbeef1234})[ADAPTATION] == b"\xbe\xef\x12\x34"


@sees("asconf_supported")
def _(seen):
    both = {"auth_supported": True}
    assert ASCONF in seen.extensions(**both, asconf_supported=True)
    assert ASCONF not in seen.extensions(**both, asconf_supported=False)


@sees("auth_supported")
def _(seen):
    on = seen.parameters(asconf_supported=False, auth_supported=True)
    off = seen.parameters(asconf_supported=False, auth_supported=False)
    assert RANDOM in on and HMACS in on and not {RANDOM, HMACS, CHUNKS} & off.keys()


@sees("pr_supported")
def _(seen):
    assert FORWARD in seen.parameters(pr_supported=True)
    assert FORWARD not in seen.parameters(pr_supported=False)


@sees("reconfig_supported")
def _(seen):
    assert RE_CONFIG in seen.extensions(reconfig_supported=True)
    assert RE_CONFIG not in seen.extensions(reconfig_supported=False)


@sees("interleaving_supported", "fragment_interleave")
def _(seen):
    assert I_DATA in seen.extensions(fragment_interleave=2, interleaving_supported=True)
    assert I_DATA not in seen.extensions(interleaving_supported=False)


@sees("ecn_supported")
def _(seen):
    assert ECN in seen.parameters(ecn_supported=True)
    assert ECN not in seen.parameters(ecn_supported=False)


@sees("nrsack_supported")
def _(seen):
    assert NR_SACK in seen.extensions(nrsack_supported=True)
    assert NR_SACK not in seen.extensions(nrsack_supported=False)


@sees("pktdrop_supported")
def _(seen):
    assert PKTDROP in seen.extensions(pktdrop_supported=True)
    assert PKTDROP not in seen.extensions(pktdrop_supported=False)


@sees("auth_chunk")
def _(seen):
    assert DATA in seen.parameters(auth_supported=True, auth_chunk={"chunk": "data"})[CHUNKS]
    assert DATA not in seen.parameters(auth_supported=True).get(CHUNKS, b"")


@sees("hmac_ident")
def _(seen):
    assert seen.parameters(auth_supported=True, hmac_ident=["sha1"])[HMACS] == b"\0\1"
    if STACK == "kernel":  # the other has one algorithm alone
        assert seen.parameters(auth_supported=True, hmac_ident=["sha256", "sha1"])[HMACS] == b"\0\3\0\1"


# --- how messages are sent ---


@sees("maxseg")
def _(seen):
    near, _ = seen.link.ends(maxseg={"value": 600})
    lengths = seen.lengths(near, 3000)
    assert sum(lengths) == 3000 and max(lengths) <= 600 < 2 * max(lengths)


@sees("peer_addr_params.pathmtu")
def _(seen):
    near, _ = seen.link.ends(near={"peer_addr_params": {"pathmtu": 700, "flags": ["pmtud_disable"]}})
    headers = 20 + 12 if STACK == "kernel" else 0  # usrsctp leaves them out
    assert 500 < max(seen.lengths(near, 3000)) <= 700 - headers - 16


@sees("default_sndinfo")
def _(seen):
    near, _ = seen.link.ends()
    near.set(default_sndinfo={"stream": 7, "ppid": 0xabcd})
    chunk = seen.last(DATA, action=lambda: near.send("a word"))
    assert stream_of(chunk) == 7 and chunk.body[8:12] == b"\0\0\xab\xcd"


@sees("default_send_param")
def _(seen):
    near, _ = seen.link.ends()
    near.set(default_send_param={"stream": 8, "ppid": 0xabce})
    assert stream_of(seen.last(DATA, action=lambda: near.send("a word"))) == 8


@sees("default_prinfo")
def _(seen):
    near, _ = seen.link.ends(pr_supported=True)
    near.set(default_prinfo={"policy": "ttl", "value": 100})
    with seen.losing(DATA):
        seen.last(FORWARD_TSN, action=lambda: near.send("late"))


@sees("nodelay")
def _(seen):
    """Nagle keeps a second small message while the first is not acknowledged."""
    for nodelay, count in ((True, 2), (False, 1)):
        near, _ = seen.link.ends(nodelay=nodelay, far={"delayed_sack": {"delay": 400, "freq": 10}}, near={"nodelay": nodelay})
        before = len(seen.relay.passed(DATA))
        seen.relay.lose = lambda chunks: any(chunk.type == SACK for chunk in chunks)
        near.send("one")
        near.send("two")
        near.client.call("ping")
        time.sleep(0.05)  # nothing tells that nothing was sent
        assert len(seen.relay.passed(DATA)) - before == count
        seen.relay.lose = lambda chunks: False
        near.client.call("close", socket=near.socket, mode="abort")


@sees("delayed_sack")
def _(seen):
    """With a frequency of 1 each DATA is acknowledged by itself; of 5, and a long delay, five by one."""
    for frequency in (1, 5):
        near, far = seen.link.ends(far={"delayed_sack": {"delay": 500, "freq": frequency}}, nodelay=True)
        before = len(seen.relay.passed(SACK, to_far=False))
        for number in range(10):
            near.send(f"{number}")
            far.message()
        sacks = len(seen.relay.passed(SACK, to_far=False)) - before
        assert (sacks >= 9) == (frequency == 1), sacks


@sees("stream_scheduler", "stream_scheduler_value")
def _(seen):
    near, far = seen.link.ends(stream_scheduler="prio")
    near.set(stream_scheduler_value={"stream": 1, "value": 9})
    near.set(stream_scheduler_value={"stream": 2, "value": 1})
    before = len(seen.relay.passed(DATA))
    with seen.losing(DATA):
        for _ in range(30):
            near.send(bytes(1000), stream=1)
        near.send("first", stream=2)
    far.messages(31)
    streams = [stream_of(chunk) for chunk in seen.relay.passed(DATA)[before:]]
    assert streams.index(2) < len(streams) - 10


@sees("max_cwnd")
def _(seen):
    near, far = seen.link.ends(near={"max_cwnd": {"value": 4000}})
    with seen.losing(SACK):
        before = len(seen.relay.passed(DATA))
        for _ in range(20):
            near.send(bytes(1000))
        near.client.call("ping")
        time.sleep(0.05)  # before the first is sent again
        assert 1 <= len(seen.relay.passed(DATA)) - before <= 5
    far.messages(20)


# --- timers ---


@sees("rtoinfo")
def _(seen):
    """How long a DATA chunk that is lost is not sent again."""
    for least in (100, 600):
        near, far = seen.link.ends(near={"rtoinfo": {"initial": least, "min": least, "max": least}})
        far.hears(near)
        with seen.losing(DATA):
            begun = time.monotonic()
            before = len(seen.relay.passed(DATA))
            near.send("lost")
            seen.relay.await_chunk(DATA, count=before + 2)
            assert least / 1000 * 0.9 <= time.monotonic() - begun
            near.client.call("close", socket=near.socket, mode="abort")


@sees("peer_addr_params.hbinterval")
def _(seen):
    near, _ = seen.link.ends(near={"peer_addr_params": {**PATH, "hbinterval": 100, "flags": ["hb_enable", "pmtud_disable"]}})
    near.client.call("ping")
    before = len(seen.relay.passed(HEARTBEAT, to_far=True))
    seen.relay.await_chunk(HEARTBEAT, to_far=True, count=before + 3)


@sees("associnfo")
def _(seen):
    """How often a message is sent before the association is given up."""
    near, _ = seen.link.ends(near={"associnfo": {"asocmaxrxt": 2}, "peer_addr_params": {**PATH, "pathmaxrxt": 2}})
    before = len(seen.relay.passed(DATA))
    seen.relay.lose = lambda chunks: chunks[0].to_far and any(chunk.type in (DATA, HEARTBEAT) for chunk in chunks)
    near.send("lost")
    near.event("assoc_change", state="comm_lost")
    assert 2 <= len(seen.relay.passed(DATA)) - before <= 4
    seen.relay.lose = lambda chunks: False


@sees("autoclose")
def _(seen):
    near, _ = seen.link.ends(near={"autoclose": 1})
    seen.last(SHUTDOWN, action=lambda: None)
    near.event("assoc_change", state="shutdown_comp")


@sees("linger")
def _(seen):
    for linger, kind in (({"onoff": True, "linger": 0}, ABORT), ({"onoff": True, "linger": 5}, SHUTDOWN)):
        near, _ = seen.link.ends(near={"linger": linger})
        seen.last(kind, action=lambda near=near: near.client.call("close", socket=near.socket))


# --- AUTH and RE-CONFIG ---


def key(number):
    return {"auth_key": {"keynumber": number, "key": b64(b"secret %d" % number)}}


@sees("auth_key", "auth_active_key")
def _(seen):
    options = {"auth_supported": True, "auth_chunk": {"chunk": "data"}, **key(5)}
    near, far = seen.link.ends(**options, auth_active_key={"keynumber": 5})
    assert seen.last(AUTH, action=lambda: far.hears(near)).body[:2] == b"\0\5"


GRANTED = {"reconfig_supported": True, "enable_stream_reset": {"value": ["reset_streams", "reset_assoc", "change_assoc"]}}


@sees("reset_streams", "reset_assoc", "add_streams")
def _(seen):
    near, _ = seen.link.ends(**GRANTED, initmsg={"num_ostreams": 10, "max_instreams": 20})
    for option, kind, told in (({"reset_streams": {"flags": ["outgoing"], "streams": [1]}}, RESET_OUT, "stream_reset"),
                               ({"add_streams": {"outstrms": 2}}, ADD_OUT, "stream_change"),
                               ({"reset_assoc": {}}, RESET_TSN, "assoc_reset")):
        chunk = seen.last(RE_CONFIG, action=lambda option=option: near.set(**option))
        assert kind in dict(tlvs(chunk.body, ">HH")), option
        near.event(told)


@sees("enable_stream_reset")
def _(seen):
    near, _ = seen.link.ends(near=GRANTED, far={"reconfig_supported": True, "enable_stream_reset": {"value": []}})
    before = len(seen.relay.passed(RE_CONFIG, to_far=False))
    near.set(reset_streams={"flags": ["outgoing"], "streams": [1]})
    answer = seen.relay.await_chunk(RE_CONFIG, to_far=False, count=before + 1)
    assert int.from_bytes(dict(tlvs(answer.body, ">HH"))[RESPONSE][4:8], "big") in (2, 3)  # denied, or wrong: no success


@sees("set_peer_primary_addr")
def _(seen):
    near, _ = seen.link.ends(auth_supported=True, asconf_supported=True)
    chunk = seen.last(ASCONF, action=lambda: near.set(set_peer_primary_addr={"addr": HERE}))
    assert SET_PRIMARY in dict(tlvs(chunk.body[4:], ">HH"))


@sees("remote_udp_encaps_port")
def _(seen):
    seen.link.ends()  # without it the relay would see nothing
    assert seen.relay.passed(INIT)


# --- what the IP header says: seen by a socket of ours that gets an INIT ---


class Sink:
    """A UDP socket, and an association that tries to come up with it."""

    def __init__(self, client, address, **options):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as self.sock:
            self.sock.bind((address, 0))
            self.sock.settimeout(10)
            for level, option in ((socket.IPPROTO_IP, socket.IP_RECVTOS),) if family == socket.AF_INET else \
                    ((socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS), (socket.IPPROTO_IPV6, IPV6_FLOWINFO)):
                self.sock.setsockopt(level, option, 1)
            options = {**FAST, "remote_udp_encaps_port": {"port": self.sock.getsockname()[1]}, **options}
            opened = client.call("open", addrs=[address], options=options)["socket"]
            client.call("connect", socket=opened, addrs=[address], port=7, wait=False, timeout_ms=500)
            _, controls, _, _ = self.sock.recvmsg(2048, 512)
            self.header = {kind: data for level, kind, data in controls}
            client.call("close", socket=opened, mode="abort")

    def number(self, kind, order="="):
        return struct.unpack_from(f"{order}I", self.header[kind].ljust(4, b"\0"))[0] if kind in self.header else 0


IPV6_FLOWINFO = 11  # <linux/in6.h>
HEADERS = {}


def heads(name):
    def keep(function):
        HEADERS[name] = function
        return function
    return keep


@heads("peer_addr_params.dscp")
def _(client):
    assert Sink(client, HERE, peer_addr_params={"dscp": 184}).number(socket.IP_TOS) == 184
    assert Sink(client, HERE).number(socket.IP_TOS) & 0xfc == 0
    assert Sink(client, "::1", peer_addr_params={"dscp": 40}).number(socket.IPV6_TCLASS) == 40


@heads("peer_addr_params.ipv6_flowlabel")
def _(client):
    assert Sink(client, "::1", peer_addr_params={"ipv6_flowlabel": 0x12345}).number(IPV6_FLOWINFO, ">") & 0xfffff == 0x12345


@heads("tos")
def _(client):
    assert Sink(client, HERE, tos=0xb8).number(socket.IP_TOS) & 0xfc == 0xb8


@heads("tclass")
def _(client):
    assert Sink(client, "::1", tclass=0x28).number(socket.IPV6_TCLASS) & 0xfc == 0x28


@heads("ttl")
def _(client):
    """Linux leaves it out of the packets that it encapsulates."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_SCTP) as plain:
        plain.settimeout(10)
        opened = client.call("open", addrs=[HERE], options={"ttl": 7})["socket"]
        client.call("connect", socket=opened, addrs=[HERE], port=7, wait=False, timeout_ms=500)
        port = client.call("status", socket=opened)["socket"]["port"]
        packet = b""
        while packet[20:22] != port.to_bytes(2, "big"):
            packet = plain.recv(2048)
        assert packet[8] == 7


# --- what is not there, and why ---

OWN = "says what clients, or the daemon, see or may do; the packets are the same"
ASKED = "only tells"
ROUTING = "decides where packets go on this host, not what is in them"
LATER = "changes when packets are sent under congestion, which no single packet shows"
ELSEWHERE = {  # seen by a test of its own
    "primary_addr": "test_events.py::test_peer_addr_change_made_primary, test_paths.py::test_delivery_goes_on_while_a_path_is_cut: which of two paths data takes",
    "auto_asconf": "needs a host that gets another address; test_bindx_hosts.py::test_a_peer_sees_an_address_come_and_go has what bindx tells",
    "peer_addr_thlds": "test_events.py::test_peer_addr_change_of_a_path_that_fails: after how many losses a path is inactive",
    "peer_addr_thlds_v2": "test_events.py::test_peer_addr_change_of_a_path_that_fails: the same",
    "peer_addr_params.pathmaxrxt": "test_events.py::test_peer_addr_change_of_a_path_that_fails: the same",
    "peer_addr_params.sackdelay": "delayed_sack, of one path",
    "peer_addr_params.flags": "turns the others on and off",
    "plpmtud_probe_interval": "a probe comes after 5 s at the earliest",
}
UNSEEN = {
    **ELSEWHERE,
    **dict.fromkeys(("i_want_mapped_v4_addr", "disable_fragments", "context", "partial_delivery_point",
                     "expose_potentially_failed_state", "sndbuf", "events", "auth_deactivate_key", "auth_delete_key",
                     "reuseaddr", "reuseport", "ipv6_v6only"), OWN),
    **dict.fromkeys(("priority", "mark", "dontroute", "bind_to_device"), ROUTING),
    **dict.fromkeys(("max_burst", "cmt_on_off", "pluggable_cc", "cc_option"), LATER),
}


def names_of(option):
    """One that decides several things apart is seen field by field."""
    if option.name != "peer_addr_params":
        return [option.name]
    return [f"{option.name}.{field.name}" for field in option.fields if field.role == "VALUE"]


def test_every_option_is_seen_or_there_is_a_reason():
    """An option that only can be read changes nothing."""
    settable = {name for option in OPTIONS.values() if option.home != "KEPT" and option.access != "RO" for name in names_of(option)}
    assert settable == SEEN.keys() | HEADERS.keys() | UNSEEN.keys()
    assert not (SEEN.keys() | HEADERS.keys()) & UNSEEN.keys()


def here(names):
    return sorted(name for name in names if OPTIONS[name.split(".")[0]].on(STACK))


@pytest.mark.parametrize("name", here(SEEN) if STACK != "fake" else [])
def test_seen_in_packets(name):
    with contextlib.ExitStack() as todo:
        if STACK == "kernel":
            todo.enter_context(sysctl(intl_enable=1))
        link = todo.enter_context(Link(STACK, STACK))
        SEEN[name](Seen(link))


@pytest.mark.parametrize("name", here(HEADERS) if STACK != "fake" else [])
def test_seen_in_the_ip_header(name):
    with contextlib.ExitStack() as todo:
        if STACK == "kernel":
            todo.enter_context(sysctl(udp_port=KERNEL_UDP_PORT))
        HEADERS[name](todo.enter_context(Daemon()).client())
