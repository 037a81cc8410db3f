"""Sockets, associations and addresses that are not there, not ours, over, or refused."""
import pytest
import sctpd

ASSOC_CALLS = [("send", {"text": "x"}), ("recv", {}), ("eof", {}), ("abort", {}), ("peeloff", {}), ("subscribe", {"data": True})]
SOCKET_CALLS = [("listen", {}), ("close", {}), ("bindx", {"add": ["127.0.0.1"]}), ("recv", {}), ("subscribe", {"data": True})]


@pytest.mark.parametrize("method, params", ASSOC_CALLS + [("status", {}), ("subscribe", {})])
def test_unknown_assoc(client, method, params):
    for ident in (1, 99, 2**53 - 1):
        error = client.error(method, {"assoc": ident, **params})
        assert (error.name, error.param, error.data["assoc"]) == ("no_such_assoc", "assoc", ident)


@pytest.mark.parametrize("method, params", SOCKET_CALLS + [("status", {}), ("subscribe", {}),
                                                           ("connect", {"addrs": ["127.0.0.1"], "port": 9})])
def test_unknown_socket(client, method, params):
    for ident in (1, 99, 2**53 - 1):
        error = client.error(method, {"socket": ident, **params})
        assert (error.name, error.param, error.data["socket"]) == ("no_such_socket", "socket", ident)


def test_somebody_elses(pair):
    before = pair.a.list()
    for method, params in ASSOC_CALLS:
        assert pair.a.error(method, {"assoc": pair.assoc_b, **params}).name == "not_owner"
    for method, params in SOCKET_CALLS + [("connect", {"addrs": ["127.0.0.1"], "port": 9})]:
        error = pair.a.error(method, {"socket": pair.socket_b, **params})
        assert error.name == "not_owner" and error.data["owner"]
    assert pair.a.list() == before
    assert pair.a.call("status", assoc=pair.assoc_b)["assoc"]["state"] == "established"


def test_a_closed_socket_is_gone(pair):
    pair.a.call("close", socket=pair.socket_a, mode="abort")
    for method, params in SOCKET_CALLS:
        assert pair.a.error(method, {"socket": pair.socket_a, **params}).name == "no_such_socket"
    assert pair.a.error("send", assoc=pair.assoc_a, text="x").name == "no_such_assoc"
    pair.b.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_b)


def test_ids_are_never_used_again(client):
    seen = set()
    for _ in range(20):
        s = client.call("open", addrs=["127.0.0.1"])["socket"]
        assert s not in seen
        seen.add(s)
        client.call("close", socket=s)
    assert client.list()["sockets"] == []


@pytest.mark.parametrize("addr", ["", "x", "localhost", "example.org", "1.2.3", "1.2.3.4.5", "256.0.0.1", "127.0.0.1:80",
                                  "[::1]", "::1::", "fe80::1%nosuchif0", "127.0.0.1 ", " 127.0.0.1", "0x7f.1", "01.2.3.4",
                                  "::1%lo%lo", "x" * 300, "ä", "127.0.0.1/8"])
def test_bad_addresses(client, addr):
    before = client.list()
    for method, params in (("open", {"addrs": [addr]}), ("connect", {"addrs": [addr], "port": 9}),
                           ("connect", {"addrs": ["127.0.0.1", addr], "port": 9})):
        error = client.error(method, params)
        assert error.name in ("bad_address", "invalid_params"), str(error)
        assert error.param == f"addrs[{len(params['addrs']) - 1}]", str(error)
        assert len(error.message) < 300
    assert client.list() == before


def test_port_in_use(client):
    port = client.call("open", addrs=["127.0.0.1"])["port"]
    before = client.list()
    error = client.error("open", addrs=["127.0.0.1"], port=port)
    assert (error.name, error.data["errno"]) == ("address_in_use", "EADDRINUSE")
    assert client.list() == before


def test_address_of_another_host(client):
    before = client.list()
    error = client.error("open", addrs=["127.0.0.1", "203.0.113.1"])
    assert (error.name, error.param) == ("address_not_available", "addrs[1]"), str(error)
    assert client.list() == before


@pytest.mark.fake
def test_privileged_port(client):
    client.call("fake", control={"do": "privileged", "on": True})
    error = client.error("open", addrs=["127.0.0.1"], port=80)
    assert (error.name, error.param, error.data["errno"]) == ("permission_denied", "port", "EACCES")
    assert client.list()["sockets"] == []


def test_stack_by_name(client):
    assert client.error("open", stack="nosuch").name == "stack_not_available"
    assert client.call("open", stack=sctpd.STACK, addrs=["127.0.0.1"])["socket"]


def test_refused(client):
    closed = client.call("open", addrs=["127.0.0.1"])  # open, but does not listen
    before = client.list()
    error = client.error("connect", addrs=["127.0.0.1"], port=closed["port"])
    assert (error.name, error.data["errno"]) == ("connection_refused", "ECONNREFUSED")
    watch = client.call("subscribe", events=["socket_closed"])
    if watch["snapshot"] != {k: before[k] for k in ("sockets", "assocs")}:
        client.event("socket_closed")
    client.call("unsubscribe", sub=watch["sub"])
    assert client.list() == before


@pytest.mark.fake
@pytest.mark.parametrize("own_socket", [False, True])
def test_connect_time_out_aborts(client, own_socket):
    """Nothing of the attempt is left."""
    params = {"addrs": ["198.51.100.1"], "port": 9, "timeout_ms": 50}
    if own_socket:
        params["socket"] = client.call("open", addrs=["127.0.0.1"])["socket"]
    error = client.error("connect", params)
    assert (error.name, error.param, error.data["errno"]) == ("timeout", "timeout_ms", "ETIMEDOUT")
    assert client.list()["assocs"] == []
    assert len(client.list()["sockets"]) == int(own_socket)
    assert client.call("fake", control={"do": "calls", "op": "abort"})["control"]["calls"] >= 1


@pytest.mark.fake
def test_calls_before_the_association_is_up(client):
    up = client.call("connect", addrs=["198.51.100.1"], port=9, wait=False)
    assert up["state"] == "cookie_wait"
    assert client.error("send", assoc=up["assoc"], text="x").name == "not_connected"
    assert client.error("recv", assoc=up["assoc"], timeout_ms=0).name == "timeout"
    assert client.call("status", assoc=up["assoc"])["assoc"]["state"] == "cookie_wait"
    assert client.call("abort", assoc=up["assoc"]) == {}
    client.recv_event("assoc_change", "cant_assoc", assoc=up["assoc"])


def test_connect_without_waiting(client):
    port = client.call("open", addrs=["127.0.0.1"], listen=True)["port"]
    up = client.call("connect", addrs=["127.0.0.1"], port=port, wait=False)
    assert client.recv_event("assoc_change", "comm_up", assoc=up["assoc"])["outbound_streams"] > 0


def test_one_association_per_peer(pair):
    error = pair.b.error("connect", socket=pair.socket_b, addrs=["127.0.0.1"], port=pair.port)
    assert error.name == "already_connected", str(error)
    assert len(pair.b.list()["assocs"]) == 2


def test_streams_are_negotiated(daemon):
    pair = sctpd.Pair(daemon, open_b={"options": {"initmsg": {"num_ostreams": 5}}})
    assert pair.connected["outbound_streams"] == 5 == pair.up_b["outbound_streams"] == pair.up_a["inbound_streams"]
    assert pair.say("last", stream=4)["message"] == 1
    error = pair.b.error("send", assoc=pair.assoc_b, text="x", stream=5)
    assert (error.name, error.param, error.data["limit"]) == ("bad_stream", "stream", 5)
    assert pair.hear()["stream"] == 4


def test_connect_options_are_of_that_association(daemon):
    client = daemon.client()
    ports = [client.call("open", addrs=["127.0.0.1"], listen=True)["port"] for _ in range(2)]
    s = client.call("open", addrs=["127.0.0.1"], options={"initmsg": {"num_ostreams": 7}})["socket"]
    first = client.call("connect", socket=s, addrs=["127.0.0.1"], port=ports[0], options={"initmsg": {"num_ostreams": 3}})
    second = client.call("connect", socket=s, addrs=["127.0.0.1"], port=ports[1])
    assert (first["outbound_streams"], second["outbound_streams"]) == (3, 7)


def test_abort_reason_reaches_the_peer(pair):
    pair.say("never read")
    assert pair.b.call("abort", assoc=pair.assoc_b, reason="maintenance ä") == {}
    lost = pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)
    assert [c.get("reason") for c in lost["info"]] == ["maintenance ä"], lost
    assert lost["info"][0]["code"] == 12 and lost["info"][0]["cause"] == "user_initiated_abort"
    assert pair.b.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_b)
    for client, assoc in ((pair.a, pair.assoc_a), (pair.b, pair.assoc_b)):
        assert client.error("send", assoc=assoc, text="x").name in ("assoc_closed", "no_such_assoc")


def test_eof_both_sides_learn(pair):
    pair.say("last")
    eof = pair.b.send("eof", assoc=pair.assoc_b, wait=True)
    item, before = pair.a.recv_until(lambda i: i.get("state") == "shutdown_comp", assoc=pair.assoc_a)
    kinds = [i.get("text") or sctpd.payload(i).decode() if i["type"] == "data" else i["event"] for i in before]
    assert [k for k in kinds if k not in ("peer_addr_change", "authentication")] == ["last", "shutdown"], kinds
    assert pair.b.answer(eof) == {}
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)
    assert pair.b.error("send", assoc=pair.assoc_b, text="x").name in ("assoc_closed", "no_such_assoc")


@pytest.mark.fake
def test_peer_aborts_in_mid_message(pair):
    """The pieces that came are dropped, the event comes, and the association is gone when it is read."""
    pair.settle()
    pair.b.call("fake", control={"do": "split", "bytes": 10})
    pair.b.call("fake", control={"do": "break", "times": 1})
    pair.say("x" * 100)
    pair.b.call("abort", assoc=pair.assoc_b, reason="gone")
    lost, before = pair.a.recv_until(lambda i: i.get("state") == "comm_lost", assoc=pair.assoc_a)
    assert [i["event"] for i in before] == ["partial_delivery"]
    assert pair.a.error("recv", assoc=pair.assoc_a).name in ("assoc_closed", "no_such_assoc")
    assert pair.assoc_a not in [a["assoc"] for a in pair.a.list()["assocs"]]


@pytest.mark.fake
def test_bindx_is_all_or_nothing(client):
    s = client.call("open", addrs=["192.0.2.1"])["socket"]
    for change in ({"add": ["192.0.2.2", "203.0.113.9"]}, {"add": ["192.0.2.2"], "remove": ["192.0.2.9"]},
                   {"add": ["192.0.2.2", "nonsense"]}, {"remove": ["192.0.2.1"]}, {"add": ["192.0.2.1"]}):
        before = client.list()
        error = client.error("bindx", {"socket": s, **change})
        assert error.param.split("[")[0] in change, str(error)
        assert client.list() == before, str(error)
    assert set(client.call("bindx", socket=s, add=["192.0.2.2", "2001:db8::1"])["addrs"]) == {
        "192.0.2.1", "192.0.2.2", "2001:db8::1"}
    assert set(client.call("bindx", socket=s, add=["192.0.2.3"], remove=["192.0.2.1"])["addrs"]) == {
        "192.0.2.2", "2001:db8::1", "192.0.2.3"}


def test_listen_stops(client):
    opened = client.call("open", addrs=["127.0.0.1"], listen=True)
    assert client.call("connect", addrs=["127.0.0.1"], port=opened["port"])["state"] == "established"
    client.call("listen", socket=opened["socket"], backlog=0)
    assert client.error("connect", addrs=["127.0.0.1"], port=opened["port"]).name == "connection_refused"
    client.call("listen", socket=opened["socket"])
    assert client.call("connect", addrs=["127.0.0.1"], port=opened["port"])["state"] == "established"


def test_close_graceful_delivers_first(pair):
    for n in range(50):
        pair.say(str(n))
    closing = pair.b.send("close", socket=pair.socket_b)
    assert [sctpd.payload(m).decode() for m in pair.a.recv_messages(50, assoc=pair.assoc_a)] == [str(n) for n in range(50)]
    assert pair.a.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_a)
    assert pair.b.answer(closing) == {}


@pytest.mark.parametrize("daemon", [{"sockets_per_client": 3}], indirect=True)
def test_limit_of_sockets(daemon):
    client = daemon.client()
    first = [client.call("open", addrs=["127.0.0.1"])["socket"] for _ in range(3)][0]
    error = client.error("open", addrs=["127.0.0.1"])
    assert (error.name, error.data["limit"]) == ("limit_reached", 3)
    assert daemon.client().call("open", addrs=["127.0.0.1"])
    client.call("close", socket=first)
    assert client.call("open", addrs=["127.0.0.1"])
