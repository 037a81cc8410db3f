"""What one user may have: whoever is at a limit is told, and nobody else notices. That every charge is what is there is
checked by the daemon itself, all the time and at its end, in the builds that tests run."""
import grp
import json

import pytest
import sctpd
import users
from sctpd import Closed, Pair, b64, payload, until

OPEN = {"socket_mode": 0o666, "rules": ["allow all any"]}
HELD = {"ack": "explicit", "linger_ms": 60000}


def limited(**limits):
    return pytest.mark.parametrize("daemon", [{**OPEN, **limits}], indirect=True)


@pytest.fixture
def other(daemon):
    """Of another user."""
    return users.client_of(daemon, users.NOBODY)


def account(client, uid=0):
    found = [each for each in client.call("list", what=["accounts"])["accounts"] if each["user"] == uid]
    return found[0] if found else None


def refused(error, what, limit, uid=0):
    assert (error.data["what"], error.data["limit"], error.data["user"]) == (what, limit, uid)
    assert error.data["retry"] and what in error.message and str(limit) in error.message


# --- each kind ---

@limited(sockets_per_user=2)
def test_sockets(daemon, client, other):
    """Of all clients of the user together."""
    opened = [each.call("open", addrs=["127.0.0.1"])["socket"] for each in (client, daemon.client())]
    refused(client.fails("limit_reached", "open", addrs=["127.0.0.1"]), "sockets", 2)
    refused(client.fails("limit_reached", "open", addrs=["127.0.0.1"], check=True), "sockets", 2)
    assert account(client)["sockets"] == 2
    assert other.call("open", addrs=["127.0.0.1"])
    client.call("close", socket=opened[0])
    assert client.call("open", addrs=["127.0.0.1"])


@limited(assocs_per_user=3)
def test_associations(daemon, client, other):
    """One's own attempts fail; a peer's is refused, and the owner of the socket learns it, once."""
    pair = Pair(daemon)
    assert account(client)["assocs"] == 2
    theirs = other.call("open", addrs=["127.0.0.1"], listen=True)["port"]
    client.call("connect", addrs=["127.0.0.1"], port=theirs)
    refused(client.fails("limit_reached", "connect", addrs=["127.0.0.1"], port=theirs), "assocs", 3)
    observer = daemon.client()
    observer.call("subscribe", events=["assoc_refused"])
    for _ in range(3):
        attempt = other.call("connect", addrs=["127.0.0.1"], port=pair.port)["assoc"]
        assert other.recv_event("assoc_change", "comm_lost", assoc=attempt)
    why = pair.a.event("assoc_refused", socket=pair.socket_a)["why"]
    assert "limit of associations" in why
    assert observer.event("assoc_refused", socket=pair.socket_a)["why"] == why
    observer.quiet()
    assert not observer.notes, "told once"
    pair.b.call("abort", assoc=pair.assoc_b)
    for each, assoc in ((pair.a, pair.assoc_a), (pair.b, pair.assoc_b)):
        each.recv_event("assoc_change", "comm_lost", assoc=assoc)
    again = other.call("connect", addrs=["127.0.0.1"], port=pair.port)
    pair.a.recv_event("assoc_change", "comm_up", socket=pair.socket_a)
    assert other.call("send", assoc=again["assoc"], text="x")
    assert not [n for n in pair.a.notes if n["params"]["event"] == "assoc_refused"]


@limited(subscriptions_per_user=2)
def test_subscriptions(daemon, client, other):
    subs = [client.call("subscribe")["sub"] for _ in range(2)]
    refused(daemon.client().fails("limit_reached", "subscribe"), "subs", 2)
    assert other.call("subscribe")
    client.call("unsubscribe", sub=subs[0])
    assert daemon.client().call("subscribe")


@limited(requests_per_user=4)
def test_requests(daemon, other):
    """Calls that wait; a call that is answered at once finds room."""
    pair = Pair(daemon).settle()
    waiting = [pair.a.send("recv", assoc=pair.assoc_a) for _ in range(4)]
    pair.a.quiet()
    refused(pair.a.fails("too_many_requests", "recv", assoc=pair.assoc_a), "requests", 4)
    refused(daemon.client().fails("too_many_requests", "connect", addrs=["127.0.0.1"], port=9), "requests", 4)
    assert account(other)["requests"] == 4
    theirs = other.call("open", addrs=["127.0.0.1"])["socket"]
    other.send("recv", socket=theirs)
    other.quiet()
    pair.say("one")
    assert payload(pair.a.answer(waiting[0])["items"][0]) == b"one"
    pair.a.send("recv", assoc=pair.assoc_a)
    pair.a.quiet()
    assert account(other)["requests"] == 4


@limited(clients_per_user=2)
def test_connections(daemon, other):
    """One too many is told so, and closed."""
    daemon.client(), daemon.client()
    third = sctpd.socket.socket(sctpd.socket.AF_UNIX)
    with third:
        third.settimeout(10)
        third.connect(str(daemon.path))
        error = json.loads(third.makefile("rb").readline())["error"]
        assert (error["data"]["name"], error["data"]["what"], error["data"]["limit"]) == ("limit_reached", "clients", 2)
        assert third.recv(1) == b""
    assert users.client_of(daemon, users.NOBODY).call("ping") == {}
    daemon.clients[1].close()
    until(lambda: account(other)["clients"] == 1)
    assert daemon.client().call("ping") == {}


# --- bytes ---

BYTES = 256 * 1024


def test_sockets_and_associations_are_charged_what_they_take(daemon, client):
    # usrsctp keeps them in the daemon; the kernel has them elsewhere, and the stack in memory is small.
    most_socket, most_pair = (8000, 80000) if sctpd.STACK == "usrsctp" else (4000, 20000)
    before = account(client)["bytes"]
    opened = client.call("open", addrs=["127.0.0.1"], listen=True, name="x" * 64)
    socket = account(client)["bytes"] - before
    assert 1000 < socket < most_socket
    client.call("connect", addrs=["127.0.0.1"], port=opened["port"])
    assert 4000 < account(client)["bytes"] - before - socket < most_pair, "both ends, and a socket that connect made"
    client.call("note", socket=opened["socket"], text="x" * 1000)
    client.call("close", socket=opened["socket"])
    until(lambda: account(client)["sockets"] == 1)


def test_what_a_socket_is_called_is_charged_by_its_bytes(client):
    """And what is noted of it."""
    def grown(call, **params):
        before = account(client)["bytes"]
        answer = client.call(call, **params)
        return account(client)["bytes"] - before, answer

    without, opened = grown("open", addrs=["127.0.0.1"])
    for n in (1, 64):
        assert grown("open", addrs=["127.0.0.1"], name="x" * n)[0] == without + n
    assert grown("note", socket=opened["socket"], text="x" * 1000)[0] == 1000
    assert grown("note", socket=opened["socket"], text="x")[0] == -999


@limited(bytes_per_user=BYTES)
def test_sockets_take_three_quarters_of_the_bytes_at_most(daemon, client):
    """What they carry has the rest."""
    made, error = 0, None
    opened = client.call("open", addrs=["127.0.0.1"], listen=True)
    while not error and made < 1000:
        made += 1
        try:
            client.call("open", addrs=["127.0.0.1"])
        except sctpd.RpcError as e:
            error = e
    refused(error, "stack_bytes", BYTES * 3 // 4)
    refused(client.error("connect", addrs=["127.0.0.1"], port=opened["port"]), "stack_bytes", BYTES * 3 // 4)
    assert 10 < made < BYTES // 1000


def test_members_of_groups_are_charged(daemon, client):
    socket = client.call("open", addrs=["127.0.0.1"], listen=True)["socket"]
    client.call("group", socket=socket, mode="loadshare")
    member = daemon.client()
    before = account(client)["bytes"]
    member.call("join", socket=socket)
    assert account(client)["bytes"] > before + 100
    member.call("leave", socket=socket)


def test_a_socket_has_so_many_keys(daemon, client):
    """Each is kept, and charged; another of a number that there is takes its place."""
    socket = client.call("open", addrs=["127.0.0.1"])["socket"]
    before = account(client)["bytes"]

    def give(number, size):
        return {"socket": socket, "options": {"auth_key": {"keynumber": number, "key": b64(bytes(size))}}}

    for number in range(100, 164):
        client.call("setopts", give(number, 1000))
    assert account(client)["bytes"] > before + 64000
    error = client.fails("limit_reached", "setopts", give(164, 1000))
    assert error.param == "options.auth_key" and "64 keys" in error.message
    client.call("setopts", give(100, 10))
    client.call("setopts", socket=socket, options={"auth_delete_key": 101})
    client.call("setopts", give(164, 10))
    assert account(client)["bytes"] < before + 64 * 1200 - 1900




def fill(pair, size=8000):
    """The peer sends until its user has more than it may have."""
    observer = pair.daemon.client()
    observer.call("subscribe", assoc=pair.assoc_a, events=["paused", "resumed"])
    sent = 0
    while not (paused := [n for n in observer.notes if n["params"]["event"] == "paused"]):
        pair.say("x" * size, timeout_ms=1000)
        sent += 1
        observer.quiet()
    return observer, sent, paused[0]["params"]["mark"]


def pair_of(daemon, uid, **how):
    """The reader is @uid's, the sender root's."""
    pair = Pair(daemon, clients=(users.client_of(daemon, uid, **HELD), daemon.client()), **how)
    pair.daemon = daemon
    return pair


@limited(bytes_per_user=BYTES, recv_queue_bytes=64 * BYTES, recv_queue_messages=100000)
def test_bytes(daemon):
    """A user with too much unread is not read any further; others go on; what it acknowledges makes room."""
    pair = pair_of(daemon, users.NOBODY)
    observer, sent, mark = fill(pair)
    assert mark == "user"
    assert BYTES <= account(observer, users.NOBODY)["bytes"] < BYTES + 20000
    second = Pair(daemon, clients=(users.client_of(daemon, users.NOBODY, **HELD), daemon.client()))
    second.say("x")
    assert [i.get("event") for i in second.a.recv(max=2, assoc=second.assoc_a)] == ["paused"]
    third = Pair(daemon, clients=(users.client_of(daemon, users.DAEMON), daemon.client()))
    for n in range(100):
        third.say("y" * 8000)
        assert third.hear()
    items = []
    while len(items) < sent:
        more = pair.a.recv_messages(1, assoc=pair.assoc_a)
        items += more
        pair.a.call("ack", assoc=pair.assoc_a, seq=more[-1]["seq"])
    assert observer.event("resumed")
    assert payload(second.hear()) == b"x", "what stalled with it goes on too"


@limited(bytes_per_user=BYTES, recv_queue_bytes=64 * BYTES, recv_queue_messages=100000)
def test_what_stalled_goes_on_before_its_owner_calls(daemon):
    """Room that another association of the user gives back is used at once."""
    pair = pair_of(daemon, users.NOBODY)
    fill(pair)
    second = Pair(daemon, clients=(users.client_of(daemon, users.NOBODY, **HELD), daemon.client()))
    until(lambda: [each for each in second.b.list()["assocs"] if each["assoc"] == second.assoc_a][0]["paused"])
    watcher = daemon.client()
    watcher.call("subscribe", assoc=second.assoc_a, events=["resumed"])
    pair.a.call("abort", assoc=pair.assoc_a)
    while pair.a.recv(max=256, assoc=pair.assoc_a, ack="auto")[-1].get("state") != "comm_lost":
        pass
    assert watcher.event("resumed")["assoc"] == second.assoc_a


@limited(bytes_per_user=BYTES, send_queue_bytes=64 * BYTES, send_queue_messages=100000)
def test_bytes_of_sends(daemon, client):
    """Sends that wait for buffer space count; one too many says would_block at once, and others' sends wait."""
    pair = pair_of(daemon, users.NOBODY)
    pair.b.call("send", assoc=pair.assoc_b, text="x")
    wire = Pair(daemon, clients=(daemon.client(**HELD), users.client_of(daemon, users.DAEMON)))
    limit = wire.b.call("status", assoc=wire.assoc_b)["assoc"]["max_message"]
    size = min(50000, limit)
    waiting = wire.b.send_all([("send", {"assoc": wire.assoc_b, "data": b64(b"x" * size), "timeout_ms": 60000})] * 200)
    wire.b.wait_for(lambda: [i for i in waiting if i in wire.b.answers and "error" in wire.b.answers[i][1]])
    assert account(client, users.DAEMON)["bytes"] <= BYTES + size
    assert pair.say("goes on")


@pytest.mark.fake
@limited(recv_queue_messages=4)
def test_sends_that_went_are_given_back(daemon, client):
    pair = pair_of(daemon, users.NOBODY)
    before = account(client)["bytes"]
    waiting = pair.b.send_all([("send", {"assoc": pair.assoc_b, "data": b64(b"x" * 20000), "timeout_ms": 60000})] * 30)
    pair.b.quiet()
    assert account(client)["bytes"] > before + 20000
    assert pair.a.recv_messages(30, assoc=pair.assoc_a, ack="auto")
    for ident in waiting:
        pair.b.answer(ident)
    assert account(client)["bytes"] < before + 10000


@limited(bytes_in_all=4 * BYTES, recv_queue_bytes=64 * BYTES, recv_queue_messages=100000)
def test_bytes_in_all(daemon):
    """Where all have too much together, who has more than an equal share waits, and the others go on."""
    greedy = pair_of(daemon, users.NOBODY)
    _, _, mark = fill(greedy)
    assert mark == "all"
    modest = pair_of(daemon, users.DAEMON)
    for n in range(20):
        modest.say(str(n))
        assert payload(modest.hear()) == b"%d" % n


@pytest.mark.fake
@limited(bytes_per_user=65536)
def test_a_message_that_never_ends(daemon):
    """Pieces of a message go on above the limit, but not for ever: the association is aborted, and says why."""
    pair = pair_of(daemon, users.NOBODY)
    pair.b.call("fake", control={"do": "split", "bytes": 1000})
    pair.b.call("send", assoc=pair.assoc_b, data=b64(b"x" * 120000))
    assert pair.a.recv_message(assoc=pair.assoc_a, ack="auto"), "above the limit, once it has begun"
    pair.b.call("send", assoc=pair.assoc_b, data=b64(b"x" * 200000))
    lost = pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)
    assert "leave no room" in lost["why"] and lost["why"] in daemon.log()


# --- another's becomes one's own ---

@limited(assocs_per_user=4)
def test_a_claim_needs_room(daemon):
    """What is taken over is charged to who takes it: all of it, or nothing goes over."""
    pair = pair_of(daemon, users.NOBODY)
    pair.b.call("connect", addrs=["127.0.0.1"], port=pair.port)
    pair.a.call("note", assoc=pair.assoc_a, text="a note")
    pair.say("unread")
    token = pair.a.call("handoff", socket=pair.socket_a)["token"]
    before = account(pair.b, users.NOBODY)["bytes"]
    theirs = users.client_of(daemon, users.DAEMON)
    theirs_port = theirs.call("open", addrs=["127.0.0.1"], listen=True)["port"]
    taker = daemon.client(**HELD)
    more = taker.call("connect", addrs=["127.0.0.1"], port=theirs_port)
    refused(taker.fails("limit_reached", "claim", socket=pair.socket_a, token=token), "assocs", 4)
    taker.call("abort", assoc=more["assoc"])
    end = taker.recv_event("assoc_change", "comm_lost", assoc=more["assoc"])
    taker.call("ack", assoc=more["assoc"], seq=end["seq"])
    own = account(pair.b)["bytes"]  # its ends of the associations
    assert taker.call("claim", socket=pair.socket_a, token=token)["epoch"] == 2
    left = account(pair.b, users.NOBODY)
    assert (left["sockets"], left["assocs"]) == (0, 0)
    moved = before - left["bytes"]  # all but the connection itself
    assert 500 < moved <= account(pair.b)["bytes"] - own <= moved + 3000, "what was not acknowledged came along"


# --- who does not stop ---

@limited(sockets_per_user=1, refusals_per_client=50, linger_ms=60000)
def test_who_does_not_stop(daemon, other):
    """It is told each time, then disconnected; what it owns is held."""
    stubborn = daemon.client(**HELD)
    socket = stubborn.call("open", addrs=["127.0.0.1"])["socket"]
    for _ in range(49):
        stubborn.fails("limit_reached", "open")
    assert stubborn.call("ping") == {}, "a call that is carried out begins a new count"
    for _ in range(49):
        stubborn.fails("limit_reached", "open")
    stubborn.send("open")
    with pytest.raises(Closed):
        while True:
            stubborn.pump()
    assert [s["error"]["data"]["name"] for s in stubborn.stray] == ["disconnected"]
    (left,) = [each for each in other.list()["sockets"] if each["socket"] == socket]
    assert left["ownership"] == "held"
    assert "50 calls in a row were refused" in daemon.log()


@limited(output_bytes_per_client=4096)
def test_who_does_not_read(daemon):
    """Events of its session do not pile up: it learns later how many it missed. Its offers did not wait for it."""
    pair = Pair(daemon, clients=(daemon.client(**HELD), daemon.client()))
    target = daemon.client(session="target", rcvbuf=4096)
    for n in range(3000):
        pair.a.call("handoff", assoc=pair.assoc_a, to="target")
        pair.a.call("withdraw", assoc=pair.assoc_a)
    assert account(pair.b)["bytes"] < 100000
    missed = target.event("missed")
    told = [n for n in target.notes if n["params"]["event"] in ("offered", "offer_ended")]
    assert missed["count"] > 0 and missed["count"] + len(told) == 6000
    pair.a.call("handoff", assoc=pair.assoc_a, to="target")
    target.quiet()
    assert "missed" not in [n["params"]["event"] for n in target.notes], "what it was told of is not counted again"


@limited()
def test_all_is_given_back(daemon, other):
    """After everything has ended nothing is charged."""
    pair = pair_of(daemon, users.DAEMON)
    pair.say("x" * 1000)
    pair.a.call("note", socket=pair.socket_a, text="a note")
    pair.a.call("subscribe")
    (mine,) = [each for each in other.call("list", what=["accounts"])["accounts"] if each["user"] == users.DAEMON]
    assert (mine["clients"], mine["sockets"], mine["assocs"], mine["subs"]) == (1, 1, 1, 1) and mine["bytes"] > 1000
    pair.a.call("abort", assoc=pair.assoc_a)
    pair.a.call("close", socket=pair.socket_a)
    for each in daemon.clients:
        if each is not other:
            each.close()
    until(lambda: len(other.call("list", what=["clients"])["clients"]) == 1)
    assert [each["user"] for each in other.call("list", what=["accounts"])["accounts"]] == [users.NOBODY]
    assert account(other, users.NOBODY)["bytes"] < 1000


@pytest.mark.parametrize("daemon", [{"requests_per_client": 4}], indirect=True)
def test_as_many_calls_wait_as_may(daemon):
    """Exactly."""
    client = daemon.client()
    s = client.call("open", addrs=["127.0.0.1"])["socket"]
    waiting = [client.send("recv", socket=s) for _ in range(4)]
    client.quiet()
    assert not client.answers, "the fourth may wait"
    error = client.fails("too_many_requests", "recv", socket=s)
    assert error.data["limit"] == 4 and not any(each in client.answers for each in waiting)


@pytest.mark.parametrize("daemon", [{"ended_assocs_per_socket": 2}], indirect=True)
def test_who_does_not_read_ends_gets_no_more_associations(daemon):
    """Two have ended unread, another is refused; when they are read there is room again."""
    server, client = daemon.client(), daemon.client()
    listening = server.call("open", addrs=["127.0.0.1"], listen=True)

    def come_and_go():
        assoc = client.call("connect", addrs=["127.0.0.1"], port=listening["port"])["assoc"]
        try:
            client.call("abort", assoc=assoc)
        except sctpd.RpcError:  # refused by now
            pass

    for _ in range(2):
        come_and_go()
    until(lambda: [a["state"] for a in server.list()["assocs"] if a["incoming"]] == ["closed"] * 2)
    come_and_go()
    assert server.event("assoc_refused", socket=listening["socket"])["why"] == "the application does not read"
    for _ in range(2):
        server.recv_event("assoc_change", "comm_lost", socket=listening["socket"])
    come_and_go()
    assert server.recv_event("assoc_change", "comm_up", socket=listening["socket"])


@pytest.mark.parametrize("daemon", [{"ended_assocs_per_socket": 2}], indirect=True)
def test_an_end_that_is_anothers_to_read_takes_no_room(daemon):
    """Two have ended unread; one of them is handed off, and so another may come. The ends of both are there to be read."""
    server, client, other = daemon.client(), daemon.client(), daemon.client()
    listening = server.call("open", addrs=["127.0.0.1"], listen=True)
    ended = lambda: [a["assoc"] for a in server.list()["assocs"] if a["incoming"] and a["state"] == "closed"]
    for n in range(2):
        client.call("abort", assoc=client.call("connect", addrs=["127.0.0.1"], port=listening["port"])["assoc"])
        until(lambda: len(ended()) == n + 1)
    gone, left = ended()
    token = server.call("handoff", assoc=gone)["token"]
    own = other.call("claim", assoc=gone, token=token)["socket"]
    assert own != listening["socket"]
    client.call("connect", addrs=["127.0.0.1"], port=listening["port"])
    assert other.recv_event("assoc_change", "comm_lost", socket=own)["assoc"] == gone
    other.fails("no_such_socket", "status", socket=own)
    token = server.call("handoff", assoc=left)["token"]
    last = other.call("claim", assoc=left, token=token)["socket"]
    assert server.recv_event("assoc_change", "comm_up", socket=listening["socket"])
    assert other.call("status", socket=last)["socket"]["assocs"] == 1, "unread until the daemon ends, which counts anew then"


@pytest.mark.parametrize("daemon", [{"socket_group": "daemon"}], indirect=True)
def test_the_control_socket_is_its_groups(daemon):
    users.needed()
    assert daemon.path.stat().st_gid == grp.getgrnam("daemon").gr_gid
