"""Every row of proto/options.def on a real stack: read, written and read back, or refused by name. The rows are the
tables', so a new one is tested as soon as it is declared; the last test counts that none was left out."""

import contextlib

import pytest
import sctpd
from option_rows import NAMES, OPTIONS
from sctpd import STACK

pytestmark = pytest.mark.skipif(STACK == "fake", reason="the rows are proved on real stacks")

# Rows of IPv4 packets alone; the others are tried on IPv6, which has all of them.
IPV4 = {"tos", "ttl"}
# Rows that only a wildcard socket has.
WILDCARD = {"auto_asconf"}
# Legal values of numbers, texts and lists where two small numbers will not do: the one that differs is set.
LEGAL = {
    "rtoinfo.initial": (2000, 2500), "rtoinfo.max": (30000, 40000), "rtoinfo.min": (200, 300),
    "associnfo.cookie_life": (20000, 30000),
    "initmsg.max_init_timeo": (5000, 6000),
    "maxseg.value": (1000, 1100),
    "fragment_interleave.value": (2, 0),
    "partial_delivery_point.value": (10000, 20000),
    "peer_addr_params.hbinterval": (4000, 5000), "peer_addr_params.pathmtu": (1280, 1400),
    "peer_addr_params.sackdelay": (100, 150), "peer_addr_params.ipv6_flowlabel": (0x12345, 0x54321),
    "peer_addr_params.dscp": (40, 48),
    "peer_addr_thlds.pathpfthld": (2, 1), "peer_addr_thlds_v2.pathpfthld": (2, 1), "peer_addr_thlds_v2.pathcpthld": (7, 8),
    "peer_addr_thlds.pathmaxrxt": (6, 7), "peer_addr_thlds_v2.pathmaxrxt": (6, 7),
    "remote_udp_encaps_port.port": (10001, 10002),
    "plpmtud_probe_interval.interval": (5000, 6000),
    "max_cwnd.value": (20000, 30000),
    "hmac_ident.idents": (["sha256", "sha1"], ["sha1"]),
    "sndbuf.value": (50000, 60000), "recbuf.value": (50000, 60000),
    "tos.value": (0x20, 0x40), "tclass.value": (0x20, 0x40), "ttl.value": (20, 30),
    "bind_to_device.value": ("lo", ""),
}
# What a row needs to be in force before, as the stacks want it.
BEFORE = {"interleaving_supported": {"fragment_interleave": 2}}

done = {}


def wildcard(option):
    return option.name in WILDCARD


def family(option):
    return "127.0.0.1" if option.name in IPV4 else "::1"


def bind_address(option):
    return {"127.0.0.1": "0.0.0.0", "::1": "::"}[family(option)] if wildcard(option) else family(option)


def rows(*access, **more):
    """The options this stack has, as parameters of a test."""
    fit = [o for o in OPTIONS.values() if o.on(STACK) and o.access in access]
    return pytest.mark.parametrize("option", [o for o in fit if all(getattr(o, k) in v for k, v in more.items())],
                                   ids=lambda o: o.name)


@pytest.fixture(scope="module")
def shared():
    """One daemon for all: what a test changes is on sockets of its own."""
    daemon = sctpd.Daemon()
    with daemon:
        yield daemon


class Place:
    """A socket or an association, whose options a client reads and writes."""

    def __init__(self, client, **where):
        self.client, self.where = client, where

    def get(self, option, keys=None):
        asked = {option.name: keys} if keys else [option.name]
        answer = self.client.call("getopts", self.where, options=asked)
        assert "failed" not in answer, answer
        return answer["options"][option.name]

    def set(self, option, values, keys=None):
        self.client.call("setopts", self.where, options={option.name: {**(keys or {}), **values}})


class World:
    """Sockets of one test, in a client of its own."""

    def __init__(self, daemon, option):
        self.client, self.option = daemon.client(), option

    def socket(self, **more):
        more.setdefault("addrs", [bind_address(self.option)])
        opened = self.client.call("open", more)
        return Place(self.client, socket=opened["socket"]), opened["port"]

    def prepared(self, **more):
        return self.socket(options=BEFORE.get(self.option.name, {}), **more)

    def join(self, near, port, **more):
        """An association from the socket @near to @port."""
        up = self.client.call("connect", near.where, addrs=[family(self.option)], port=port, **more)
        return Place(self.client, assoc=up["assoc"])

    def accepted(self, far):
        return Place(self.client, assoc=self.client.recv_event("assoc_change", "comm_up", **far.where)["assoc"])

    def pair(self):
        """Two ends of an association."""
        far, port = self.prepared(listen=True)
        near, _ = self.prepared()
        return self.join(near, port), self.accepted(far)


@pytest.fixture
def world(shared, request):
    w = World(shared, request.getfixturevalue("option"))
    yield w
    w.client.close()


def keys_of(option):
    """Values of the keys a read must have."""
    values = {"address": family(option), "stream": 1, "policy": "ttl", "option": "use_dccc_ecn"}
    return {f.name: values[f.name] for f in option.fields if f.role == "KEY"}


def names_of(field):
    return [n for n, stacks in NAMES[field.names].items() if STACK in stacks]


def other(option, field, now):
    """A legal value that is not the one in force."""
    if field.kind == "BOOL":
        return not now
    legal = LEGAL.get(f"{option.name}.{field.name}", (3, 5))
    if field.kind == "NAME":
        legal = names_of(field)
    if field.kind == "FLAGS":
        legal = names_of(field)[:1], names_of(field)[:2]
    return next(v for v in legal if v != now)


def switched(option, flags, field=None):
    """The flags that are told after @field was set (each of them: None), as far as a flag goes with a field."""
    told = set(flags)
    for name, (on, off) in option.flags.items():
        if field in (None, name) and STACK in NAMES["peer_addr_flags"][on]:
            told = told - {off} | {on}
    return told


def same(option, told, expected):
    """Whether fields are as expected; flags are a set."""
    for name, value in expected.items():
        if isinstance(value, set):
            assert set(told[name]) == value, (option.name, name)
        else:
            assert told[name] == value, (option.name, name, told)


def value_fields(option):
    return option.fields_on(STACK, "VALUE")


def write(place, option, keys=None):
    """All fields at once, then each alone; each time they read back, and the others are as they were."""
    fields = value_fields(option)
    before = place.get(option, keys)
    values = {f.name: other(option, f, before[f.name]) for f in fields}
    expected = dict(values)
    if option.flags:
        expected["flags"] = switched(option, before["flags"])
        values["flags"] = sorted(expected["flags"])
    place.set(option, values, keys)
    same(option, place.get(option, keys), expected)
    for field in fields if len(fields) > 1 else ():
        before = place.get(option, keys)
        expected = {f.name: before[f.name] for f in fields}
        expected[field.name] = other(option, field, before[field.name])
        place.set(option, {field.name: expected[field.name]}, keys)
        same(option, place.get(option, keys), expected)
    return {f.name: place.get(option, keys)[f.name] for f in fields}


def complete(option, told):
    missing = [f.name for f in option.fields_on(STACK, "VALUE", "RESULT") if f.name not in told]
    assert not missing, f"{option.name} has no {missing}: {told}"


@rows("RW", "RO", scope={"ANY", "SOCKET", "OPEN"})
def test_read_socket(world, option):
    socket, _ = world.prepared()
    complete(option, socket.get(option, keys_of(option)))
    done.setdefault(option.name, set()).add("read")


@rows("RW", "RO", scope={"ANY", "ASSOC"})
def test_read_assoc(world, option):
    for place in world.pair():
        complete(option, place.get(option, keys_of(option)))
    done.setdefault(option.name, set()).add("read")


@rows("RW", scope={"ANY", "SOCKET"})
def test_write_socket(world, option):
    """Both ends' sockets are written; what begins on them inherits it."""
    far, port = world.prepared(listen=True)
    near, _ = world.prepared()
    values = write(near, option, keys_of(option))
    done.setdefault(option.name, set()).add("written")
    if option.scope == "ANY":
        far.set(option, values, keys_of(option))
        here = world.join(near, port)
        same(option, here.get(option, keys_of(option)), values)
        same(option, world.accepted(far).get(option, keys_of(option)), values)


@rows("RW", scope={"ANY", "ASSOC"})
def test_write_assoc(world, option):
    for place in world.pair():
        write(place, option, keys_of(option))
    done.setdefault(option.name, set()).add("written")
