"""Every row of proto/options.def on a real stack: read, written and read back, or refused by name. The rows are the
tables', so a new one is tested as soon as it is declared; the last test counts that none was left out."""

import collections
import functools

import figures
import pytest
import sctpd
from option_rows import NAMES, OPTIONS
from sctpd import STACK

pytestmark = pytest.mark.skipif(STACK == "fake", reason="the rows are proved on real stacks")

# Rows of IPv4 packets alone; the others are tried on IPv6, which has all of them.
IPV4 = {"tos", "ttl"}
# Rows that only a wildcard socket has, and those of several paths.
WILDCARD = {"auto_asconf"}
MULTIHOMED = {"primary_addr", "set_peer_primary_addr"}
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
    # usrsctp as it is packaged has SHA-1 alone, and RFC 4895 3.3 wants it in every list.
    "hmac_ident.idents": {"kernel": (["sha256", "sha1"], ["sha1"]), "usrsctp": (["sha1"],)},
    "sndbuf.value": (50000, 60000), "recbuf.value": (50000, 60000),
    "tos.value": (0x20, 0x40), "tclass.value": (0x20, 0x40), "ttl.value": (20, 30),
    "bind_to_device.value": ("lo", ""),
    "primary_addr.addr": ("::1", "127.0.0.1"),
}
# What is to be in force before, on a socket.
AUTH_KEYS = [{"auth_key": {"keynumber": n, "key": sctpd.b64(b"secret")}} for n in (3, 5)]
RESETS = [{"enable_stream_reset": ["reset_streams", "reset_assoc", "change_assoc"]}]
BEFORE = {
    "auth_supported": [{"asconf_supported": False}],
    "interleaving_supported": [{"fragment_interleave": 2}],
    "stream_scheduler_value": [{"stream_scheduler": "prio"}],
    "cc_option": [{"pluggable_cc": "rtcc"}],
    "auth_active_key": AUTH_KEYS, "auth_deactivate_key": AUTH_KEYS, "auth_delete_key": AUTH_KEYS,
    "reset_streams": RESETS, "reset_assoc": RESETS, "add_streams": RESETS,
}
# The ECN bits of these are the stack's own.
ECN = {"tos", "tclass"}

done = collections.defaultdict(set)  # option -> what was done with it


def addresses(option):
    """Where sockets are bound that try @option."""
    if option.name in WILDCARD:
        return ["::"]
    return peer_addresses(option)


def peer_addresses(option):
    """Where they connect to."""
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
        assert keys.items() <= told.items()
        for field in option.fields:
            if field.kind == "FLAGS":
                told[field.name] = set(told[field.name])
            elif option.name in ECN:
                told[field.name] &= ~3
        return told

    def set(self, option, values):
        values = {k: sorted(v) if isinstance(v, set) else v for k, v in values.items()}
        self.client.call("setopts", self.where, options={option.name: {**keys_of(option), **values}})

    def recv(self, event):
        return self.client.recv_event(event, **self.where)

    def confirm(self, addr):
        """Waits until the path @addr is confirmed: RFC 9260 5.4."""
        path = {"get_peer_addr_info": {"address": addr}}
        if self.client.call("getopts", self.where, options=path)["options"]["get_peer_addr_info"]["state"] != "active":
            self.client.recv_until(lambda i: i.get("state") == "addr_confirmed" and i["addr"] == addr, **self.where)

    def fails(self, name, method, options, param):
        """The option is refused with the error @name, which names @param."""
        error = self.client.fails(name, method, self.where, options=options)
        assert error.param == f"options.{param}" and error.param in error.message, str(error)
        return error


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
        up = self.client.call("connect", near.where, addrs=peer_addresses(self.option), port=port, **more)
        return Place(self.client, assoc=up["assoc"])

    def accepted(self, far):
        return Place(self.client, assoc=self.client.recv_event("assoc_change", "comm_up", **far.where)["assoc"])

    def sockets(self):
        """Two sockets, the second listens on the port."""
        far, port = self.prepared(listen=True)
        return self.prepared()[0], far, port

    def pair(self):
        """Two ends of an association, the one that connected first."""
        near, far, port = self.sockets()
        return self.join(near, port), self.accepted(far)

    @functools.cached_property
    def places(self):
        """A socket and an association."""
        return {"socket": self.socket()[0], "assoc": self.pair()[0]}


@pytest.fixture
def world(shared, request):
    w = World(shared, request.getfixturevalue("option"))
    yield w
    w.client.close()


def keys_of(option):
    """Values of the keys a call must have."""
    if option.access == "WO":
        return {}
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
    return legal[0] if len(legal) == 1 else next(v for v in legal if v != now)


def switched(option, flags, names):
    """The flags @flags after the fields @names were set, which take effect with a flag."""
    for on, off in (option.flags[n] for n in names if n in option.flags):
        if STACK in NAMES["peer_addr_flags"][on]:
            flags = flags - {off} | {on}
    return flags


def switch_flags(place, option):
    """Each pair of flags is switched on, off, and on again."""
    told = place.get(option)
    for name, (on, off) in option.flags.items():
        if on != off and STACK in NAMES["peer_addr_flags"][on]:
            for flag in (on, off, on):
                place.set(option, {"flags": {flag}, **({name: told[name]} if flag == on else {})})
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
        switch_flags(place, option)
    told = place.get(option)
    return {n: told[n] for n in names}


def same(told, expected):
    assert {n: told[n] for n in expected} == expected


def complete(option, told):
    missing = [f.name for f in option.fields_on(STACK, "VALUE", "RESULT") if f.name not in told]
    assert not missing, f"{option.name} has no {missing}: {told}"


# --- reading, and writing what can be read back ---


@rows("RW", "RO", scope={"ANY", "SOCKET", "FUTURE", "OPEN"})
def test_read_socket(world, option):
    complete(option, world.prepared()[0].get(option))
    done[option.name].add("read")


@rows("RW", "RO", scope={"ANY", "ASSOC", "FUTURE"})
def test_read_assoc(world, option):
    for place in world.pair():
        complete(option, place.get(option))
    done[option.name].add("read")


def give_to_open(world, option):
    """Given to open alone, and read afterwards."""
    before = world.socket()[0].get(option)
    values = {f.name: other(option, f, before[f.name]) for f in option.fields_on(STACK, "VALUE")}
    same(world.socket(options={option.name: values})[0].get(option), values)


@rows("RW", scope={"ANY", "SOCKET", "FUTURE", "OPEN"})
def test_write_socket(world, option):
    """Both ends' sockets are written; what begins on them inherits it."""
    if option.scope == "OPEN":
        give_to_open(world, option)
        done[option.name].add("written")
        return
    near, far, port = world.sockets()
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



# --- given to connect ---

# What an INIT says, once.
INIT = {"initmsg", "adaptation_layer", "hmac_ident"}


def given(option, place):
    """Another value for each field, as a client writes it, and as it reads back."""
    before = place.get(option)
    values = {f.name: other(option, f, before[f.name]) for f in option.fields_on(STACK, "VALUE")}
    if option.flags:
        values["flags"] = switched(option, before["flags"], list(values))
    return {n: sorted(v) if isinstance(v, set) else v for n, v in values.items()}, values


@rows("RW", scope={"ANY", "SOCKET", "FUTURE"})
@pytest.mark.parametrize("own", [False, True], ids=["socket", "alone"])
def test_what_connect_is_given_holds_for_its_association_alone(world, option, own):
    """With `socket`, and with a socket that is made by the call. The next association from there has none of it."""
    near, far, port = world.sockets()
    where = Place(world.client) if own else near
    more = {"wait": False} if option.name == "remote_udp_encaps_port" else {}
    told, values = given(option, near)
    before = restorable(option, near.get(option))
    sockets = option.scope == "SOCKET" and option.name not in INIT
    negotiated = STACK == "kernel" and (option.scope == "FUTURE" or option.name == "auth_active_key")
    if (sockets or negotiated) and not own:
        place = Place(world.client, addrs=peer_addresses(option), port=port, **near.where)
        place.fails("option_scope", "connect", {option.name: told}, option.name)
        assert restorable(option, near.get(option)) == before
        return
    if option.scope == "FUTURE":
        far.set(option, values)
    before_far = restorable(option, far.get(option))
    beside = BEFORE.get(option.name, [{}])[0] if own else {}
    assoc = world.join(where, port, options={**beside, option.name: told}, **more)
    assert restorable(option, near.get(option)) == before
    if option.scope == "SOCKET" or (STACK == "kernel" and more):  # it follows the peer's packets
        return
    same(assoc.get(option), values)
    assert restorable(option, far.get(option)) == before_far
    if not own and not more:
        world.client.call("abort", assoc.where)
        if option.scope == "FUTURE":
            far.set(option, {n: near.get(option)[n] for n in values})
        next_one = world.join(near, port)
        assert {n: v for n, v in next_one.get(option).items() if n in values} != values


def failing(option, where):
    """What fails behind the good option @option: a socket bound to an address has no ASCONF of its own, RFC 4895 3.3
    wants SHA-1, the path is not the peer's, a timeout's least is above its most."""
    if where == "assoc":
        return {"primary_addr": {"addr": "127.0.0.99"}}
    if STACK == "usrsctp" and option.name != "rtoinfo":
        return {"rtoinfo": {"min": 5000, "max": 4000}}
    return {"hmac_ident": ["sha256"]} if option.name in WILDCARD or STACK == "usrsctp" else {"auto_asconf": True}


def restorable(option, told):
    """What was told, but for what can only be told: that values were given once, and the MTU that a path is to have
    when it is not discovered."""
    if option.flags:
        told["flags"] -= {on for on, off in option.flags.values() if on == off}
        if "pmtud_enable" in told["flags"]:
            del told["pathmtu"]
    return told


@rows("RW", scope={"ANY", "SOCKET", "ASSOC", "FUTURE"})
def test_put_back(world, option):
    """A call that fails later leaves the option as it was."""
    places = {"socket": world.prepared()[0]} if option.scope != "ASSOC" else {}
    if option.scope in ("ANY", "ASSOC"):
        places["assoc"] = world.pair()[0]
    for where, place in places.items():
        before = place.get(option)
        values = {f.name: other(option, f, before[f.name]) for f in option.fields_on(STACK, "VALUE")}
        bad = failing(option, where)
        good = {**keys_of(option), **{n: sorted(v) if isinstance(v, set) else v for n, v in values.items() if n != "flags"}}
        place.fails("bad_option_value", "setopts", {option.name: good, **bad}, list(bad)[0])
        assert restorable(option, place.get(option)) == restorable(option, before)


# --- what can only be written ---

ACTIVE = OPTIONS["auth_active_key"]


def write_auth_chunk(world, option):
    """The peers are told which chunks to authenticate."""
    near, far, port = world.sockets()
    far.set(option, {"chunk": "data"})
    assert "data" in far.get(OPTIONS["local_auth_chunks"])["chunks"]
    assert "data" in world.join(near, port).get(OPTIONS["peer_auth_chunks"])["chunks"]


def each_place(world):
    """A socket, and an association of another."""
    yield world.prepared()[0]
    yield world.pair()[0]


def write_auth_key(world, option):
    """The key can be made the active one, which it could not be before."""
    for place in each_place(world):
        place.fails("bad_option_value", "setopts", {"auth_active_key": {"keynumber": 3}}, "auth_active_key")
        place.set(option, {"keynumber": 3, "key": sctpd.b64(b"secret")})
        place.set(ACTIVE, {"keynumber": 3})
        same(place.get(ACTIVE), {"keynumber": 3})


def write_auth_delete_key(world, option):
    """The key can be made the active one no more."""
    for place in each_place(world):
        place.set(option, {"keynumber": 5})
        place.fails("bad_option_value", "setopts", {"auth_active_key": {"keynumber": 5}}, "auth_active_key")
        place.set(ACTIVE, {"keynumber": 3})


def write_auth_deactivate_key(world, option):
    """Nobody uses the key, so it is free."""
    for place in each_place(world):
        place.set(option, {"keynumber": 5})
    assert (free := place.recv("authentication"))["indication"] == "free_key" and free["keynumber"] == 5


def write_reset_streams(world, option):
    near, far = world.pair()
    near.set(option, {"flags": {"outgoing"}, "streams": [1, 2]})
    assert far.recv("stream_reset")["streams"] == [1, 2]


def write_reset_assoc(world, option):
    near, far = world.pair()
    near.set(option, {})
    assert far.recv("assoc_reset")


def write_add_streams(world, option):
    near, far = world.pair()
    before = near.get(OPTIONS["status"])["outstrms"]
    near.set(option, {"outstrms": 2})
    assert near.recv("stream_change")
    assert near.get(OPTIONS["status"])["outstrms"] == before + 2


def write_set_peer_primary_addr(world, option):
    """The peer sends to the address it is asked to."""
    near, far = world.pair()
    for addr in addresses(option):
        far.confirm(addr)
    now = far.get(OPTIONS["primary_addr"])["addr"]
    addr = next(a for a in addresses(option) if a != now)
    near.set(option, {"addr": addr})
    far.client.recv_until(lambda i: i.get("state") == "addr_made_prim" and i["addr"] == addr, **far.where)
    assert far.get(OPTIONS["primary_addr"])["addr"] == addr


EFFECTS = {name[len("write_"):]: function for name, function in globals().items() if name.startswith("write_")}


@rows("WO")
def test_write_only(world, option):
    EFFECTS[option.name](world, option)
    done[option.name].add("write-only")


# --- what is refused ---


@pytest.mark.parametrize("option", [o for o in OPTIONS.values() if not o.on(STACK)], ids=lambda o: o.name)
def test_refused(world, option):
    """What the stack has not, and what the daemon keeps: the reason is said, whatever is asked."""
    name = "option_kept" if option.home == "KEPT" else "option_not_supported"
    socket, _ = world.socket()
    for method, options in (("getopts", [option.name]), ("setopts", {option.name: {}}), ("setopts", {option.name: 1}),
                            ("connect", {option.name: {}})):
        place = socket if method != "connect" else Place(world.client, socket=socket.where["socket"], addrs=["::1"], port=1)
        error = place.fails(name, method, options, option.name)
        assert option.absent and option.absent in error.message, str(error)
    assert option.absent in Place(world.client).fails(name, "open", {option.name: {}}, option.name).message
    done[option.name].add("kept" if option.home == "KEPT" else "not on this stack")


# What a call may not do with a row: method, place, of which access and scopes, the error.
MISUSES = [
    ("setopts", "socket", {"RO"}, {"ANY", "SOCKET"}, "option_read_only"),
    ("setopts", "assoc", {"RO"}, {"ASSOC"}, "option_read_only"),
    ("getopts", "socket", {"WO"}, {"ANY", "SOCKET"}, "option_write_only"),
    ("getopts", "assoc", {"WO"}, {"ANY", "ASSOC"}, "option_write_only"),
    ("getopts", "socket", {"RO", "RW"}, {"ASSOC"}, "option_scope"),
    ("setopts", "socket", {"WO", "RW"}, {"ASSOC", "OPEN"}, "option_scope"),
    ("getopts", "assoc", {"RO", "RW"}, {"SOCKET", "OPEN"}, "option_scope"),
    ("setopts", "assoc", {"WO", "RW"}, {"SOCKET", "FUTURE", "OPEN"}, "option_scope"),
]


@rows("RW", "RO", "WO")
def test_misuse(world, option):
    for method, place, access, scopes, name in MISUSES:
        if option.access in access and option.scope in scopes:
            options = [option.name] if method == "getopts" else {option.name: {}}
            world.places[place].fails(name, method, options, option.name)


WRONG_TYPES = {"UINT": ("1", -1, 1.5, True, 2**32, None), "UINT_NET": ("1", -1, 2**32), "BOOL": (1, "true", None),
               "NAME": ("nonsense", 1, []), "FLAGS": ("nonsense", ["nonsense"], {}), "LIST": (1, [-1], ["nonsense"], "x"),
               "ADDR": ("nonsense", 1), "BYTES": ("!", 1), "TEXT": (1, "a\0b", [])}


def writable(option):
    """A place where it is written, as parameters of a call."""
    return ("open", "") if option.scope == "OPEN" else ("setopts", "assoc" if option.scope == "ASSOC" else "socket")


def refuse(world, option, fields, name, field=None):
    method, place = writable(option)
    place = Place(world.client) if method == "open" else world.places[place]
    return place.fails(name, method, {option.name: fields}, f"{option.name}.{field}" if field else option.name)


@rows("RW", "WO")
def test_bad_fields(world, option):
    """Each field: a wrong type, a number too large, a name of the other stack, one that is a result; fields there are not."""
    keys = {f.name: {"NAME": names_of(f)[:1], "UINT": [1]}[f.kind][0] for f in option.fields_on(STACK, "KEY")}
    for field in option.fields_on(STACK, "KEY", "PICK", "VALUE"):
        for value in WRONG_TYPES[field.kind]:
            refuse(world, option, {**keys, field.name: value}, "bad_option_value", field.name)
        for name in set(NAMES.get(field.names, ())) - set(names_of(field)) if field.kind in ("NAME", "FLAGS") else ():
            if option.home != "DAEMON":
                value = [name] if field.kind == "FLAGS" else name
                refuse(world, option, {**keys, field.name: value}, "option_not_supported", field.name)
    for field in option.fields_on(STACK, "RESULT"):
        refuse(world, option, {field.name: 1}, "option_read_only", field.name)
    for field in option.fields:
        if STACK not in field.stacks:
            refuse(world, option, {field.name: 1}, "option_not_supported", field.name)
    refuse(world, option, {"nonsense": 1}, "no_such_option", "nonsense")
    for key in keys:
        refuse(world, option, {}, "bad_option_value", key)
    if not keys and option.fields_on(STACK, "VALUE"):
        refuse(world, option, {}, "bad_option_value")


@pytest.mark.parametrize("option", [o for o in OPTIONS.values() if o.on(STACK) and o.access != "WO" and o.fields_on(STACK, "KEY")],
                         ids=lambda o: o.name)
def test_bad_keys(world, option):
    """Reads without their key, or with a value."""
    place = world.places[option.places()[-1]]
    for key in keys_of(option):
        rest = {k: v for k, v in keys_of(option).items() if k != key}
        assert "is missing" in place.fails("bad_option_value", "getopts", {option.name: rest}, f"{option.name}.{key}").message
    for field in option.fields_on(STACK, "VALUE"):
        fields = {**keys_of(option), field.name: 1}
        assert "when an option is read" in place.fails("bad_option_value", "getopts", {option.name: fields}, f"{option.name}.{field.name}").message


# Options that need another one, with what would do otherwise.
NEEDY = {
    "asconf_supported": {"value": True}, "hmac_ident": {"idents": ["sha1"]}, "auth_chunk": {"chunk": "data"},
    "auth_key": {"keynumber": 3, "key": ""}, "auth_active_key": {"keynumber": 0}, "auth_deactivate_key": {"keynumber": 3},
    "auth_delete_key": {"keynumber": 3}, "set_peer_primary_addr": {"addr": "::1"},
    "reset_streams": {"flags": ["outgoing"], "streams": [1]}, "reset_assoc": {}, "add_streams": {"outstrms": 1},
}
NEEDING = [o for o in OPTIONS.values() if o.on(STACK) and o.needs.endswith("_supported")]
# Whom usrsctp lets set keys and chunks before it is told to use them, and Linux ASCONF without AUTH.
EARLY = {"kernel": {"asconf_supported"}, "usrsctp": {o.name for o in NEEDING if o.needs == "auth_supported"} - {"asconf_supported"}}


@pytest.mark.parametrize("option", NEEDING, ids=lambda o: o.name)
def test_needs(world, option):
    """Without what it needs it is refused, and the needed option is named; or it waits until there is what it needs."""
    off = ["asconf_supported"] if option.needs == "auth_supported" else []
    near, far, port = world.sockets()
    for place in (near, far):
        for name in [*off, option.needs]:
            place.set(OPTIONS[name], {"value": False})
    place = world.join(near, port) if option.scope == "ASSOC" else near
    if option.name in EARLY[STACK]:
        place.get(option) if option.access == "RO" else place.set(option, NEEDY[option.name])
    elif option.access == "RO":
        failed = world.client.call("getopts", place.where, options=[option.name])["failed"][option.name]
        assert failed["name"] == "not_negotiated" and f"needs {option.needs}" in failed["message"]
    else:
        error = place.fails("not_negotiated", "setopts", {option.name: NEEDY[option.name]}, option.name)
        assert f"needs {option.needs}" in error.message


# Fields of two bytes or one: what is more fits no struct, and is not cut off.
NARROW = {"initmsg.num_ostreams": 2**16, "peer_addr_params.pathmaxrxt": 2**16, "remote_udp_encaps_port.port": 2**16,
          "peer_addr_params.dscp": 2**8}


@pytest.mark.parametrize("option", [OPTIONS[path.split(".")[0]] for path in NARROW], ids=list(NARROW))
def test_too_large(world, option):
    for path, number in NARROW.items():
        name, field = path.split(".")
        if name != option.name:
            continue
        error = world.socket()[0].fails("bad_option_value", "setopts", {name: {field: number}}, path)
        assert "too large" in error.message
        for method in ("open", "connect"):
            where = {"addrs": ["::1"], "port": 1} if method == "connect" else {}
            Place(world.client, **where).fails("bad_option_value", method, {name: {field: number}}, path)


def test_ipv4(shared):
    """On an IPv4 socket everything can be read but what is of IPv6."""
    pair = sctpd.Pair(shared)
    fails = {"kernel": {"tclass", "ipv6_v6only"}, "usrsctp": set()}[STACK]
    for where in ({"socket": pair.socket_a}, {"socket": pair.socket_b}, {"assoc": pair.assoc_a}, {"assoc": pair.assoc_b}):
        assert pair.a.call("getopts", where).get("failed", {}).keys() <= fails
    for client in (pair.a, pair.b):
        client.close()


@pytest.mark.parametrize("mapped", [True, False])
def test_addresses_are_plain(shared, mapped):
    """i_want_mapped_v4_addr: an IPv4 address is given and told as one, whatever form the stack has it in."""
    both = {"addrs": ["::1", "127.0.0.1"], "options": {"i_want_mapped_v4_addr": mapped}}
    pair = sctpd.Pair(shared, open_a=both, open_b=both, connect={"addrs": both["addrs"]})
    for client, assoc in ((pair.a, pair.assoc_a), (pair.b, pair.assoc_b)):
        place = Place(client, assoc=assoc)
        assert place.get(OPTIONS["i_want_mapped_v4_addr"]) == {"value": mapped}
        for addr in both["addrs"]:
            place.confirm(addr)
            place.set(OPTIONS["primary_addr"], {"addr": addr})
            assert place.get(OPTIONS["primary_addr"]) == {"addr": addr}
            for name, value in (("peer_addr_params", "hbinterval"), ("peer_addr_thlds", "pathmaxrxt")):
                fields = {"address": addr, value: LEGAL.get(f"{name}.{value}")[0]}
                client.call("setopts", place.where, options={name: fields})
                told = client.call("getopts", place.where, options={name: {"address": addr}})["options"][name]
                assert fields.items() <= told.items()
        status = client.call("status", place.where)["assoc"]
        assert sorted(p["addr"] for p in status["paths"]) == sorted(status["local_addrs"]) == sorted(both["addrs"])
    far = Place(pair.a, assoc=pair.assoc_a)
    now = far.get(OPTIONS["primary_addr"])["addr"]
    wanted = next(a for a in both["addrs"] if a != now)
    pair.b.call("setopts", assoc=pair.assoc_b, options={"set_peer_primary_addr": {"addr": wanted}})
    pair.a.recv_until(lambda i: i.get("state") == "addr_made_prim" and i["addr"] == wanted, **far.where)
    if STACK == "usrsctp":  # a send on the kernel's stack cannot name a path
        pair.say("here", addr="127.0.0.1")
        assert pair.hear(encoding="text")["text"] == "here"
    for client in (pair.a, pair.b):
        client.close()


@pytest.mark.skipif(STACK == "kernel", reason="an association has a descriptor of its own from its beginning")
def test_before_it_is_up(shared):
    """What names no association would be the socket's, so it is refused; the rest is the association's."""
    nowhere = {"remote_udp_encaps_port": {"port": 9}}
    with shared.client() as client:
        socket = Place(client, socket=client.call("open", addrs=["::1"])["socket"])
        up = client.call("connect", socket.where, addrs=["::1"], port=9, wait=False, options=nowhere)
        pending = Place(client, assoc=up["assoc"])
        pending.fails("bad_option_value", "setopts", {"nodelay": True}, "nodelay")
        assert socket.get(OPTIONS["nodelay"]) == {"value": False}
        pending.set(OPTIONS["rtoinfo"], {"max": 30000})
        assert pending.get(OPTIONS["rtoinfo"])["max"] == 30000
        assert socket.get(OPTIONS["rtoinfo"])["max"] == 60000


def test_rows_are_the_daemons(shared):
    """What was read from the tables is what the daemon tells."""
    with shared.client() as client:
        told = client.contract.options
    assert {o.name: [f.name for f in o.fields] for o in OPTIONS.values()} == {n: list(o["properties"]) for n, o in told.items()}


def test_none_left_out(request):
    """Every row was read, or only written, or refused: the tests before this one counted."""
    if request.config.getoption("keyword") or any("::" in word for word in request.config.args):
        pytest.skip("only a part of the file was run")
    count = {what: sum(what in did for did in done.values())
             for what in ("read", "written", "kept", "not on this stack", "write-only")}
    refused = count["kept"] + count["not on this stack"]
    figures.say(f"options: {STACK}: {len(OPTIONS)} rows, {count['read']} read, {count['written']} written and read back, "
                f"{refused} refused by name ({count['kept']} kept, {count['not on this stack']} not on this stack), "
                f"{count['write-only']} write-only")
    here = [o for o in OPTIONS.values() if o.on(STACK)]
    assert not [o.name for o in OPTIONS.values() if not done[o.name]]
    assert count["written"] == len([o for o in here if o.access == "RW"])
    assert count["read"] + count["write-only"] + refused == len(OPTIONS)
