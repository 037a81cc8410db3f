"""Every event of SCTP, provoked for real and decoded: names, host byte order, complete. What no stack would do, a peer
made by hand does (wire.py)."""

import pytest

import sctpd
import wire
from sctpd import STACK, Pair, b64, payload
from wire import ABORT, DATA, ERROR, FORWARD_TSN_SUPPORTED, SACK, SHUTDOWN, WirePeer, causes, chunk, tlv

HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def real_stacks():
    if STACK == "fake":
        pytest.skip("the fake stack has no peers")


class Server:
    """A listening socket, and a peer made by hand that has associated with it."""

    def __init__(self, daemon, **options):
        self.client = daemon.client()
        self.daemon = daemon
        self.opened = self.client.call("open", addrs=[HERE], listen=True, options=options)
        self.peer, self.assoc, self.up = None, None, None

    def accept(self, **how):
        self.peer = WirePeer(self.daemon, self.opened["port"], **how)
        self.up = self.client.recv_event("assoc_change", "comm_up", socket=self.opened["socket"])
        self.assoc = self.up["assoc"]
        return self

    def event(self, name, state=None):
        return self.client.recv_event(name, state, assoc=self.assoc)

    def until(self, state):
        """What is read before that assoc_change, and it."""
        last, before = self.client.recv_until(lambda i: i.get("state") == state and i["event"] == "assoc_change",
                                              assoc=self.assoc)
        return [i for i in before if i.get("event") not in ("peer_addr_change", "authentication")], last


@pytest.fixture
def server(daemon):
    with wire.wires():
        yield Server(daemon).accept()


# --- assoc_change ---

def test_comm_up_says_what_was_negotiated(daemon):
    both = Pair(daemon)
    assert "pr" in both.up_a["features"] and both.up_a["features"] == both.up_b["features"]
    one = Pair(daemon, open_b={"options": {"pr_supported": False}})
    assert "pr" not in one.up_a["features"] and one.up_a["features"] == one.up_b["features"]
    assert set(both.up_a["features"]) - set(one.up_a["features"]) == {"pr"}


def test_comm_up_of_a_peer_without_extensions(server):
    assert server.up["features"] == []
    assert (server.up["error"], server.up["outbound_streams"], server.up["inbound_streams"]) == (0, 10, 10)


def test_cant_assoc(daemon):
    client = daemon.client()
    unused = client.call("open", addrs=[HERE])["port"]
    socket = client.call("open", addrs=[HERE])["socket"]
    assoc = client.call("connect", socket=socket, addrs=[HERE], port=unused, wait=False)["assoc"]
    assert client.recv_event("assoc_change", assoc=assoc)["state"] == "cant_assoc"


def test_comm_lost_has_the_causes_of_the_abort(server):
    server.peer.send(chunk(ABORT, causes((13, b"no such thing"), (4711, b"\xff\xfe"))))
    _, lost = server.until("comm_lost")
    assert (lost["error"], lost["cause"]) == (13, "protocol_violation")
    assert lost["info"] == [{"code": 13, "cause": "protocol_violation", "reason": "no such thing"},
                            {"code": 4711, "data": b64(b"\xff\xfe")}]


def test_comm_lost_without_a_cause(server):
    server.peer.send(chunk(ABORT))
    _, lost = server.until("comm_lost")
    assert lost["error"] == 0 and "info" not in lost and "cause" not in lost


def test_restart_keeps_the_association(server):
    server.peer.associate(tag=0x55667788)
    again = server.event("assoc_change", "restart")
    assert again["features"] == [] and again["outbound_streams"] == 10
    server.peer.data(b"after it")
    assert payload(server.client.recv_message(assoc=server.assoc)) == b"after it"


def test_a_restart_does_not_stop_the_time_of_our_shutdown(server):
    """The peer has forgotten it: it is told again, and the association ends in time in any case."""
    end = server.client.send("eof", assoc=server.assoc, wait=True, timeout_ms=2000)
    server.peer.expect(SHUTDOWN)
    server.peer.associate(tag=0x55667788)
    server.peer.expect(SHUTDOWN)
    with pytest.raises(sctpd.RpcError, match="aborted|timeout"):
        server.client.answer(end)
    server.peer.expect(ABORT)


def test_shutdown_then_its_completion(daemon):
    pair = Pair(daemon).settle()
    pair.b.call("eof", assoc=pair.assoc_b)
    assert pair.a.recv_event("shutdown", assoc=pair.assoc_a)
    assert pair.a.recv_event("assoc_change", assoc=pair.assoc_a)["state"] == "shutdown_comp"
    assert pair.b.recv_event("assoc_change", assoc=pair.assoc_b)["state"] == "shutdown_comp"


# --- the peer's errors ---

def all_causes(server, count):
    """What a chunk of @count causes became: the kernel tells each by itself, usrsctp together what fits 512 bytes."""
    return [server.event("remote_error") for _ in range(count if STACK == "kernel" else 1)]


def test_remote_error(server):
    server.peer.send(chunk(ERROR, causes((9, b"\0\0\0\7"), (2, b"\xff\0\0\1"))))
    events = all_causes(server, 2)
    assert (events[0]["error"], events[0]["cause"]) == (9, "no_user_data")
    assert [c for e in events for c in e["causes"]] == [
        {"code": 9, "cause": "no_user_data", "data": b64(b"\0\0\0\7")},
        {"code": 2, "cause": "missing_mandatory_parameter", "data": b64(b"\xff\0\0\1")}]


def test_remote_error_of_hundreds_of_causes(server):
    server.peer.send(chunk(ERROR, causes(*[(13, b"")] * 300)))
    events = all_causes(server, 300)
    assert all(len(event["causes"]) <= 16 for event in events)
    assert sum(event.get("causes_total", 1) for event in events) > 100
    assert all(event["truncated"] for event in events if "causes_total" in event)
    assert server.client.call("ping") == {}


# --- messages ---

def test_send_failed_has_the_whole_message(server):
    """One event for it, whatever pieces it had been cut into."""
    data = bytes(i % 251 for i in range(200_000))
    server.client.call("send", assoc=server.assoc, data=b64(data), stream=3, ppid=0xDEADBEEF)
    server.peer.expect(DATA)
    server.peer.send(chunk(ABORT, causes((12, b""))))
    failed = server.event("send_failed")
    assert (failed["sent"], failed["stream"], failed["ppid"], failed["length"]) == ("sent", 3, 0xDEADBEEF, 200_000)
    assert payload(failed) == data
    with pytest.raises(sctpd.RpcError) as end:
        while True:
            assert server.client.recv(assoc=server.assoc)[0].get("event") != "send_failed"
    assert end.value.name in ("assoc_closed", "no_such_assoc")


def test_send_failed_of_what_never_left(server):
    """More messages than the peer's window takes: the last had no turn."""
    for n in range(3):
        server.client.call("send", assoc=server.assoc, data=b64(bytes([n]) * 60_000))
    server.peer.expect(DATA)
    server.peer.send(chunk(ABORT, causes((12, b""))))
    failed = [server.event("send_failed") for _ in range(3)]
    assert sorted(payload(each)[0] for each in failed) == [0, 1, 2]
    assert {each["length"] for each in failed} == {60_000}
    assert {payload(each)[0]: each["sent"] for each in failed}[2] == "unsent"
    assert {(each["error"], each["cause"]) for each in failed} <= {(12, "user_initiated_abort")}


@pytest.mark.parametrize("read_first", [True, False])
def test_partial_delivery(daemon, read_first):
    """An abort in mid-message: one event for it, then the loss, and nothing of the message."""
    with wire.wires():
        server = Server(daemon, partial_delivery_point=1000).accept()
        server.peer.data(b"whole", stream=2)
        server.peer.data(b"x" * 1400, stream=2, ssn=1, end=False)
        server.peer.data(b"y" * 1400, stream=2, ssn=1, begin=False, end=False)
        if read_first:
            server.peer.expect(SACK)
        server.peer.send(chunk(ABORT, causes((12, b"enough"))))
        before, lost = server.until("comm_lost")
        assert [i.get("event", "data") for i in before] == ["data", "partial_delivery"]
        assert payload(before[0]) == b"whole"
        assert {"indication": "partial_delivery_aborted", "stream": 2, "sequence": 1}.items() <= before[1].items()
        assert lost["info"][0]["reason"] == "enough"
        server.accept().peer.data(b"next")
        assert payload(server.client.recv_message(assoc=server.assoc)) == b"next"


def test_partial_delivery_of_what_the_peer_gave_up(daemon):
    """The association goes on, and nothing of the message is in the next one of its stream (RFC 3758)."""
    with wire.wires():
        server = Server(daemon, partial_delivery_point=1000).accept(parameters=tlv(FORWARD_TSN_SUPPORTED, b""))
        assert server.up["features"] == ["pr"]
        server.peer.data(b"x" * 1400, stream=2, end=False)
        server.peer.data(b"y" * 1400, stream=2, begin=False, end=False)
        server.peer.expect(SACK)
        server.peer.tsn += 1  # what is missing
        server.peer.give_up(stream=2, ssn=0)
        event = server.event("partial_delivery")
        assert (event["stream"], event["sequence"]) == (2, 0)
        server.peer.data(b"next", stream=2, ssn=1)
        assert payload(server.client.recv_message(assoc=server.assoc)) == b"next"


def test_sender_dry(server):
    """Not asked: never. Asked: at once, as nothing is on its way; then not before all is acknowledged."""
    assert "sender_dry" not in server.client.call("getopts", assoc=server.assoc, options=["events"])["options"]["events"]
    server.client.call("setopts", assoc=server.assoc, options={"events": ["assoc_change", "sender_dry"]})
    first = server.event("sender_dry")
    server.client.call("send", assoc=server.assoc, text="one")
    chunk_value = server.peer.expect(DATA)
    assert server.client.fails("timeout", "recv", assoc=server.assoc, timeout_ms=300), "nothing was acknowledged"
    server.peer.acknowledge(chunk_value)
    assert server.event("sender_dry")["seq"] == first["seq"] + 1
    server.client.call("setopts", assoc=server.assoc, options={"events": ["assoc_change"]})
    server.client.call("send", assoc=server.assoc, text="two")
    server.peer.acknowledge(server.peer.expect(DATA))
    server.peer.send(chunk(ABORT))
    assert server.until("comm_lost")[0] == []


def test_shutdown_from_the_wire(server):
    server.peer.send(chunk(SHUTDOWN, server.peer.cumulative))
    assert server.event("shutdown")
    server.client.fails("assoc_closed", "send", assoc=server.assoc, text="too late")


# --- extensions ---

def test_adaptation_indication(daemon):
    pair = Pair(daemon, open_b={"options": {"adaptation_layer": {"adaptation_ind": 0x01020304}}})
    assert pair.a.recv_event("adaptation_indication", assoc=pair.assoc_a)["indication"] == 0x01020304


def test_authentication_of_a_peer_that_cannot(server):
    event = server.event("authentication")
    assert (event["indication"], event["keynumber"]) == ("no_auth", 0)


def test_authentication_with_a_new_key(daemon):
    """The first packet that the peer signed with it."""
    key = {"keynumber": 7, "key": b64(b"secret of both")}
    options = {"options": {"auth_supported": True, "auth_chunk": {"chunk": "data"}}}
    pair = Pair(daemon, open_a=options, open_b=options)
    for client, assoc in ((pair.a, pair.assoc_a), (pair.b, pair.assoc_b)):
        client.call("setopts", assoc=assoc, options={"auth_key": key})
    pair.b.call("setopts", assoc=pair.assoc_b, options={"auth_active_key": {"keynumber": 7}})
    pair.say("signed")
    event = pair.a.recv_until(lambda i: i.get("indication") == "new_key", assoc=pair.assoc_a)[0]
    assert event["keynumber"] == 7
    assert payload(pair.hear()) == b"signed"


RECONFIG = {"options": {"reconfig_supported": True, "enable_stream_reset": ["reset_streams", "reset_assoc", "change_assoc"]}}


@pytest.fixture
def reconfig(daemon):
    pair = Pair(daemon, open_a=RECONFIG, open_b=RECONFIG)
    for n in range(3):
        pair.say(str(n), stream=1)
        pair.hear()
    return pair


def test_stream_reset(reconfig):
    reconfig.b.call("setopts", assoc=reconfig.assoc_b, options={"reset_streams": {"flags": ["outgoing"], "streams": [1, 3]}})
    for client, assoc, way in ((reconfig.b, reconfig.assoc_b, "outgoing"), (reconfig.a, reconfig.assoc_a, "incoming")):
        streams = set()
        while streams != {1, 3}:  # usrsctp resets a stream of which something is on its way a little later
            event = client.recv_event("stream_reset", assoc=assoc)
            assert event["flags"] == [way]
            streams |= set(event["streams"])
    reconfig.say("first again", stream=1)
    assert reconfig.hear()["ssn"] == 0


def test_stream_change(reconfig):
    reconfig.b.call("setopts", assoc=reconfig.assoc_b, options={"add_streams": {"outstrms": 5, "instrms": 0}})
    change = reconfig.b.recv_event("stream_change", assoc=reconfig.assoc_b)
    theirs = reconfig.a.recv_event("stream_change", assoc=reconfig.assoc_a)
    assert change["flags"] == theirs["flags"] == []
    assert change["outbound_streams"] == theirs["inbound_streams"] == reconfig.up_b["outbound_streams"] + 5


def test_assoc_reset(reconfig):
    reconfig.b.call("setopts", assoc=reconfig.assoc_b, options={"events": ["sender_dry", "assoc_reset"]})
    assert reconfig.b.recv_event("sender_dry", assoc=reconfig.assoc_b), "it is refused while something is on its way"
    reconfig.b.call("setopts", assoc=reconfig.assoc_b, options={"reset_assoc": {}})
    mine = reconfig.b.recv_event("assoc_reset", assoc=reconfig.assoc_b)
    theirs = reconfig.a.recv_event("assoc_reset", assoc=reconfig.assoc_a)
    assert mine["flags"] == theirs["flags"] == []
    for one, other in ((mine, theirs), (theirs, mine)):  # the stacks do not agree on whether it is the next or the last
        assert abs(one["local_tsn"] - other["remote_tsn"]) <= 1


# --- paths: cut and mended ones are in test_paths.py ---

def test_peer_addr_change_confirmed(daemon):
    """A second path counts as soon as the peer has answered on it."""
    addrs = [HERE, "127.0.0.2" if STACK == "kernel" else "::1"]
    pair = Pair(daemon, open_a={"addrs": addrs}, open_b={"addrs": addrs}, connect={"addrs": [HERE]})
    confirmed = pair.b.recv_event("peer_addr_change", "addr_confirmed", assoc=pair.assoc_b)
    while confirmed["addr"] != addrs[1]:
        confirmed = pair.b.recv_event("peer_addr_change", "addr_confirmed", assoc=pair.assoc_b)


def test_peer_addr_change_made_primary(daemon):
    if STACK != "kernel":
        pytest.skip("usrsctp tells only of what the peer asks for")
    addrs = [HERE, "127.0.0.2"]
    pair = Pair(daemon, open_a={"addrs": addrs}, open_b={"addrs": addrs}, connect={"addrs": [HERE]})
    pair.b.recv_until(lambda i: i.get("state") == "addr_confirmed" and i["addr"] == addrs[1], assoc=pair.assoc_b)
    pair.b.call("setopts", assoc=pair.assoc_b, options={"primary_addr": {"addr": addrs[1]}})
    assert pair.b.recv_event("peer_addr_change", "addr_made_prim", assoc=pair.assoc_b)["addr"] == addrs[1]


PATH = {"hbinterval": 300, "flags": ["hb_enable"]}
# Ways to say after how many losses a path is given up, where the rest says: never.
THRESHOLDS = {
    "peer_addr_params": {"peer_addr_params": {**PATH, "pathmaxrxt": 2}},
    "peer_addr_thlds": {"peer_addr_params": {**PATH, "pathmaxrxt": 1000}, "peer_addr_thlds": {"pathmaxrxt": 2, "pathpfthld": 0}},
    "peer_addr_thlds_v2": {"peer_addr_params": {**PATH, "pathmaxrxt": 1000},
                           "peer_addr_thlds_v2": {"pathmaxrxt": 2, "pathpfthld": 0, "pathcpthld": 65535}},
}


@pytest.mark.parametrize("by", [by for by in THRESHOLDS if by != "peer_addr_thlds_v2" or STACK == "kernel"])
def test_peer_addr_change_of_a_path_that_fails(two_hosts, by):
    """Cut: potentially failed where the stack says so (RFC 7829), then unreachable; mended: available."""
    options = {"rtoinfo": {"initial": 200, "min": 100, "max": 400}, **THRESHOLDS[by]}
    exposed = {"expose_potentially_failed_state": "enable"} if STACK == "kernel" else {}
    server = two_hosts.client_b.call("open", addrs=["10.77.1.2", "10.77.2.2"], port=7000, listen=True, options=options)
    client = two_hosts.client_a
    socket = client.call("open", addrs=["10.77.1.1", "10.77.2.1"], options={**options, **exposed})["socket"]
    up = client.call("connect", socket=socket, addrs=["10.77.1.2", "10.77.2.2"], port=server["port"], timeout_ms=10000)

    def state_of(addr, state):
        return client.recv_until(lambda i: (i.get("addr"), i.get("state")) == (addr, state), assoc=up["assoc"])

    two_hosts.topology("cut", "2")
    _, before = state_of("10.77.2.2", "addr_unreachable")
    states = [i["state"] for i in before if i.get("addr") == "10.77.2.2"]
    assert ("addr_potentially_failed" in states) == (STACK == "kernel"), states
    two_hosts.topology("mend", "2")
    assert state_of("10.77.2.2", "addr_available")
