"""setopts, getopts and the `options` of open and connect: each wrong input is named, nothing is half done, keys stay secret."""

import json
import pathlib

import pytest
import sctpd

RTO = {"initial": 2000, "min": 500, "max": 4000}

# options as a client gives them -> the error, and what it names
BAD = [
    ({"nosuch": 1}, "no_such_option", "options.nosuch"),
    ({"": 1}, "no_such_option", "options."),
    ({"rtoinfo": {"nosuch": 1}}, "no_such_option", "options.rtoinfo.nosuch"),
    ({"rtoinfo": {"assoc": 1}}, "no_such_option", "options.rtoinfo.assoc"),
    ({"hmac_ident": {"count": 1}}, "no_such_option", "options.hmac_ident.count"),
    ({"rtoinfo": 1}, "bad_option_value", "options.rtoinfo"),
    ({"rtoinfo": None}, "bad_option_value", "options.rtoinfo"),
    ({"rtoinfo": {}}, "bad_option_value", "options.rtoinfo"),
    ({"rtoinfo": {"min": "1"}}, "bad_option_value", "options.rtoinfo.min"),
    ({"rtoinfo": {"min": -1}}, "bad_option_value", "options.rtoinfo.min"),
    ({"rtoinfo": {"min": 2**32}}, "bad_option_value", "options.rtoinfo.min"),
    ({"rtoinfo": {"min": 1.5}}, "bad_option_value", "options.rtoinfo.min"),
    ({"initmsg": {"num_ostreams": 2**16}}, "bad_option_value", "options.initmsg.num_ostreams"),
    ({"nodelay": 1}, "bad_option_value", "options.nodelay.value"),
    ({"nodelay": {"value": "true"}}, "bad_option_value", "options.nodelay.value"),
    ({"default_prinfo": {"policy": "nosuch"}}, "bad_option_value", "options.default_prinfo.policy"),
    ({"default_sndinfo": {"flags": ["nosuch"]}}, "bad_option_value", "options.default_sndinfo.flags"),
    ({"default_sndinfo": {"flags": [1]}}, "bad_option_value", "options.default_sndinfo.flags"),
    ({"default_sndinfo": {"flags": "unordered"}}, "bad_option_value", "options.default_sndinfo.flags"),
    ({"hmac_ident": {"idents": [2**32]}}, "bad_option_value", "options.hmac_ident.idents"),
    ({"peer_addr_params": {"address": "nosuch", "hbinterval": 1}}, "bad_option_value", "options.peer_addr_params.address"),
    ({"auth_key": {"keynumber": 1, "key": "?"}}, "bad_option_value", "options.auth_key.key"),
    ({"auth_key": {"key": ""}}, "bad_option_value", "options.auth_key.keynumber"),
    ({"associnfo": {"peer_rwnd": 1}}, "option_read_only", "options.associnfo.peer_rwnd"),
    ({"status": {}}, "option_read_only", "options.status"),
    ({"get_assoc_number": 1}, "option_read_only", "options.get_assoc_number"),
    ({"primary_addr": {"addr": "::1"}}, "option_scope", "options.primary_addr"),
    ({"recvrcvinfo": True}, "option_kept", "options.recvrcvinfo"),
]


@pytest.mark.parametrize("options, name, param", BAD, ids=lambda v: v if isinstance(v, str) else None)
def test_bad_options(pair, options, name, param):
    """The same error wherever options are given, behind a good one too; nothing is changed."""
    given = {"nodelay": True, **options}
    before, was = pair.b.list(), pair.b.call("getopts", socket=pair.socket_b)
    for method, params in (("setopts", {"socket": pair.socket_b}), ("open", {"addrs": ["127.0.0.1"]}),
                           ("connect", {"socket": pair.socket_b, "addrs": ["127.0.0.9"], "port": 9})):
        for check in (False, True):
            error = pair.b.fails(name, method, {**params, "options": given, "check": check})
            assert error.param == param and param in error.message, str(error)
    assert pair.b.list() == before
    assert pair.b.call("getopts", socket=pair.socket_b) == was


@pytest.mark.parametrize("options", [None, 1, "rtoinfo", ["rtoinfo"]])
def test_options_are_an_object(client, options):
    s = client.call("open", addrs=["127.0.0.1"])["socket"]
    for method, params in (("setopts", {"socket": s}), ("open", {}), ("connect", {"addrs": ["127.0.0.1"], "port": 9})):
        assert client.fails("invalid_params", method, {**params, "options": options}).param == "options"


def test_targets(pair):
    """One of `socket` and `assoc`, the client's own; getopts of anybody's."""
    options = {"nodelay": True}
    for method, given in (("setopts", options), ("getopts", ["nodelay"])):
        assert pair.b.fails("invalid_params", method, options=given).param == "assoc"
        assert pair.b.fails("invalid_params", method, socket=pair.socket_b, assoc=pair.assoc_b, options=given).param == "assoc"
        assert pair.b.fails("no_such_socket", method, socket=9999, options=given).param == "socket"
        assert pair.b.fails("no_such_assoc", method, assoc=9999, options=given).param == "assoc"
    pair.a.fails("not_owner", "setopts", assoc=pair.assoc_b, options=options)
    pair.a.fails("not_owner", "setopts", socket=pair.socket_b, options=options)
    assert pair.a.call("getopts", assoc=pair.assoc_b, options=["nodelay"])["options"] == {"nodelay": {"value": False}}
    assert pair.b.fails("invalid_params", "setopts", socket=pair.socket_b, options={}).param == "options"
    assert pair.b.fails("invalid_params", "setopts", assoc=pair.assoc_b, options=options, scope="all").param == "scope"
    assert pair.b.fails("invalid_params", "setopts", socket=pair.socket_b, options=options, scope="past").param == "scope"


def test_no_options(client):
    """open and connect may be given none."""
    assert client.call("open", addrs=["127.0.0.1"], options={})


def test_a_name_twice(client):
    """Which one counts would be a guess."""
    s = client.call("open", addrs=["127.0.0.1"])["socket"]
    client.raw('{"jsonrpc":"2.0","id":900,"method":"setopts","params":{"socket":%d,"options":{"nodelay":true,"nodelay":false}}}\n' % s)
    error = client.stray_answer()["error"]
    assert "nodelay" in error["message"], error
    assert client.call("getopts", socket=s, options=["nodelay"])["options"] == {"nodelay": {"value": False}}


def rtoinfo(client, **where):
    return client.call("getopts", where, options=["rtoinfo"])["options"]["rtoinfo"]


def test_check_changes_nothing(pair):
    was = rtoinfo(pair.b, assoc=pair.assoc_b)
    assert pair.b.call("setopts", assoc=pair.assoc_b, options={"rtoinfo": RTO}, check=True) == {"checked": True}
    assert pair.b.call("getopts", assoc=pair.assoc_b, options=["rtoinfo"], check=True) == {"checked": True}
    assert rtoinfo(pair.b, assoc=pair.assoc_b) == was


def test_partial_records(pair):
    """What is not given stays; a bare value stands for the only field."""
    pair.b.call("setopts", assoc=pair.assoc_b, options={"rtoinfo": RTO})
    pair.b.call("setopts", assoc=pair.assoc_b, options={"rtoinfo": {"max": 9000}, "nodelay": True})
    got = pair.b.call("getopts", assoc=pair.assoc_b, options=["nodelay", "rtoinfo"])["options"]
    assert got == {"rtoinfo": {**RTO, "max": 9000}, "nodelay": {"value": True}}


@pytest.mark.parametrize("given, said", [({"max": 100}, "max 100"), ({"min": 70000}, "min 70000"),
                                         ({"initial": 5000, "max": 4000}, "initial 5000, max 4000")])
def test_timeouts_that_contradict_each_other_are_named(pair, given, said):
    if sctpd.STACK == "kernel" and "initial" in given:
        pytest.skip("the kernel does not hold the first timeout against the others")
    if sctpd.STACK == "fake":  # which takes any
        pair.b.call("fake", control={"do": "fault", "op": "set_option", "error": "EINVAL"})
    was = rtoinfo(pair.b, assoc=pair.assoc_b)
    error = pair.b.fails("bad_option_value", "setopts", assoc=pair.assoc_b, options={"rtoinfo": given})
    assert said in error.message and "min" in error.message and error.data["errno"] == "EINVAL", str(error)
    assert rtoinfo(pair.b, assoc=pair.assoc_b) == was


@pytest.mark.parametrize("size", [50000, 150000])
def test_the_longest_message_follows_the_send_buffer(pair, size):
    """Up and down, for the limit that send has and the one that status tells."""
    pair.b.call("setopts", assoc=pair.assoc_b, options={"sndbuf": size})
    limit = pair.b.call("status", assoc=pair.assoc_b)["assoc"]["max_message"]
    assert size <= limit <= 2 * size + 1  # the kernel doubles what it is given
    assert pair.b.fails("message_too_long", "send", assoc=pair.assoc_b, text="x" * (limit + 1)).data["limit"] == limit
    pair.b.call("setopts", socket=pair.socket_b, scope="current", options={"sndbuf": 60000})
    assert 60000 <= pair.b.call("status", assoc=pair.assoc_b)["assoc"]["max_message"] <= 120001


def test_what_fits_into_a_line_is_told(pair):
    """A longer send buffer does not make the line longer."""
    told = pair.b.hello["limits"]["message_bytes"]
    assert told < pair.b.hello["limits"]["line_bytes"] * 3 // 4
    status = pair.b.call("status", assoc=pair.assoc_b)["assoc"]
    assert status["max_send"] == min(status["max_message"], told)
    if sctpd.STACK != "kernel":  # whose host's limit may be below
        pair.b.call("setopts", assoc=pair.assoc_b, options={"sndbuf": 1000000})
        assert pair.b.call("status", assoc=pair.assoc_b)["assoc"]["max_send"] == told
        pair.a.call("setopts", assoc=pair.assoc_a, options={"recbuf": 2000000})
        pair.b.call("send", assoc=pair.assoc_b, data=sctpd.b64(b"x" * told))


@pytest.mark.parametrize("option, sysctl", [("sndbuf", "wmem_max"), ("recbuf", "rmem_max")])
def test_a_buffer_beyond_the_hosts_limit_is_refused(pair, option, sysctl):
    """Not made smaller without a word; the old one stays."""
    if sctpd.STACK == "fake":
        pair.b.call("fake", control={"do": "fault", "op": "set_option", "error": "ENOBUFS"})
    elif sctpd.STACK != "kernel":
        pytest.skip("the library has no limit of the host's")
    was = pair.b.call("getopts", assoc=pair.assoc_b, options=[option])
    for size in (8 << 20, 2**32 - 1):
        error = pair.b.fails("bad_option_value", "setopts", assoc=pair.assoc_b, options={option: size})
        assert error.param.startswith(f"options.{option}") and f"net.core.{sysctl}" in error.message
        file = pathlib.Path(f"/proc/sys/net/core/{sysctl}")  # not there in another network namespace than the host's first
        assert error.data.get("limit") == (int(file.read_text(encoding="ascii")) if file.exists() else None)
        if sctpd.STACK == "fake":
            break
        pair.b.fails("bad_option_value", "open", addrs=["127.0.0.1"], options={option: size})
    assert pair.b.call("getopts", assoc=pair.assoc_b, options=[option]) == was


def test_scopes(daemon, pair):
    """RFC 6458 7.1: a socket's associations to come, those it has, or all."""
    late = pair.b.call("open", addrs=["127.0.0.1"])
    first = pair.b.call("connect", socket=late["socket"], addrs=["127.0.0.1"], port=pair.port)["assoc"]
    was = rtoinfo(pair.b, socket=late["socket"])
    expected = {"socket": was, "first": was}
    for number, (scope, changes) in enumerate((("future", ["socket"]), ("current", ["first"]), ("all", ["socket", "first"]))):
        new = {**RTO, "max": 5000 + 100 * number}
        pair.b.call("setopts", socket=late["socket"], options={"rtoinfo": new}, scope=scope)
        expected.update(dict.fromkeys(changes, new))
        assert rtoinfo(pair.b, socket=late["socket"]) == expected["socket"], scope
        assert rtoinfo(pair.b, assoc=first) == expected["first"], scope
        assert rtoinfo(pair.b, assoc=pair.assoc_b) == was


def test_scope_of_the_option(pair):
    """What a socket alone has cannot be set on its associations, and the other way round."""
    for scope, name in (("current", "initmsg"), ("all", "initmsg"), ("future", "reset_assoc"), ("all", "reset_assoc"),
                        ("current", "pr_supported"), ("all", "pr_supported")):
        options = {name: {}}
        assert pair.b.fails("option_scope", "setopts", socket=pair.socket_b, options=options, scope=scope).param == f"options.{name}"


def test_connect_gives_options_to_one(pair):
    """The association has them, the socket has what it had."""
    s = pair.b.call("open", addrs=["127.0.0.1"])["socket"]
    was = rtoinfo(pair.b, socket=s)
    up = pair.b.call("connect", socket=s, addrs=["127.0.0.1"], port=pair.port, options={"rtoinfo": RTO})
    assert rtoinfo(pair.b, assoc=up["assoc"]) == RTO
    assert rtoinfo(pair.b, socket=s) == was


def test_open_gives_options_to_all(pair):
    s = pair.b.call("open", addrs=["127.0.0.1"], options={"rtoinfo": RTO, "autoclose": 7})["socket"]
    up = pair.b.call("connect", socket=s, addrs=["127.0.0.1"], port=pair.port)
    for where in ({"socket": s}, {"assoc": up["assoc"]}):
        got = pair.b.call("getopts", where, options=["rtoinfo", "autoclose"])["options"]
        assert got == {"rtoinfo": RTO, "autoclose": {"value": 7}}


# --- reading ---


def test_getopts_of_everything(pair):
    """Without names: all that can be read at this place without a key, each once."""
    for where in ({"socket": pair.socket_b}, {"assoc": pair.assoc_b}):
        answer = pair.b.call("getopts", where)
        assert {"rtoinfo", "nodelay", "autoclose"} <= answer["options"].keys()
        assert not answer["options"].keys() & {"auth_key", "get_peer_addr_info", "recvrcvinfo"}
        assert not answer["options"].keys() & answer.get("failed", {}).keys()
    assert "status" in answer["options"] and "initmsg" not in answer["options"]


def test_getopts_by_name(pair):
    names = ["nodelay", "rtoinfo"]
    assert list(pair.b.call("getopts", assoc=pair.assoc_b, options=names)["options"]) == names
    assert pair.b.call("getopts", assoc=pair.assoc_b, options=[]) == {"options": {}}
    assert pair.b.call("getopts", assoc=pair.assoc_b, options=["nodelay", "nodelay"])["options"].keys() == {"nodelay"}
    for wrong in ([1], [["rtoinfo"]], [None]):
        assert pair.b.fails("invalid_params", "getopts", assoc=pair.assoc_b, options=wrong).param.startswith("options")
    for wrong in (1, "rtoinfo", True):
        assert pair.b.fails("invalid_params", "getopts", assoc=pair.assoc_b, options=wrong).param == "options"


def test_getopts_by_key(pair):
    path = {"address": "127.0.0.1"}
    got = pair.b.call("getopts", assoc=pair.assoc_b, options={"get_peer_addr_info": path, "rtoinfo": {}})["options"]
    assert got["get_peer_addr_info"]["address"] == "127.0.0.1" and got["get_peer_addr_info"]["state"] == "active"
    assert got["rtoinfo"].keys() == {"initial", "max", "min"}


@pytest.mark.parametrize("options, name, param", [
    (["nosuch"], "no_such_option", "options.nosuch"),
    (["auth_key"], "option_write_only", "options.auth_key"),
    (["explicit_eor"], "option_kept", "options.explicit_eor"),
    (["initmsg"], "option_scope", "options.initmsg"),
    (["get_peer_addr_info"], "bad_option_value", "options.get_peer_addr_info.address"),
    ({"get_peer_addr_info": {}}, "bad_option_value", "options.get_peer_addr_info.address"),
    ({"get_peer_addr_info": {"address": 1}}, "bad_option_value", "options.get_peer_addr_info.address"),
    ({"rtoinfo": {"min": 1}}, "bad_option_value", "options.rtoinfo.min"),
    ({"rtoinfo": {"nosuch": 1}}, "no_such_option", "options.rtoinfo.nosuch"),
    ({"rtoinfo": 1}, "bad_option_value", "options.rtoinfo"),
])
def test_bad_reads(pair, options, name, param):
    error = pair.b.fails(name, "getopts", assoc=pair.assoc_b, options=options)
    assert error.param == param and param in error.message, str(error)


def test_what_cannot_be_read_is_told(pair):
    """One that fails does not keep the others back."""
    stranger = {"get_peer_addr_info": {"address": "127.0.0.77"}, "nodelay": {}}
    answer = pair.b.call("getopts", assoc=pair.assoc_b, options=stranger)
    assert answer["options"] == {"nodelay": {"value": False}}
    failed = answer["failed"]["get_peer_addr_info"]
    assert failed["name"] == "bad_option_value" and "options.get_peer_addr_info" in failed["message"]


# --- secrets ---


def test_keys_are_never_shown():
    """Not by getopts, in errors, in the list, to observers, or in the log, however much is logged."""
    secret = "VGhlIGtleSBvZiB0aGUgY2FzdGxl"
    with sctpd.Daemon(args=["--log-level", "debug"]) as daemon:
        pair = sctpd.Pair(daemon)
        watcher = daemon.client()
        watcher.call("subscribe")
        seen = []
        for where in ({"socket": pair.socket_b}, {"assoc": pair.assoc_b}):
            for given in ({"keynumber": 1, "key": secret}, {"keynumber": 2**16, "key": secret}, {"keynumber": "1", "key": secret},
                          {"key": secret}, {"keynumber": 1, "key": secret + "?"}, {"keynumber": 1, "key": secret, "nosuch": secret}):
                try:
                    seen.append(pair.b.call("setopts", where, options={"auth_key": given}))
                except sctpd.RpcError as error:
                    seen.append([error.message, error.data])
            seen.append(pair.b.call("getopts", where))
            seen.append(str(pair.b.error("getopts", where, options={"auth_key": {"keynumber": 1}})))
        seen.append(pair.b.call("list"))
        watcher.quiet()
        told = json.dumps(seen) + json.dumps(watcher.notes) + daemon.log()
        for form in (secret, "The key of the castle"):
            assert form not in told


# --- all or nothing, on a stack that fails when it is told to ---


def fault(client, op="set_option", **more):
    client.call("fake", control={"do": "fault", "op": op, "error": "EIO", **more})


def state(pair, *wheres):
    return [pair.b.call("getopts", where)["options"] for where in wheres]


@pytest.mark.fake
@pytest.mark.parametrize("op", ["set_option", "get_option"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_later_option_fails(pair, op, after):
    """Those before it have their old values back."""
    where = {"assoc": pair.assoc_b}
    pair.b.call("setopts", where, options={"rtoinfo": RTO, "nodelay": True, "autoclose": 9})
    before = state(pair, where)
    options = {"autoclose": 11, "rtoinfo": {"max": 9000}, "nodelay": False, "delayed_sack": {"freq": 1}}
    fault(pair.b, op, after=after)
    failed = list(options)[after + 1]
    assert pair.b.error("setopts", where, options=options).param == f"options.{failed}"
    assert state(pair, where) == before
    pair.b.call("setopts", where, options=options)
    assert pair.b.call("getopts", where, options=["rtoinfo"])["options"]["rtoinfo"]["max"] == 9000


@pytest.mark.fake
@pytest.mark.parametrize("scope, targets", [("current", 3), ("all", 4)])
def test_a_later_association_fails(pair, scope, targets):
    """Every association before it, and the socket, have their old values back."""
    s = pair.b.call("open", addrs=["127.0.0.1"])["socket"]
    assocs = [pair.b.call("connect", socket=s, addrs=[f"127.0.0.{n}"], port=pair.port)["assoc"] for n in (1,)]
    for n in (2, 3):
        listener = pair.a.call("open", addrs=[f"127.0.0.{n}"], listen=True)
        assocs.append(pair.b.call("connect", socket=s, addrs=[f"127.0.0.{n}"], port=listener["port"])["assoc"])
    wheres = [{"socket": s}] + [{"assoc": a} for a in assocs]
    pair.b.call("setopts", assoc=assocs[0], options={"rtoinfo": RTO})
    before = state(pair, *wheres)
    for after in range(targets * 2):
        fault(pair.b, after=after)
        error = pair.b.error("setopts", socket=s, scope=scope, options={"rtoinfo": {"max": 8000}, "nodelay": True})
        assert error.param == ("options.rtoinfo" if after < targets else "options.nodelay")
        assert state(pair, *wheres) == before
    pair.b.call("setopts", socket=s, scope=scope, options={"rtoinfo": {"max": 8000}})


@pytest.mark.fake
def test_what_cannot_be_put_back_is_set_last(pair):
    """A key given first, in a call whose second option fails, was not set."""
    def sets():
        return pair.b.call("fake", control={"do": "calls", "op": "set_option"})["control"]["calls"]

    before = sets()
    fault(pair.b)
    error = pair.b.error("setopts", socket=pair.socket_b, options={"auth_key": {"keynumber": 1, "key": "YQ=="}, "nodelay": True})
    assert error.param == "options.nodelay"
    assert sets() - before == 2, "nodelay, which failed, and its value before"


@pytest.mark.fake
@pytest.mark.parametrize("after", [0, 1])
def test_an_option_of_connect_fails(pair, after):
    """It leaves no association, and the socket as it was."""
    options = {"nodelay": True, "rtoinfo": RTO}
    s = pair.b.call("open", addrs=["127.0.0.1"])["socket"]
    before, was = pair.b.list(), state(pair, {"socket": s})
    fault(pair.b, after=after)
    error = pair.b.error("connect", socket=s, addrs=["127.0.0.1"], port=pair.port, options=options)
    assert error.param == f"options.{list(options)[after]}"
    assert pair.b.list() == before
    assert state(pair, {"socket": s}) == was


@pytest.mark.fake
def test_an_option_that_cannot_be_set_once_it_is_up_ends_the_association(pair):
    """Set, put back, and set again on the association's own socket: there it fails."""
    s = pair.b.call("open", addrs=["127.0.0.1"])["socket"]
    fault(pair.b, after=2)
    error = pair.b.error("connect", socket=s, addrs=["127.0.0.1"], port=pair.port, options={"nodelay": True})
    assert error.data["why"] == "the options that connect was given cannot be set"
    assert not [a for a in pair.b.list()["assocs"] if a["socket"] == s]


@pytest.mark.fake
def test_a_failed_connect_puts_back(pair):
    s = pair.b.call("open", addrs=["127.0.0.1"])["socket"]
    was = state(pair, {"socket": s})
    fault(pair.b, "connect")
    pair.b.error("connect", socket=s, addrs=["127.0.0.1"], port=pair.port, options={"rtoinfo": RTO, "nodelay": True})
    assert state(pair, {"socket": s}) == was


@pytest.mark.fake
def test_unreadable_is_told(pair):
    """Every option that a stack does not tell is in `failed`; the daemon's own are there."""
    fault(pair.b, "get_option", times=-1)
    answer = pair.b.call("getopts", assoc=pair.assoc_b, options=["rtoinfo", "nodelay", "autoclose"])
    assert answer["options"].keys() == {"autoclose"} and answer["failed"].keys() == {"rtoinfo", "nodelay"}
