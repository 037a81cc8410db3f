"""Every row of proto/options.def on a real stack: read, written and read back, or refused by name. The rows are the
tables', so a new one is tested as soon as it is declared; the last test counts that none was left out."""

import collections

import pytest
import sctpd
from option_rows import NAMES, OPTIONS
from sctpd import STACK

pytestmark = pytest.mark.skipif(STACK == "fake", reason="the rows are proved on real stacks")

# Rows of IPv4 packets alone; the others are tried on IPv6, which has all of them.
IPV4 = {"tos", "ttl"}
# Rows that only a wildcard socket has, and those of several paths.
WILDCARD = {"auto_asconf"}
MULTIHOMED = {"primary_addr"}
# Legal values of numbers, texts and lists where two small numbers will not do: the one that differs is set.
LEGAL = {
    "rtoinfo.initial": (2000, 2500), "rtoinfo.max": (30000, 40000), "rtoinfo.min": (200, 300),
    "associnfo.cookie_life": (20000, 30000),
    "initmsg.max_init_timeo": (5000, 6000),
    "maxseg.value": (1000, 1100),
    "default_prinfo.policy": ("ttl", "rtx"),  # none has no value
    "delayed_sack.delay": (100, 150),  # the kernel counts in ticks
    "fragment_interleave.value": {"kernel": (1, 0), "usrsctp": (2, 0)},  # the kernel takes 2 for 1
    "partial_delivery_point.value": (10000, 20000),
    "peer_addr_params.hbinterval": (4000, 5000), "peer_addr_params.pathmtu": (1280, 1400),
    "peer_addr_params.sackdelay": (100, 150), "peer_addr_params.ipv6_flowlabel": (0x12345, 0x54321),
    "peer_addr_params.dscp": (40, 48),
    "peer_addr_thlds.pathpfthld": (2, 1), "peer_addr_thlds_v2.pathpfthld": (2, 1), "peer_addr_thlds_v2.pathcpthld": (7, 8),
    "peer_addr_thlds.pathmaxrxt": (6, 7), "peer_addr_thlds_v2.pathmaxrxt": (6, 7),
    "remote_udp_encaps_port.port": (10001, 10002),
    "plpmtud_probe_interval.interval": (5000, 6000),
    "max_cwnd.value": (20000, 30000),
    # Debian's usrsctp is built with SHA-1 alone; RFC 4895 6.1 does not allow a list without it.
    "hmac_ident.idents": {"kernel": (["sha256", "sha1"], ["sha1"]), "usrsctp": (["sha1"],)},
    "sndbuf.value": (50000, 60000), "recbuf.value": (50000, 60000),
    "tos.value": (0x20, 0x40), "tclass.value": (0x20, 0x40), "ttl.value": (20, 30),
    "bind_to_device.value": ("lo", ""),
    "primary_addr.addr": ("::1", "127.0.0.1"),
}
# What is to be in force before, on a socket.
BEFORE = {
    "auth_supported": [{"asconf_supported": False}],
    "interleaving_supported": [{"fragment_interleave": 2}],
    "stream_scheduler_value": [{"stream_scheduler": "prio"}],
    "cc_option": [{"pluggable_cc": "rtcc"}],
    "auth_active_key": [{"auth_key": {"keynumber": n, "key": sctpd.b64(b"secret")}} for n in (3, 5)],
}
# The ECN bits of these are the stack's own.
ECN = {"tos", "tclass"}

done = collections.defaultdict(set)  # option -> what was done with it


def addresses(option):
    """Where sockets are bound that try @option."""
    if option.name in WILDCARD:
        return ["::"]
    return ["127.0.0.1"] if option.name in IPV4 else ["::1", "127.0.0.1"] if option.name in MULTIHOMED else ["::1"]


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

    def get(self, option):
        keys = keys_of(option)
        answer = self.client.call("getopts", self.where, options={option.name: keys} if keys else [option.name])
        assert "failed" not in answer, answer
        told = answer["options"][option.name]
        assert {k: told.pop(k) for k in keys} == keys
        for field in option.fields:
            if field.kind == "FLAGS":
                told[field.name] = set(told[field.name])
            elif option.name in ECN:
                told[field.name] &= ~3
        return told

    def set(self, option, values):
        values = {k: sorted(v) if isinstance(v, set) else v for k, v in values.items()}
        self.client.call("setopts", self.where, options={option.name: {**keys_of(option), **values}})

    def confirm(self, addr):
        """Waits until the path @addr is confirmed: RFC 9260 5.4."""
        path = {"get_peer_addr_info": {"address": addr}}
        if self.client.call("getopts", self.where, options=path)["options"]["get_peer_addr_info"]["state"] != "active":
            self.client.recv_until(lambda i: i.get("state") == "addr_confirmed" and i["addr"] == addr, **self.where)


class World:
    """Sockets of one test, in a client of its own."""

    def __init__(self, daemon, option):
        self.client, self.option = daemon.client(), option

    def socket(self, **more):
        more.setdefault("addrs", addresses(self.option))
        opened = self.client.call("open", more)
        return Place(self.client, socket=opened["socket"]), opened["port"]

    def prepared(self, **more):
        place, port = self.socket(**more)
        for options in BEFORE.get(self.option.name, ()):
            self.client.call("setopts", place.where, options=options)
        return place, port

    def join(self, near, port, **more):
        """An association from the socket @near to @port."""
        up = self.client.call("connect", near.where, addrs=addresses(self.option), port=port, **more)
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
    values = {"address": "::1", "stream": 1, "policy": "all", "option": "steady_step"}
    return {f.name: values[f.name] for f in option.fields if f.role == "KEY"}


def names_of(field):
    return [n for n, stacks in NAMES.get(field.names, {}).items() if STACK in stacks]


def other(option, field, now):
    """A legal value that is not the one in force."""
    if field.kind == "BOOL":
        return not now
    legal = LEGAL.get(f"{option.name}.{field.name}")
    if isinstance(legal, dict):
        legal = legal[STACK]
    if not legal:
        names = names_of(field)
        legal = {"NAME": names, "FLAGS": (set(names[:1]), set(names[:2]))}.get(field.kind, (3, 5))
    return next((v for v in legal if v != now), legal[0])


def switched(option, flags, names):
    """The flags @flags after the fields @names were set, which take effect with a flag."""
    for on, off in (option.flags[n] for n in names if n in option.flags):
        if STACK in NAMES["peer_addr_flags"][on]:
            flags = flags - {off} | {on}
    return flags


def write_flags(place, option):
    """Each pair of flags is switched off, and on again."""
    for on, off in option.flags.values():
        if on != off and STACK in NAMES["peer_addr_flags"][on]:
            for flag in (on, off, on):
                place.set(option, {"flags": {flag}})
                assert place.get(option)["flags"] & {on, off} == {flag}


def write(place, option):
    """All fields at once, then each alone; each time they read back, and the others are as they were."""
    names = [f.name for f in option.fields_on(STACK, "VALUE")]
    before = place.get(option)
    values = {f.name: other(option, f, before[f.name]) for f in option.fields_on(STACK, "VALUE")}
    if option.flags:
        values["flags"] = switched(option, before["flags"], names)
    place.set(option, values)
    same(place.get(option), values)
    for field in option.fields_on(STACK, "VALUE") if len(names) > 1 else ():
        if option.flags and field.name == "flags":
            continue
        before = place.get(option)
        expected = {**{n: before[n] for n in names}, field.name: other(option, field, before[field.name])}
        if option.flags:
            expected["flags"] = switched(option, before["flags"], [field.name])
        place.set(option, {field.name: expected[field.name]})
        same(place.get(option), expected)
    if option.flags:
        write_flags(place, option)
    told = place.get(option)
    return {n: told[n] for n in names}


def same(told, expected):
    assert {n: told[n] for n in expected} == expected


def complete(option, told):
    missing = [f.name for f in option.fields_on(STACK, "VALUE", "RESULT") if f.name not in told]
    assert not missing, f"{option.name} has no {missing}: {told}"


@rows("RW", "RO", scope={"ANY", "SOCKET", "FUTURE", "OPEN"})
def test_read_socket(world, option):
    complete(option, world.prepared()[0].get(option))
    done[option.name].add("read")


@rows("RW", "RO", scope={"ANY", "ASSOC", "FUTURE"})
def test_read_assoc(world, option):
    for place in world.pair():
        complete(option, place.get(option))
    done[option.name].add("read")


@rows("RW", scope={"ANY", "SOCKET", "FUTURE"})
def test_write_socket(world, option):
    """Both ends' sockets are written; what begins on them inherits it."""
    far, port = world.prepared(listen=True)
    near, _ = world.prepared()
    values = write(near, option)
    done[option.name].add("written")
    if option.name == "remote_udp_encaps_port":  # an association takes it from its peer's packets, when there are some
        if STACK == "usrsctp":
            same(world.join(near, port, wait=False).get(option), values)
    elif option.scope != "SOCKET":
        far.set(option, values)
        same(world.join(near, port).get(option), values)
        same(world.accepted(far).get(option), values)


@rows("RW", scope={"ANY", "ASSOC"})
def test_write_assoc(world, option):
    for place in world.pair():
        for addr in addresses(option) if option.name in MULTIHOMED else ():
            place.confirm(addr)
        write(place, option)
    done[option.name].add("written")


@rows("RW", scope={"OPEN"})
def test_write_open(world, option):
    """Given to open alone, and read afterwards."""
    before = world.prepared()[0].get(option)
    values = {f.name: other(option, f, before[f.name]) for f in option.fields_on(STACK, "VALUE")}
    same(world.socket(options={option.name: values})[0].get(option), values)
    done[option.name].add("written")
