"""Every call of the stack fails once, in several ways: the call says so, nothing is left of it, the next one works."""
import contextlib

import pytest
import sctpd

pytestmark = pytest.mark.fake

ERRNOS = {"ENOMEM": "limit_reached", "ENOBUFS": "limit_reached", "EMFILE": "limit_reached", "EACCES": "permission_denied",
          "EINVAL": "system_error", "EIO": "system_error", "EADDRINUSE": "address_in_use"}

# op of the stack -> a call that uses it, for b of a pair
CALLS = {
    "open": lambda p: ("open", {"addrs": ["127.0.0.1"]}),
    "bindx": lambda p: ("bindx", {"socket": p.socket_b, "add": ["127.0.0.7"]}),
    "listen": lambda p: ("listen", {"socket": p.socket_b}),
    "connect": lambda p: ("connect", {"addrs": ["127.0.0.1"], "port": p.port}),
    "send": lambda p: ("send", {"assoc": p.assoc_b, "text": "x"}),
    "eof": lambda p: ("eof", {"assoc": p.assoc_b}),
    "abort": lambda p: ("abort", {"assoc": p.assoc_b}),
}


@pytest.mark.parametrize("error", sorted(ERRNOS))
@pytest.mark.parametrize("op", sorted(CALLS))
def test_once(pair, op, error):
    method, params = CALLS[op](pair)
    before = pair.b.list()
    pair.b.call("fake", control={"do": "fault", "op": op, "error": error})
    failed = pair.b.error(method, params)
    assert failed.name == ERRNOS[error] and failed.data["errno"] == error, str(failed)
    assert pair.b.list() == before
    pair.b.call(method, params)


@pytest.mark.parametrize("error", ["ENOMEM", "EINVAL", "EOPNOTSUPP", "ENOPROTOOPT", "EACCES"])
@pytest.mark.parametrize("op", ["set_option", "get_option"])
def test_options(pair, op, error):
    """One of two options fails: both are as they were."""
    before = pair.b.list()
    options = {"nodelay": {"value": True}, "initmsg": {"num_ostreams": 3}}
    for after in range(2):
        pair.b.call("fake", control={"do": "fault", "op": op, "error": error, "after": after})
        failed = pair.b.error("connect", socket=pair.socket_b, addrs=["127.0.0.2"], port=pair.port, options=options)
        assert failed.name in ("option_not_supported", "bad_option_value", "limit_reached", "system_error",
                               "permission_denied"), str(failed)
        assert failed.param.startswith("options."), str(failed)
        assert pair.b.list() == before


def test_the_turns_of_several_addresses_cannot_be_set(client):
    """Nothing is begun that would give each less time than was asked for."""
    before = client.list()
    client.call("fake", control={"do": "fault", "op": "set_option", "error": "EIO"})
    error = client.error("connect", addrs=["198.51.100.1", "198.51.100.2"], port=7, timeout_ms=900)
    assert error.data["errno"] == "EIO", str(error)
    assert client.list() == before


@pytest.mark.parametrize("error", ["ENOMEM", "EIO"])
def test_open_with_listen(client, error):
    before = client.list()
    client.call("fake", control={"do": "fault", "op": "listen", "error": error})
    assert client.error("open", addrs=["127.0.0.1"], listen=True).data["errno"] == error
    assert client.list() == before


@pytest.mark.parametrize("error", ["ENOMEM", "EIO"])
def test_local_addrs(client, error):
    before = client.list()
    client.call("fake", control={"do": "fault", "op": "local_addrs", "error": error})
    assert client.error("open", addrs=["127.0.0.1"]).data["errno"] == error
    assert client.list() == before
    assert client.call("open", addrs=["127.0.0.1"])


@pytest.mark.parametrize("what", ["add", "remove"])
@pytest.mark.parametrize("op, about", [("local_addrs", "socket"), ("assoc_local_addrs", "assoc"), ("assoc_local_addrs", "socket")])
def test_bindx_that_cannot_learn_what_there_is(pair, op, about, what):
    """Before it is known which address it is about."""
    target = {about: pair.socket_b if about == "socket" else pair.assoc_b}
    for after in range(3):
        pair.b.call("fake", control={"do": "fault", "op": op, "error": "EIO", "after": after})
        with contextlib.suppress(sctpd.RpcError):
            pair.b.call("bindx", **target, **{what: ["127.0.0.7"]})
        pair.b.call("fake", control={"do": "reset"})


@pytest.mark.parametrize("op", ["peer_addrs", "assoc_local_addrs", "get_option", "local_addrs"])
def test_status_and_list_go_on(pair, op):
    """What cannot be read is left out."""
    pair.b.call("fake", control={"do": "fault", "op": op, "error": "EIO", "times": -1})
    assert pair.b.call("status", assoc=pair.assoc_b)["assoc"]["assoc"] == pair.assoc_b
    assert len(pair.b.list()["assocs"]) == 2
    pair.b.call("fake", control={"do": "reset"})
    assert pair.b.call("status", assoc=pair.assoc_b)["assoc"]["paths"]


@pytest.mark.parametrize("error", ["ECONNRESET", "EIO", "ENOMEM"])
def test_recv_fails(pair, error):
    """The association cannot be read: its owner is told that it is lost, and it goes."""
    pair.b.call("fake", control={"do": "fault", "op": "recv", "error": error})
    pair.say("x")
    assert pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)
    pair.b.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_b)
    with pytest.raises(sctpd.RpcError, match="no_such_assoc|assoc_closed"):
        while True:  # the message that came back, where it did
            pair.b.recv(assoc=pair.assoc_b)
    assert pair.a.list()["assocs"] == []


@pytest.mark.parametrize("error", ["ENOMEM", "EMFILE"])
def test_accept_fails(pair, error):
    """A peer's association is lost; the listener goes on."""
    pair.b.call("fake", control={"do": "fault", "op": "accept", "error": error})
    before = pair.b.list()
    late = pair.b.call("open", addrs=["127.0.0.3"])["socket"]
    up = pair.b.call("connect", socket=late, addrs=["127.0.0.1"], port=pair.port)
    pair.b.recv_event("assoc_change", "comm_lost", assoc=up["assoc"])
    pair.b.call("close", socket=late)
    assert pair.b.list() == before
    assert pair.b.call("connect", addrs=["127.0.0.1"], port=pair.port)["state"] == "established"


def test_send_that_waits_fails(daemon):
    """A message that waited for room and then cannot be sent: its call says so, those behind it go on."""
    pair = sctpd.Pair(daemon)
    pair.a.call("subscribe", assoc=pair.assoc_a, data=True, credit=0)
    limit = pair.b.call("status", assoc=pair.assoc_b)["assoc"]["max_message"]
    body = "x" * (limit // 2 + 1)
    ids = []
    while not [i for i in ids if i not in pair.b.answers]:
        ids.append(pair.b.send("send", assoc=pair.assoc_b, text=body))
        pair.b.quiet()
        assert len(ids) < 100
    waiting = [i for i in ids if i not in pair.b.answers]
    waiting.append(pair.b.send("send", assoc=pair.assoc_b, text="next"))
    pair.b.call("fake", control={"do": "fault", "op": "send", "error": "EIO"})
    sub = pair.a.call("list", what=["subs"])["subs"][0]["sub"]
    pair.a.call("credit", sub=sub, add=1000)
    with pytest.raises(sctpd.RpcError) as e:
        pair.b.answer(waiting[0])
    assert e.value.data["errno"] == "EIO"
    assert pair.b.answer(waiting[1])


@pytest.mark.parametrize("op", ["eof", "abort"])
def test_close_although_the_stack_fails(pair, op):
    pair.b.call("fake", control={"do": "fault", "op": op, "error": "EIO", "times": -1})
    pair.b.call("close", socket=pair.socket_b, mode="graceful" if op == "eof" else "abort")
    pair.b.call("fake", control={"do": "reset"})
    assert [s["socket"] for s in pair.b.list()["sockets"]] == [pair.socket_a]
