"""connect: which addresses it takes, how it says why it failed, what it leaves behind."""
import time

import pytest
import sctpd

HERE = "127.0.0.1"


@pytest.fixture
def listening(client):
    return client.call("open", addrs=[HERE], listen=True)


# --- addresses ---


@pytest.mark.parametrize("addr", ["0.0.0.0", "::", "fe80::1", "224.0.0.1", "255.255.255.255", "ff02::1"])
@pytest.mark.parametrize("at", [0, 1])
def test_an_address_no_peer_can_have_is_named(client, addr, at):
    """By its place in the list, before anything is sent."""
    addrs = [HERE] * at + [addr]
    for check in (False, True):
        error = client.fails("bad_address", "connect", addrs=addrs, port=9, check=check)
        assert (error.param, error.data["errno"]) == (f"addrs[{at}]", "EINVAL") and addr in error.message
    assert client.list()["sockets"] == []


def test_a_link_local_address_needs_its_interface(client):
    for method, params in (("open", {}), ("connect", {"port": 9})):
        error = client.fails("bad_address", method, {**params, "addrs": [HERE, "fe80::1"]})
        assert error.param == "addrs[1]" and "interface" in error.message
    s = client.call("open", addrs=[HERE])["socket"]
    assert client.fails("bad_address", "bindx", socket=s, add=["fe80::1"]).param == "add[0]"


@pytest.mark.parametrize("addrs", [[HERE, HERE], [HERE, "::ffff:127.0.0.1"], ["::ffff:127.0.0.1", HERE]])
def test_an_address_given_twice_is_one(client, listening, addrs):
    up = client.call("connect", addrs=addrs, port=listening["port"])
    assert client.call("addrs", assoc=up["assoc"])["peer"] == [HERE]
    assert client.call("open", addrs=addrs)["addrs"] == [HERE]


def test_the_place_of_an_address_behind_one_given_twice(client):
    """The list's own, not that of what is left of it."""
    error = client.fails("address_not_available", "open", addrs=[HERE, HERE, "203.0.113.1"])
    assert error.param == "addrs[2]" and "203.0.113.1" in error.message
    if sctpd.STACK == "usrsctp":  # which has one loopback address
        return
    s = client.call("open", addrs=[HERE])["socket"]
    error = client.fails("address_not_available", "bindx", socket=s, add=["127.0.0.2", "127.0.0.2", "203.0.113.1"])
    assert error.param == "add[2]"


# --- stacks ---


def test_why_a_stack_is_not_there(client):
    """One that does not exist, and one that does but was not started, are two things."""
    none = client.fails("stack_not_available", "open", stack="lksctp")
    assert none.param == "stack" and 'there is no stack "lksctp"' in none.message and "kernel, usrsctp" in none.message
    other = "usrsctp" if sctpd.STACK != "usrsctp" else "kernel"
    idle = client.fails("stack_not_available", "open", stack=other)
    assert f"the setting `stack` is {sctpd.STACK}" in idle.message


def test_why_a_stack_does_not_run():
    """With auto the one that was tried in vain has its reason."""
    with sctpd.Daemon(stack="auto", args=["--udp-port", str(sctpd.free_udp_port())]) as daemon:
        client = daemon.client()
        stacks = [s["name"] for s in client.hello["stacks"]]
        absent = {"kernel", "usrsctp"} - set(stacks)
        said = client.fails("stack_not_available", "open", stack=absent.pop()).message
        assert ("no SCTP" in said) if stacks == ["usrsctp"] else ("was not started" in said), said


# --- how an attempt ends ---

NOBODY = {"addrs": ["198.51.100.1"], "port": 9}  # the fake stack's silent peer


def told_end(client, assoc):
    return client.recv_event("assoc_change", "cant_assoc", assoc=assoc)["reason"]


def ended(call):
    with pytest.raises(sctpd.RpcError) as e:
        call()
    return e.value.name, e.value.data["errno"], e.value.data["reason"]


def unanswered(client, assoc):
    client.call("fake", assoc=assoc, control={"do": "event", "event": "assoc_change",
                                              "fields": {"state": "cant_assoc", "reason": "unreachable"}})


# what ends it -> the error's name, errno, and reason
ENDS = {
    "unreachable": (unanswered, "unreachable", "ETIMEDOUT"),
    "aborted": (lambda c, a: c.call("abort", assoc=a), "aborted", "ECONNABORTED"),
    "shut_down": (lambda c, a: c.call("eof", assoc=a), "assoc_closed", "ECONNABORTED"),
    "closed": (lambda c, a: c.call("close", socket=c.call("status", assoc=a)["assoc"]["socket"]), "socket_closing",
               "ECONNABORTED"),
}


@pytest.mark.fake
@pytest.mark.parametrize("reason", ENDS)
@pytest.mark.parametrize("own_socket", [False, True])
def test_each_end_of_an_attempt_has_its_name(client, reason, own_socket):
    end, name, errno = ENDS[reason]
    params = {**NOBODY, "socket": client.call("open", addrs=[HERE])["socket"]} if own_socket else NOBODY
    waiting = client.send("connect", params)
    client.quiet()
    assoc = client.call("list", what=["assocs"])["assocs"][0]["assoc"]
    end(client, assoc)
    assert ended(lambda: client.answer(waiting)) == (name, errno, reason)
    client.quiet()
    assert client.list()["assocs"] == []


def test_a_refused_attempt_and_one_that_took_too_long(client):
    """Neither is the other, with a socket of its own or not."""
    closed = client.call("open", addrs=[HERE])
    for more in ({}, {"socket": client.call("open", addrs=[HERE])["socket"]}):
        assert ended(lambda: client.call("connect", {"addrs": [HERE], "port": closed["port"], **more})) == (
            "connection_refused", "ECONNREFUSED", "refused")
    if sctpd.STACK == "fake":
        assert ended(lambda: client.call("connect", NOBODY, timeout_ms=50)) == ("timeout", "ETIMEDOUT", "timeout")


@pytest.mark.fake
@pytest.mark.parametrize("reason", [r for r in ENDS if r != "closed"])
def test_each_end_of_an_attempt_without_waiting_is_told(client, reason):
    assoc = client.call("connect", NOBODY, wait=False)["assoc"]
    ENDS[reason][0](client, assoc)
    assert told_end(client, assoc) == reason


def test_the_event_of_a_refused_attempt_says_so(client):
    closed = client.call("open", addrs=[HERE])
    assert told_end(client, client.call("connect", addrs=[HERE], port=closed["port"], wait=False)["assoc"]) == "refused"
    if sctpd.STACK == "fake":
        assert told_end(client, client.call("connect", NOBODY, wait=False, timeout_ms=50)["assoc"]) == "timeout"


def test_who_ended_what_was_up(pair):
    """Each side's event says from where the end came."""
    pair.b.call("abort", assoc=pair.assoc_b, reason="enough")
    assert pair.b.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_b)["reason"] == "aborted"
    assert pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)["reason"] == "peer_aborted"


@pytest.mark.fake
def test_an_attempt_ends_with_the_daemon():
    """And another does not begin: the daemon says that it is going down."""
    with sctpd.Daemon(config={"shutdown_timeout_ms": 2000}) as daemon:
        pair = sctpd.Pair(daemon)
        pair.b.call("fake", control={"do": "silent"})  # keeps the shutdown waiting
        waiting = pair.b.send("connect", NOBODY, timeout_ms=60000)
        pair.b.quiet()
        daemon.terminate()
        assert ended(lambda: pair.b.answer(waiting)) == ("shutting_down", "ECONNABORTED", "stopping")
        for method, params in (("connect", {"addrs": [HERE], "port": pair.port}), ("open", {})):
            assert pair.b.fails("shutting_down", method, params)
        pair.b.send("abort", assoc=pair.assoc_b)  # so that it need not wait for the time to run out


# --- what an end costs ---


def fill(pair, count=5):
    """Messages the stack has taken and the peer does not read."""
    pair.a.call("subscribe", assoc=pair.assoc_a, data=True, credit=0)
    pair.settle()
    for n in range(count):
        pair.say(f"message {n}")
        pair.b.call("list", what=["subs"])  # a turn of the loop


# The peer's side is read up to its mark: the rest nobody has acknowledged.
SOME_ARE_READ = pytest.mark.parametrize("daemon", [{"recv_queue_messages": 8}], indirect=True)
LOST = {"messages": 4, "bytes": len("message 8message 9message 10message 11")}


@pytest.mark.fake
@SOME_ARE_READ
@pytest.mark.parametrize("wait", [True, False])
def test_a_shutdown_that_runs_out_of_time_says_what_is_lost(pair, wait):
    pair.b.call("fake", control={"do": "silent"})
    fill(pair, 12)
    eof = pair.b.send("eof", assoc=pair.assoc_b, wait=wait, timeout_ms=100)
    if wait:
        with pytest.raises(sctpd.RpcError) as e:
            pair.b.answer(eof)
        assert (e.value.name, e.value.data["errno"]) == ("timeout", "ETIMEDOUT")
        assert e.value.data["lost"] == LOST
    lost, before = pair.b.recv_until(lambda i: i.get("state") == "comm_lost", assoc=pair.assoc_b)
    assert lost["reason"] == "timeout"
    assert [pair.b.recv_event("send_failed", assoc=pair.assoc_b)["ppid"] for _ in range(4)] == [0] * 4


@pytest.mark.fake
@SOME_ARE_READ
@pytest.mark.parametrize("how", [{"timeout_ms": 100}, {"mode": "abort"}, {"mode": "graceful", "timeout_ms": 0}])
def test_close_says_what_the_peer_has_not_taken(pair, how):
    pair.b.call("fake", control={"do": "silent"})
    fill(pair, 12)
    assert pair.b.call("close", socket=pair.socket_b, **how) == {"lost": LOST}


def clog(pair):
    """The owner that is about to end it has not read either, and its queue is full: nothing is read from the stack."""
    pair.b.call("subscribe", assoc=pair.assoc_b, data=True, credit=0)
    for n in range(20):
        pair.a.call("send", assoc=pair.assoc_a, text=f"to b {n}")
    sctpd.until(lambda: pair.b.call("status", assoc=pair.assoc_b)["assoc"].get("paused"))


@pytest.mark.fake
@SOME_ARE_READ
@pytest.mark.parametrize("how", [{"timeout_ms": 100}, {"mode": "abort"}, {"mode": "graceful", "timeout_ms": 0}])
def test_close_counts_what_is_lost_although_its_owners_queue_is_full(pair, how):
    pair.b.call("fake", control={"do": "silent"})
    fill(pair, 12)
    clog(pair)
    closed = pair.b.call("close", socket=pair.socket_b, **how)
    assert closed["lost"] == LOST
    assert closed["unread"]["messages"] >= 8, "what the stack still has the daemon does not know"


@pytest.mark.fake
@SOME_ARE_READ
def test_eof_counts_what_is_lost_although_its_owners_queue_is_full(pair):
    pair.b.call("fake", control={"do": "silent"})
    fill(pair, 12)
    clog(pair)
    error = pair.b.fails("timeout", "eof", assoc=pair.assoc_b, timeout_ms=100, wait=True)
    assert error.data["lost"] == LOST


def test_close_says_what_nobody_has_read(pair):
    fill(pair)
    deadline = time.monotonic() + sctpd.TIMEOUT
    while pair.a.call("status", assoc=pair.assoc_a)["assoc"]["recv_queued"] < 5:  # they are on their way
        assert time.monotonic() < deadline
    closed = pair.a.call("close", socket=pair.socket_a, mode="abort")
    assert closed == {"unread": {"messages": 5, "bytes": 5 * len("message 0")}}


def test_a_close_that_loses_nothing_says_nothing(pair):
    pair.say("read")
    pair.hear()
    assert pair.b.call("close", socket=pair.socket_b) == {}


# --- what an association begins with ---


@pytest.mark.parametrize("daemon", [{"outbound_streams": 20}], indirect=True)
def test_outbound_streams_by_configuration(daemon):
    """For sockets that do not say; a peer that connects gets what it takes of them."""
    pair = sctpd.Pair(daemon)
    assert pair.connected["outbound_streams"] == 20 == pair.up_a["outbound_streams"]
    said = sctpd.Pair(daemon, open_b={"options": {"initmsg": {"num_ostreams": 7}}})
    assert (said.connected["outbound_streams"], said.up_a["outbound_streams"]) == (7, 20)
    other = sctpd.Pair(daemon, open_b={"options": {"initmsg": {"max_instreams": 15}}})
    assert (other.connected["outbound_streams"], other.up_a["outbound_streams"]) == (20, 15)


def test_a_request_is_answered_on_its_stream(daemon):
    pair = sctpd.Pair(daemon, open_b={"options": {"initmsg": {"num_ostreams": 17}}})
    pair.say("a request", stream=16)
    stream = pair.hear()["stream"]
    pair.a.call("send", assoc=pair.assoc_a, text="its answer", stream=stream)
    assert pair.b.recv_message(assoc=pair.assoc_b)["stream"] == 16


def test_the_udp_port_of_the_peer(daemon, client, listening):
    """Given once; told in the answer and in the error where packets go over UDP."""
    encaps = {"remote_udp_encaps_port": {"port": 9}}
    error = client.fails("invalid_params", "connect", addrs=[HERE], port=9, udp_port=9, options=encaps)
    assert error.param == "udp_port"
    if sctpd.STACK != "usrsctp":
        assert "udp_port" not in client.call("connect", addrs=[HERE], port=listening["port"])
        return
    up = client.call("connect", addrs=[HERE], port=listening["port"])
    assert up["udp_port"] == daemon.udp_port
    nowhere = sctpd.free_udp_port()
    error = client.fails("timeout", "connect", addrs=[HERE], port=9, udp_port=nowhere, timeout_ms=200)
    assert error.data["udp_port"] == nowhere and f"over UDP, to the peer's port {nowhere}" in error.message
    error = client.fails("connection_refused", "connect", addrs=[HERE], port=9)
    assert error.data["udp_port"] == daemon.udp_port and "as ours" in error.message


@pytest.mark.skipif(sctpd.STACK != "usrsctp", reason="the others do not run over UDP")
def test_the_udp_port_of_peers_by_configuration():
    with sctpd.Daemon() as far, sctpd.Daemon(config={"peer_udp_port": far.udp_port}) as near:
        listening = far.client().call("open", addrs=[HERE], listen=True)
        client = near.client()
        assert client.call("connect", addrs=[HERE], port=listening["port"])["udp_port"] == far.udp_port
        own = client.call("open", addrs=[HERE], options={"remote_udp_encaps_port": {"port": near.udp_port}})["socket"]
        error = client.fails("connection_refused", "connect", socket=own, addrs=[HERE], port=listening["port"])
        assert error.data["udp_port"] == near.udp_port


@pytest.mark.fake
@pytest.mark.parametrize("transport, port", [("udp", 4711), ("memory", None)])
def test_the_udp_port_of_peers_is_where_packets_go_over_udp(transport, port):
    """What the configuration says holds for a socket that says nothing else, where its stack sends over UDP."""
    with sctpd.Daemon(config={"peer_udp_port": 4711}, env={"FAKE_TRANSPORT": transport}) as daemon:
        client = daemon.client()
        listening = client.call("open", addrs=[HERE], listen=True)
        said = client.call("getopts", socket=listening["socket"], options=["remote_udp_encaps_port"])["options"]
        assert said["remote_udp_encaps_port"]["port"] == (port or 0)
        assert client.call("connect", addrs=[HERE], port=listening["port"]).get("udp_port") == port
        own = client.call("open", addrs=[HERE], options={"remote_udp_encaps_port": {"port": 9}})["socket"]
        assert client.call("connect", socket=own, addrs=[HERE], port=listening["port"]).get("udp_port") == (port and 9)


@pytest.mark.skipif(sctpd.STACK == "fake", reason="the fake stack has no host's routes")
def test_an_address_without_a_route_does_not_hide_the_rest(client, listening):
    """The first that the host has a way to is tried; where there is none that is said at once."""
    up = client.call("connect", addrs=["198.51.100.1", HERE], port=listening["port"], timeout_ms=5000)
    assert up["state"] == "established"
    if sctpd.address_has_route("198.51.100.1"):
        return
    error = client.fails("unreachable", "connect", addrs=["198.51.100.1"], port=9)
    assert (error.param, error.data["errno"], error.data["reason"]) == ("addrs[0]", "ENETUNREACH", "unreachable")


@pytest.mark.skipif(sctpd.STACK == "fake", reason="the fake stack has no keys")
def test_a_key_of_one_connect_is_that_associations(client):
    auth = {"auth_supported": True} if sctpd.STACK == "kernel" else {}
    asked = {**auth, "auth_chunk": "data"}  # where the peer asks for no authentication the kernel looks at no key
    ports = [client.call("open", addrs=[HERE], listen=True, options=asked)["port"] for _ in range(2)]
    s = client.call("open", addrs=[HERE], options=auth)["socket"]
    key = {"auth_key": {"keynumber": 7, "key": sctpd.b64(b"of the first")}}
    if sctpd.STACK == "kernel":  # what its socket says when the peer answers is what counts
        refused = client.fails("option_scope", "connect", socket=s, addrs=[HERE], port=ports[0], options=key)
        assert refused.param == "options.auth_key"
        first = client.call("connect", addrs=[HERE], port=ports[0], options={**auth, **key})["assoc"]
    else:
        first = client.call("connect", socket=s, addrs=[HERE], port=ports[0], options=key)["assoc"]
    second = client.call("connect", socket=s, addrs=[HERE], port=ports[1])["assoc"]
    assert client.call("send", assoc=first, text="x", auth_key=7)
    assert client.fails("no_such_key", "send", assoc=second, text="x", auth_key=7).data["errno"] == "EINVAL"


def test_what_a_socket_cannot_take_back_is_refused_for_one_connect(client):
    s = client.call("open", addrs=[HERE])["socket"]
    options = {"auth_chunk": "data"}
    error = client.fails("option_scope", "connect", socket=s, addrs=[HERE], port=9, options=options)
    assert error.param == "options.auth_chunk"


# --- the same port again ---


@pytest.mark.parametrize("daemon", [{"linger_ms": 60000}], indirect=True)
def test_open_takes_over_what_was_left_on_the_port(daemon):
    """A server that is started again has its socket, and what was on it."""
    pair = sctpd.Pair(daemon)
    pair.a.close()
    again = daemon.client()
    sctpd.until(lambda: [s for s in again.list()["sockets"] if s["socket"] == pair.socket_a and s["ownership"] == "held"])
    error = again.fails("address_in_use", "open", addrs=[HERE], port=pair.port)
    assert error.data["socket"] == pair.socket_a and "`claim` it" in error.message and "takeover" in error.message
    options = {"nodelay": True}
    opened = again.call("open", addrs=[HERE], port=pair.port, listen=True, takeover=True, options=options)
    assert (opened["socket"], opened["taken_over"], opened["assocs"]) == (pair.socket_a, True, [pair.assoc_a])
    assert again.call("getopts", socket=pair.socket_a, options=["nodelay"])["options"]["nodelay"]["value"] is True
    pair.say("still there")
    assert sctpd.payload(again.recv_message(assoc=pair.assoc_a)) == b"still there"
    again.fails("address_in_use", "open", addrs=[HERE], port=pair.port, takeover=True)  # it has an owner now


@pytest.mark.fake
@pytest.mark.parametrize("daemon", [{"linger_ms": 60000}], indirect=True)
def test_a_takeover_whose_option_fails_takes_nothing(daemon):
    pair = sctpd.Pair(daemon)
    pair.a.close()
    again = daemon.client()
    sctpd.until(lambda: [s for s in again.list()["sockets"] if s["socket"] == pair.socket_a and s["ownership"] == "held"])
    again.call("fake", control={"do": "fault", "op": "set_option", "error": "EIO"})
    how = {"addrs": [HERE], "port": pair.port, "takeover": True, "options": {"nodelay": True}}
    error = again.fails("bad_option_value", "open", **how)
    assert (error.param, error.data["errno"]) == ("options.nodelay", "EIO")
    assert again.call("status", socket=pair.socket_a)["socket"]["ownership"] == "held"
    assert again.call("open", **how)["taken_over"] is True


def test_open_with_takeover_opens_where_nothing_was_left(client):
    opened = client.call("open", addrs=[HERE], takeover=True)
    assert "taken_over" not in opened
    client.call("close", socket=opened["socket"])
    assert "taken_over" not in client.call("open", addrs=[HERE], port=opened["port"], takeover=True)


@pytest.mark.skipif(sctpd.STACK == "kernel", reason="asks silent hosts to which there is no way here; integration/test_connecting has others")
def test_who_fails_is_told_which_addresses_had_a_turn(daemon):
    """All share the time, and none has less than 200 ms."""
    client = daemon.client()
    dead = [f"198.51.100.{n}" for n in range(1, 6)]
    own = client.call("open", options={"rtoinfo": {"initial": 3000, "min": 1000}})["socket"]
    error = client.fails("timeout", "connect", socket=own, addrs=dead, port=7, timeout_ms=3000)
    assert [each["addr"] for each in error.data["tried"]] == dead and "untried" not in error.data
    error = client.fails("timeout", "connect", socket=own, addrs=dead, port=7, timeout_ms=300)
    assert error.data["tried"] == [{"addr": addr, "outcome": "no_answer"} for addr in dead[:2]]
    assert error.data["untried"] == dead[2:]
    error = client.fails("timeout", "connect", socket=own, addrs=dead[:1], port=7, timeout_ms=50)
    assert not {"tried", "untried"} & error.data.keys()
    attempt = client.call("connect", socket=own, addrs=dead, port=7, timeout_ms=1000, wait=False)["assoc"]
    for target in {"socket": own}, {"assoc": attempt}:
        assert client.call("getopts", **target, options=["rtoinfo"])["options"]["rtoinfo"]["initial"] == 3000
