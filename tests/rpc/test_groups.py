"""Sessions that share a listening socket: who is a member, who gets what, who takes over; and what is refused."""

import contextlib
import json
from socket import AF_UNIX, socket as Socket

import pytest

import users
from sctpd import STACK, Pair, RpcError, b64, payload

HERE = "127.0.0.1"
HELD = {"ack": "explicit", "linger_ms": 60000}

pytestmark = pytest.mark.skipif(STACK != "fake", reason="integration/test_groups.py is about the real stacks")


class Shared:
    """A listening socket that the first of `members` opened and the others joined; `peer` connects to it."""

    def __init__(self, daemon, mode="override", n=2, **how):
        self.daemon, self.peer = daemon, daemon.client()
        self.members = [daemon.client(**HELD)]
        opened = self.members[0].call("open", addrs=[HERE], listen=True)
        self.socket, self.port = opened["socket"], opened["port"]
        self.members[0].call("group", socket=self.socket, mode=mode, **how)
        self.watcher = daemon.client()
        for _ in range(n - 1):
            self.join()
        self.watcher.call("subscribe", events=["held", "lapsed", "resumed_owner", "owner_changed", "group_changed",
                                               "socket_closed", "assoc_opened", "assoc_closed"])

    def join(self, **how):
        self.members.append(self.daemon.client(**HELD))
        self.members[-1].call("join", socket=self.socket, **how)
        return self.members[-1]

    def ids(self, *numbers):
        """The sessions of members by their number; without any of all."""
        return [self.members[n].hello["session"] for n in numbers or range(len(self.members))]

    def connect(self):
        """A new association: (what the peer calls it, what we call it)."""
        theirs = self.peer.call("connect", addrs=[HERE], port=self.port)["assoc"]
        opened = self.watcher.note(lambda e: e.get("event") == "assoc_opened" and e["assoc"] > theirs)
        return theirs, opened["assoc"]

    def say(self, theirs, *texts):
        for text in texts:
            self.peer.call("send", assoc=theirs, text=text)

    def owner(self, assoc):
        """The number of the member that owns it."""
        (found,) = [each for each in self.watcher.list()["assocs"] if each["assoc"] == assoc]
        return {s: n for n, s in enumerate(self.ids())}.get(found.get("owner"))

    def socket_of(self, assoc):
        return self.watcher.call("status", assoc=assoc)["assoc"]["socket"]

    def group(self, socket=None):
        return self.watcher.call("status", socket=socket or self.socket)["socket"].get("group")

    def taken(self, **fields):
        """The next thing the group gave to a member."""
        return self.watcher.event("owner_changed", how="group", **fields)


@pytest.fixture
def shared(daemon):
    """Of two members, override."""
    return Shared(daemon)


@pytest.fixture
def loadshare(daemon):
    """Of three members."""
    return Shared(daemon, "loadshare", 3)


@pytest.fixture
def broadcast(daemon):
    return Shared(daemon, "broadcast", 3)


def texts(items):
    """Payloads, and whether each is marked."""
    return [(payload(i).decode(), i.get("redelivered", False)) for i in items if i["type"] == "data"]


def take(client, **what):
    """What is there to be read now."""
    with contextlib.suppress(RpcError):
        return client.recv(0, max=64, **what)
    return []


def calls_of(watcher, client):
    (found,) = [c for c in watcher.call("list", what=["clients"])["clients"] if c["session"] == client.hello["session"]]
    return found["calls"]


def clog(client, watcher):
    """Asks for long answers until the daemon serves no more: the calls whose answers are to be read."""
    before, idents = calls_of(watcher, client), [client.message("rpc.discover") for _ in range(20)]
    client.sock.sendall(b"".join(json.dumps(each).encode() + b"\n" for each in idents))
    assert any(calls_of(watcher, client) > before for _ in range(1000))
    assert calls_of(watcher, client) < before + 20
    return [each["id"] for each in idents]


# --- what a group is, and what it says ---

def test_a_group_and_how_it_is_shown(daemon):
    owner, second = daemon.client(**HELD), daemon.client(session="second")
    socket = owner.call("open", addrs=[HERE], listen=True)["socket"]
    ids = [owner.hello["session"], second.hello["session"]]
    watcher = daemon.client()
    watcher.call("subscribe", socket=socket, events=["group_changed"])
    got = owner.call("group", socket=socket, mode="loadshare", takeover_ms=250)
    how_it_is = {"socket": socket, "mode": "loadshare", "takeover_ms": 250, "members": [ids[0]], "active": ids[0]}
    assert got == {**how_it_is, "owns": {"sockets": [socket], "assocs": []}, "has": [{"socket": socket, "epoch": 1, "assocs": []}]}
    how_it_is["members"] = ids
    assert second.call("join", socket=socket) == {**how_it_is, "owns": {"sockets": [], "assocs": []}, "has": []}
    assert watcher.call("status", socket=socket)["socket"]["group"] == how_it_is
    assert [each["group"] for each in watcher.list()["sockets"]] == [how_it_is]
    told = [watcher.event("group_changed") for _ in range(2)]
    assert [(t["how"], t["member"], t["members"]) for t in told] == [("created", ids[0], ids[:1]), ("joined", ids[1], ids)]
    for member in (owner, second):
        member.quiet()
    (event,) = [n["params"] for n in owner.notes]
    assert event["how"] == "joined" and event["session"] == ids[0] and event.items() >= how_it_is.items()
    assert second.notes == [], "its answer said it"


def test_another_mode(shared):
    """The owner changes it while the group goes on; what is as it was is no event."""
    theirs, assoc = shared.connect()
    owner = shared.members[0]
    assert shared.members[1].fails("not_owner", "group", socket=shared.socket, mode="loadshare")
    got = owner.call("group", socket=shared.socket, mode="loadshare", takeover_ms=7)
    assert (got["mode"], got["takeover_ms"], got["members"]) == ("loadshare", 7, shared.ids())
    assert shared.members[1].event("group_changed", how="changed")["mode"] == "loadshare"
    owner.call("group", socket=shared.socket, mode="loadshare")
    owner.call("group", socket=shared.socket, mode="loadshare", takeover_ms=7)
    owner.call("group", socket=shared.socket, mode="broadcast")
    assert shared.group()["takeover_ms"] == 7
    assert [shared.watcher.event("group_changed")["mode"] for _ in range(2)] == ["loadshare", "broadcast"]
    owner.call("group", socket=shared.socket, mode="loadshare")
    others = [shared.connect()[1] for _ in range(2)]
    assert shared.owner(assoc) == 0 and {shared.owner(a) for a in others} == {0, 1}
    assert shared.socket_of(assoc) == shared.socket, "what is there stays where it is"


def test_the_end_of_a_group(loadshare):
    """By its owner, or with its socket: each keeps what it has, and nobody takes over any more."""
    shares = [loadshare.connect()[1] for _ in range(3)]
    got = loadshare.members[0].call("group", socket=loadshare.socket, mode="none")
    assert (got["socket"], got["mode"], got["takeover_ms"]) == (loadshare.socket, "none", 0)
    for member in loadshare.members[1:]:
        assert member.event("group_changed", how="ended")["members"] == loadshare.ids()
    assert [loadshare.owner(a) for a in shares] == [0, 1, 2]
    assert not [s for s in loadshare.watcher.list()["sockets"] if "group" in s]
    loadshare.members[1].close()
    assert loadshare.watcher.event("held")["linger_ms"] == 60000
    assert loadshare.members[0].fails("no_such_group", "group", socket=loadshare.socket, mode="none")
    again = loadshare.members[0].call("group", socket=loadshare.socket, mode="override")
    assert again["members"] == loadshare.ids(0)


def test_the_socket_is_closed(loadshare):
    shares = [loadshare.connect() for _ in range(3)]
    loadshare.members[0].call("close", socket=loadshare.socket)
    assert loadshare.members[2].event("group_changed", how="ended")
    assert loadshare.members[2].fails("no_such_socket", "leave", socket=loadshare.socket)
    loadshare.say(shares[2][0], "still here")
    assert texts(take(loadshare.members[2], assoc=shares[2][1])) == [("still here", False)]


# --- what is refused ---

def test_sockets_that_cannot_be_shared(shared):
    """One that does not listen, one that ends with its association, one that was peeled off, another's, none."""
    owner, other = shared.members
    _, assoc = shared.connect()
    quiet = owner.call("open", addrs=[HERE])["socket"]
    error = owner.fails("not_shareable", "group", socket=quiet, mode="override")
    assert error.param == "socket" and error.data["socket"] == quiet
    made = owner.call("connect", addrs=[HERE], port=shared.port)["socket"]
    owner.call("listen", socket=made)
    assert owner.fails("not_shareable", "group", socket=made, mode="override").data["socket"] == made
    peeled = owner.call("peeloff", assoc=assoc)["socket"]
    assert owner.fails("peeled_off", "group", socket=peeled, mode="loadshare").param == "socket"
    error = other.fails("no_such_group", "join", socket=peeled)
    assert error.param == "socket" and str(shared.socket) in error.message
    assert shared.group(peeled) == {"socket": shared.socket, "mode": "override", "takeover_ms": 0}
    assert owner.fails("no_such_socket", "group", socket=999, mode="override").param == "socket"
    theirs = shared.peer.call("open", addrs=[HERE], listen=True)["socket"]
    assert owner.fails("not_owner", "group", socket=theirs, mode="override").param == "socket"


@pytest.mark.parametrize("params, param", [
    ({}, "mode"), ({"mode": "anycast"}, "mode"), ({"mode": 0}, "mode"), ({"mode": "override", "takeover_ms": -1}, "takeover_ms"),
    ({"mode": "override", "takeover_ms": 86400001}, "takeover_ms"), ({"mode": "none", "takeover_ms": 1}, "takeover_ms"),
    ({"mode": "override", "encoding": "hex"}, "encoding"), ({"mode": "override", "members": [1]}, "members")])
def test_parameters_that_are_no_good(shared, params, param):
    before = shared.group()
    assert shared.members[0].fails("invalid_params", "group", {"socket": shared.socket, **params}).param == param
    assert shared.group() == before


def test_joins_and_leaves_that_are_no_good(shared):
    """Where there is no group, twice, of no socket; and nothing has changed."""
    owner, second = shared.members
    alone = owner.call("open", addrs=[HERE], listen=True)["socket"]
    stranger = shared.daemon.client()
    for method in ("join", "leave"):
        assert stranger.fails("no_such_group", method, socket=alone).param == "socket"
        assert stranger.fails("no_such_socket", method, socket=999).param == "socket"
        assert stranger.fails("invalid_params", method).param == "socket"
    assert stranger.fails("not_member", "leave", socket=shared.socket).param == "socket"
    for member in shared.members:
        assert member.fails("already_member", "join", socket=shared.socket).param == "socket"
    assert second.fails("invalid_params", "join", socket=shared.socket, encoding="hex").param == "encoding"
    assert shared.group()["members"] == shared.ids()
    second.call("leave", socket=shared.socket)
    assert second.fails("not_member", "leave", socket=shared.socket)
    assert shared.group()["members"] == shared.ids(0)
    shared.watcher.quiet()
    assert [n["params"]["how"] for n in shared.watcher.notes if n["params"]["event"] == "group_changed"] == ["left"]


def test_fencing(shared):
    """A stale owner's call, and one of another time."""
    first, second = shared.members
    assert first.fails("wrong_epoch", "group", socket=shared.socket, mode="none", epoch=2).data["epoch"] == 1
    second.call("steal", socket=shared.socket)
    error = first.fails("not_owner", "group", socket=shared.socket, mode="none")
    assert error.data["owner"] == second.hello["session"] and error.data["epoch"] == 2
    assert first.fails("not_owner", "group", socket=shared.socket, mode="loadshare", epoch=1)
    assert shared.group()["mode"] == "override"
    assert second.call("group", socket=shared.socket, mode="loadshare", epoch=2)["active"] == second.hello["session"]


def test_check_changes_nothing(shared):
    before = shared.watcher.list()
    stranger = shared.daemon.client()
    for client, method, params in ((shared.members[0], "group", {"mode": "none"}), (shared.members[0], "leave", {}),
                                   (stranger, "join", {})):
        assert client.call(method, socket=shared.socket, check=True, **params) == {"checked": True}
    assert stranger.fails("not_member", "leave", socket=shared.socket, check=True)
    assert shared.watcher.list() == before


def test_most_members(daemon):
    group = Shared(daemon, n=1)
    join = {"jsonrpc": "2.0", "method": "join", "params": {"socket": group.socket}}
    with contextlib.ExitStack() as todo:
        for _ in range(255):
            other = todo.enter_context(Socket(AF_UNIX))
            other.connect(daemon.socket_path)
            other.sendall(json.dumps(join).encode() + b"\n")
        assert any(len(group.group()["members"]) == 256 for _ in range(1000))
        error = daemon.client().fails("limit_reached", "join", socket=group.socket)
        assert (error.param, error.data["limit"]) == ("socket", 256)
        other.close()
        # Told apart as `gone`, or with what happened in the 10 ms before as `changed`.
        while len(group.watcher.event("group_changed")["members"]) != 255 or len(group.group()["members"]) != 255:
            pass
        group.join()
        assert group.group()["members"][-1] == group.ids(1)[0]


# --- override ---

def test_the_active_one_dies(shared):
    """The next has it all in one step: the epoch moves, what was not acknowledged comes again, marked; what is new goes
    to it."""
    first, second = shared.members
    theirs, assoc = shared.connect()
    shared.say(theirs, "one", "two")
    read = first.recv(assoc=assoc, max=16)
    assert read[0]["state"] == "comm_up" and texts(read) == [("one", False), ("two", False)]
    first.call("ack", assoc=assoc, seq=read[1]["seq"])
    assert second.fails("not_owner", "recv", assoc=assoc, timeout_ms=0)
    first.close()
    shared.say(theirs, "three")
    assert shared.watcher.event("held")["takeover_ms"] == 0
    told = second.event("owner_changed", assoc=assoc)
    assert (told["how"], told["from"], told["to"], told["epoch"]) == ("group", *shared.ids(0, 1), 2)
    assert shared.taken(socket=shared.socket)["epoch"] == 2
    assert texts(second.recv(assoc=assoc, max=16)) == [("two", True), ("three", False)]
    assert second.call("send", assoc=assoc, text="answer", epoch=2)
    assert payload(shared.peer.recv_message(assoc=theirs)) == b"answer"
    assert shared.group() == {"socket": shared.socket, "mode": "override", "takeover_ms": 0, "members": shared.ids(1),
                              "active": second.hello["session"]}
    _, late = shared.connect()
    assert shared.owner(late) == 1 and shared.socket_of(late) == shared.socket
    hows = [n["params"]["how"] for n in second.notes if n["params"]["event"] == "group_changed"]
    assert hows == ["gone", "active"], "that it joined was its own call"


def test_subscriptions_of_the_next_one_begin_at_once(shared):
    first, second = shared.members
    second.call("subscribe", data=True)
    theirs, assoc = shared.connect()
    shared.say(theirs, "one")
    take(first, assoc=assoc)
    first.close()
    second.wait_for(lambda: second.data)
    assert texts([{**m, "type": "data"} for m in second.data]) == [("one", True)]


def test_in_the_order_of_joining(daemon):
    group = Shared(daemon, n=4)
    group.members[1].close()
    group.watcher.event("group_changed", how="gone")
    for dead, heir in ((0, 2), (2, 3)):
        group.members[dead].close()
        assert group.taken(socket=group.socket)["to"] == group.ids(heir)[0]


def test_linger_is_for_when_nobody_is_there(daemon):
    """A group takes over what would else be closed at once."""
    first, second = daemon.client(), daemon.client()
    opened = first.call("open", addrs=[HERE], listen=True, linger_ms=0)
    first.call("group", socket=opened["socket"], mode="override")
    second.call("join", socket=opened["socket"])
    peer = daemon.client()
    theirs = peer.call("connect", addrs=[HERE], port=opened["port"])["assoc"]
    first.close()
    assert second.event("owner_changed", socket=opened["socket"])["how"] == "group"
    peer.call("send", assoc=theirs, text="x")
    assert payload(second.recv_message(socket=opened["socket"])) == b"x"
    watcher = daemon.client()
    watcher.call("subscribe", socket=opened["socket"], events=["socket_closed"])
    second.close()
    assert watcher.event("socket_closed")


def test_the_dead_one_comes_back_in_time(daemon):
    """It is the owner still, at the same epoch, and a member again."""
    group = Shared(daemon, takeover_ms=600000)
    first, second = group.members
    theirs, assoc = group.connect()
    first.close()
    held = group.watcher.event("held")
    assert (held["socket"], held["takeover_ms"]) == (group.socket, 600000) and "linger_ms" not in held
    assert "active" not in group.group() and group.group()["members"] == group.ids(1)
    group.say(theirs, "meanwhile")
    back = daemon.client(ack="explicit", resume=first.hello["resume"])
    assert group.watcher.event("resumed_owner")
    assert texts(back.recv(assoc=assoc, max=16)) == [("meanwhile", False)]
    assert back.call("send", assoc=assoc, text="x", epoch=1)
    assert group.group()["members"] == [second.hello["session"], back.hello["session"]]
    assert group.group()["active"] == back.hello["session"]
    second.quiet()
    assert not [n for n in second.notes if n["params"]["event"] == "owner_changed"]


def test_the_dead_one_comes_back_too_late(daemon):
    group = Shared(daemon, takeover_ms=30)
    group.members[0].close()
    assert group.taken(socket=group.socket)["to"] == group.ids(1)[0]
    assert daemon.client().fails("bad_token", "hello", resume=group.members[0].hello["resume"]), "it owned nothing more"


def test_the_daemon_ends_while_it_waits(daemon):
    """Sockets and shares that are awaited are closed as others are."""
    group = Shared(daemon, "loadshare", 2, takeover_ms=600000)
    for _ in range(4):
        group.connect()
    group.members[0].close()
    group.watcher.event("held", socket=group.socket)
    daemon.terminate()
    daemon.check_end()


def test_a_member_does_not_wait(daemon):
    """While the dead one may still come back, a claim has what is held, as ever."""
    group = Shared(daemon, takeover_ms=600000, n=3)
    group.members[0].close()
    group.watcher.event("held")
    assert group.members[2].call("claim", socket=group.socket, expect_epoch=1)["epoch"] == 2
    assert group.group()["active"] == group.ids(2)[0]


def test_who_joins_while_the_dead_one_is_awaited(daemon):
    """Another waits for it already: the newcomer gets nothing. Once that one is gone too, there is nobody to wait for."""
    group = Shared(daemon, takeover_ms=600000)
    group.members[0].close()
    group.watcher.event("held")
    third = group.join()
    assert "active" not in group.group()
    for member in (group.members[1], third):
        member.close()
        group.watcher.event("group_changed", how="gone")
    assert group.group()["members"] == []
    assert group.join().call("status", socket=group.socket)["socket"]["owner"] == group.ids(3)[0]


# --- a group of nobody ---

def test_all_are_gone(shared):
    """The socket is held as without a group, and who joins has it at once, with all that was not acknowledged."""
    first, second = shared.members
    theirs, assoc = shared.connect()
    second.close()
    shared.watcher.event("group_changed", how="gone")
    first.close()
    assert shared.watcher.event("held")["linger_ms"] == 60000
    assert shared.group() == {"socket": shared.socket, "mode": "override", "takeover_ms": 0, "members": []}
    shared.say(theirs, "anybody?")
    third = shared.daemon.client(ack="explicit")
    got = third.call("join", socket=shared.socket)
    assert (got["active"], got["owns"]) == (third.hello["session"], {"sockets": [shared.socket], "assocs": [assoc]})
    (has,) = got["has"]
    assert (has["socket"], has["epoch"]) == (shared.socket, 2)
    assert [(each["assoc"], each["epoch"], each["acked"]) for each in has["assocs"]] == [(assoc, 2, 0)]
    assert third.notes == [], "its answer said it"
    assert texts(third.recv(assoc=assoc, max=16)) == [("anybody?", False)]


def test_the_last_one_dies_while_another_is_awaited(daemon):
    """No member will take over, so the linger counts for what the first one left, and not the time it was awaited for."""
    group = Shared(daemon, "loadshare", n=2, takeover_ms=60000)
    group.members[0].call("hello", linger_ms=20)
    brief = group.members[0].call("open", addrs=[HERE], listen=True)["socket"]
    group.members[0].call("group", socket=brief, mode="override", takeover_ms=60000)
    group.members[1].call("join", socket=brief)
    group.members[0].close()
    group.watcher.event("held", socket=brief)
    group.members[1].close()
    assert group.watcher.event("socket_closed", socket=brief)
    assert group.group()["members"] == [], "whose linger is longer is held on"


def test_nobody_comes(daemon):
    """The linger ends, and the group with the socket."""
    group = Shared(daemon, n=1)
    group.members[0].call("release", socket=group.socket, linger_ms=20)
    assert group.watcher.event("lapsed", socket=group.socket)
    assert group.watcher.event("socket_closed", socket=group.socket)
    assert group.members[0].event("group_changed", how="ended")
    assert group.members[0].fails("no_such_socket", "join", socket=group.socket)


def test_a_non_member_claims_what_all_have_left(shared):
    """It is a member then."""
    for member in shared.members:
        member.close()
    shared.watcher.event("held", linger_ms=60000)
    stranger = shared.daemon.client(ack="explicit")
    stranger.call("claim", socket=shared.socket)
    assert shared.group()["members"] == [stranger.hello["session"]]


# --- explicit changes ---

@pytest.mark.parametrize("member", [True, False])
def test_the_socket_is_handed_over(shared, member):
    """To one that is no member: it becomes one."""
    first, second = shared.members
    target = second if member else shared.daemon.client()
    token = first.call("handoff", socket=shared.socket)["token"]
    target.call("claim", socket=shared.socket, token=token)
    group = shared.group()
    assert group["active"] == target.hello["session"]
    assert group["members"] == shared.ids() + ([] if member else [target.hello["session"]])
    assert shared.watcher.event("group_changed")["how"] == ("active" if member else "joined")
    target.close()
    assert shared.taken(socket=shared.socket)["to"] == first.hello["session"]


def test_one_association_leaves_the_group(shared):
    """With whoever is no member; to a member it stays in."""
    first, second = shared.members
    (_, out), (_, within), (_, stays) = (shared.connect() for _ in range(3))
    stranger = shared.daemon.client(**HELD)
    stranger.call("steal", assoc=out)
    second.call("steal", assoc=within)
    assert shared.group(shared.socket_of(out)) is None
    assert shared.group(shared.socket_of(within))["socket"] == shared.socket
    stranger.close()
    assert shared.watcher.event("held", linger_ms=60000)["socket"] == shared.socket_of(out)
    second.close()
    assert shared.taken(assoc=within)["to"] == first.hello["session"]
    assert shared.owner(stays) == 0
    first.call("release", assoc=stays)
    assert shared.group(shared.socket_of(stays)) is None, "released: it is for whoever claims it"
    assert shared.watcher.event("held", socket=shared.socket_of(stays))["linger_ms"] == 60000


def test_what_the_active_one_peeled_off_stays_in_the_group(shared):
    _, assoc = shared.connect()
    peeled = shared.members[0].call("peeloff", assoc=assoc)["socket"]
    shared.members[0].close()
    assert shared.taken(assoc=assoc)["socket"] == peeled
    assert (shared.owner(assoc), shared.group()["active"]) == (1, shared.ids(1)[0])


def test_releasing_the_socket(shared):
    """The next has it at once; where there is no other, whoever joins."""
    first, second = shared.members
    _, assoc = shared.connect()
    first.call("release", socket=shared.socket)
    assert shared.taken(socket=shared.socket)["to"] == second.hello["session"]
    assert shared.owner(assoc) == 1 and shared.group()["members"] == shared.ids()
    first.call("leave", socket=shared.socket)
    second.call("release", socket=shared.socket)
    assert "active" not in shared.group() and shared.group()["members"] == shared.ids(1)
    third = shared.join()
    assert shared.group()["active"] == third.hello["session"] and shared.owner(assoc) == 2


def test_the_active_one_leaves(shared):
    """What it has goes to the next; what it waits for is answered as when any owner changes."""
    first, second = shared.members
    theirs, assoc = shared.connect()
    shared.say(theirs, "one")
    take(first, assoc=assoc)
    waiting = first.send("recv", socket=shared.socket)
    first.quiet()
    got = first.call("leave", socket=shared.socket)
    assert (got["members"], got["active"]) == (shared.ids(1), second.hello["session"])
    assert got["owns"] == {"sockets": [], "assocs": []}
    with pytest.raises(RpcError, match="not_owner"):
        first.answer(waiting)
    assert texts(second.recv(assoc=assoc, max=16)) == [("one", True)]


def test_the_last_one_leaves(shared):
    """The group ends, and it keeps what it has."""
    first, second = shared.members
    _, assoc = shared.connect()
    second.call("leave", socket=shared.socket)
    got = first.call("leave", socket=shared.socket)
    assert got == {"socket": shared.socket, "mode": "none", "takeover_ms": 0, "members": [], "has": [],
                   "owns": {"sockets": [shared.socket], "assocs": [assoc]}}
    assert shared.group() is None
    assert second.fails("no_such_group", "join", socket=shared.socket)


def test_the_last_one_leaves_while_another_is_awaited(daemon):
    """What the dead one left is held as without a group: here not at all."""
    group = Shared(daemon, takeover_ms=600000)
    first, second = group.members
    first.call("open", addrs=[HERE])  # keeps its session
    opened = group.watcher.list()["sockets"]
    assert len(opened) == 2
    first.close()
    group.watcher.event("held", socket=group.socket)
    got = second.call("leave", socket=group.socket)
    assert (got["mode"], got["members"]) == ("none", [])
    assert group.watcher.event("held", socket=group.socket)["linger_ms"] == 60000


def test_a_member_becomes_another_session(shared):
    """Its membership was that of the session it leaves."""
    gone = shared.daemon.client(**HELD)
    kept = gone.call("open", addrs=[HERE])["socket"]
    gone.close()
    shared.watcher.event("held", socket=kept)
    shared.members[1].call("hello", resume=gone.hello["resume"])
    assert shared.group()["members"] == shared.ids(0)
    assert shared.members[1].call("join", socket=shared.socket)["members"] == [*shared.ids(0), gone.hello["session"]]


# --- loadshare ---

def test_new_associations_are_shared(loadshare):
    """In turn where all can take as much: each on a socket of its own, comm_up the first thing its member reads."""
    for n in range(6):
        theirs, assoc = loadshare.connect()
        member = loadshare.members[n % 3]
        told = member.event("owner_changed", assoc=assoc)
        assert (told["how"], told["from"], told["to"]) == ("group", *loadshare.ids(0, n % 3))
        assert loadshare.group(told["socket"]) == {"socket": loadshare.socket, "mode": "loadshare", "takeover_ms": 0}
        loadshare.say(theirs, "hello")
        items = member.recv(socket=told["socket"], max=16)
        assert [(i["seq"], i["assoc"], i.get("state")) for i in items] == [(1, assoc, "comm_up"), (2, assoc, None)]
        assert member.call("send", assoc=assoc, text="x", epoch=told["epoch"])
    assert loadshare.members[0].call("status", socket=loadshare.socket)["socket"]["assocs"] == 0


def test_the_most_free_credit(loadshare):
    """Of the reader that would get the data; no limit is most, and so is no reader."""
    first, second, third = loadshare.members
    subs = [m.call("subscribe", data=True, credit=c)["sub"] for m, c in ((first, 5), (second, 10), (third, 9))]
    for _ in range(2):
        assert loadshare.owner(loadshare.connect()[1]) == 1
    theirs, assoc = loadshare.connect()
    loadshare.say(theirs, "one", "two")
    second.wait_for(lambda: len(second.data) == 2)
    assert loadshare.owner(assoc) == 1, "and there it stays"
    assert loadshare.owner(loadshare.connect()[1]) == 2, "8, 9"
    first.call("credit", sub=subs[0], add=100)
    assert loadshare.owner(loadshare.connect()[1]) == 0
    third.call("unsubscribe", sub=subs[2])
    third.call("subscribe", data=True)
    assert [loadshare.owner(loadshare.connect()[1]) for _ in range(3)] == [2, 2, 2]
    second.call("unsubscribe", sub=subs[1])
    # Both without a limit: the second has 3 associations, the third 4.
    assert [loadshare.owner(loadshare.connect()[1]) for _ in range(2)] == [1, 1]


def test_ties(loadshare):
    """Fewest associations, then who joined first; one that went counts no more."""
    pairs = [loadshare.connect() for _ in range(3)]
    loadshare.peer.call("abort", assoc=pairs[1][0])
    items = loadshare.members[1].recv_until(lambda i: i.get("state") == "comm_lost", assoc=pairs[1][1])
    loadshare.members[1].call("ack", assoc=pairs[1][1], seq=items[0]["seq"])
    assert loadshare.watcher.event("assoc_closed", assoc=pairs[1][1])
    assert [loadshare.owner(loadshare.connect()[1]) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("daemon", [{"output_bytes_per_client": 4096}], indirect=True)
def test_who_does_not_read_gets_nothing_new(daemon):
    """A member above its output mark has no room, whatever its credit says."""
    group = Shared(daemon, "loadshare", 1)
    slow = daemon.client(rcvbuf=1, **HELD)
    slow.call("join", socket=group.socket)
    group.members.append(slow)
    unread = clog(slow, group.watcher)
    assert [group.owner(group.connect()[1]) for _ in range(3)] == [0, 0, 0]
    for ident in unread:
        slow.answer(ident)
    assert group.owner(group.connect()[1]) == 1


@pytest.mark.parametrize("daemon", [{"sockets_per_client": 2}], indirect=True)
def test_who_can_own_no_more(daemon):
    """Where no member can, the association stays on the group's socket."""
    group = Shared(daemon, "loadshare", 2)
    assocs = []
    for _ in range(4):
        group.peer = daemon.client()
        assocs.append(group.connect()[1])
    assert [group.owner(a) for a in assocs] == [0, 1, 1, 0]
    assert [group.socket_of(a) == group.socket for a in assocs] == [False, False, False, True]


@pytest.mark.parametrize("daemon", [{"socket_mode": 0o666, "rules": ["allow all any"], "assocs_per_user": 4}], indirect=True)
def test_a_member_whose_user_has_all_associations_it_may_have(daemon):
    """Of two users that share a socket the one at its limit is passed over: what comes is the other's."""
    owner, member, peer = daemon.client(**HELD), users.client_of(daemon, users.NOBODY, **HELD), users.client_of(daemon, users.DAEMON)
    opened = owner.call("open", addrs=[HERE], listen=True)
    owner.call("group", socket=opened["socket"], mode="loadshare")
    member.call("join", socket=opened["socket"])
    theirs = Pair(daemon, clients=(users.client_of(daemon, users.NOBODY), users.client_of(daemon, users.NOBODY)))
    more = Pair(daemon, clients=(theirs.a, theirs.b))
    watcher = daemon.client()
    watcher.call("subscribe", events=["assoc_opened", "assoc_closed"])
    for _ in range(3):
        peer.call("connect", addrs=[HERE], port=opened["port"])
    owned = {}
    for each in watcher.list()["assocs"]:
        owned.setdefault(each["user"], []).append(each["assoc"])
    assert sorted(owned[users.NOBODY]) == sorted([theirs.assoc_a, theirs.assoc_b, more.assoc_a, more.assoc_b])
    assert len(owned[0]) == 3


def test_a_member_dies(loadshare):
    """Its associations go to the others by the same choice, with what it did not acknowledge, marked; theirs go on."""
    pairs = [loadshare.connect() for _ in range(6)]
    for n, (theirs, assoc) in enumerate(pairs):
        loadshare.say(theirs, f"{n} one", f"{n} two")
        items = loadshare.members[n % 3].recv(assoc=assoc, max=16)
        loadshare.members[n % 3].call("ack", assoc=assoc, seq=items[1]["seq"])
    loadshare.members[1].close()
    for n in (1, 4):
        loadshare.say(pairs[n][0], f"{n} three")
    heirs = {loadshare.taken(assoc=pairs[n][1], epoch=3)["to"] for n in (1, 4)}
    assert heirs == set(loadshare.ids(0, 2))
    for n in (1, 4):
        heir = loadshare.members[loadshare.owner(pairs[n][1])]
        assert texts(heir.recv(assoc=pairs[n][1], max=16)) == [(f"{n} two", True), (f"{n} three", False)]
        assert heir.call("send", assoc=pairs[n][1], text="x", epoch=3)
    for n in (0, 3, 2, 5):
        assert loadshare.owner(pairs[n][1]) == n % 3
        assert loadshare.members[n % 3].call("send", assoc=pairs[n][1], text="x", epoch=2)
    assert not loadshare.peer.notes


def test_the_one_with_the_socket_dies(loadshare):
    """Another has the socket, and what was on it is shared out."""
    first = loadshare.members[0]
    first.call("group", socket=loadshare.socket, mode="override")
    before = [loadshare.connect()[1] for _ in range(4)]
    first.call("group", socket=loadshare.socket, mode="loadshare")
    waiting = first.call("connect", socket=loadshare.socket, addrs=["198.51.100.1"], port=9, wait=False)["assoc"]
    first.close()
    assert loadshare.taken(socket=loadshare.socket)["to"] == loadshare.ids(1)[0]
    assert sorted(loadshare.owner(a) for a in before) == [1, 1, 2, 2]
    assert loadshare.socket_of(waiting) == loadshare.socket and loadshare.owner(waiting) == 1, "it was not up yet"
    assert {loadshare.owner(loadshare.connect()[1]) for _ in range(3)} == {1, 2}


def test_a_member_with_associations_comes_back_in_time(daemon):
    group = Shared(daemon, "loadshare", 3, takeover_ms=600000)
    pairs = [group.connect() for _ in range(3)]
    group.members[1].close()
    group.watcher.event("held")
    assert [group.owner(group.connect()[1]) for _ in range(2)] == [0, 2], "what is new goes to those who are there"
    back = group.members[1] = daemon.client(ack="explicit", resume=group.members[1].hello["resume"])
    assert group.group()["members"] == group.ids(0, 2, 1)
    assert back.call("send", assoc=pairs[1][1], text="x", epoch=2)
    assert group.owner(group.connect()[1]) == 1, "it has one, they have two"


def test_a_sharing_member_leaves(loadshare):
    """Its associations go to the others; the last one keeps all."""
    pairs = [loadshare.connect() for _ in range(3)]
    for n in (0, 1):
        assert loadshare.members[n].call("leave", socket=loadshare.socket)["owns"] == {"sockets": [], "assocs": []}
    assert [loadshare.owner(a) for _, a in pairs] == [2, 2, 2]
    got = loadshare.members[2].call("leave", socket=loadshare.socket)
    assert sorted(got["owns"]["assocs"]) == sorted(a for _, a in pairs) and got["mode"] == "none"


# --- broadcast ---

def copies(client):
    return [n for n in client.notes if n["params"].get("copy")]


def test_copies(broadcast):
    """What the owner gets, by the same numbers, to the others; nothing of theirs to acknowledge or to claim."""
    first, second, third = broadcast.members
    third.call("leave", socket=broadcast.socket)
    third.call("join", socket=broadcast.socket, encoding="text")
    theirs, assoc = broadcast.connect()
    broadcast.say(theirs, "one", "two")
    broadcast.peer.call("send", assoc=theirs, data=b64(b"\xff\x00"), unordered=True)
    broadcast.peer.call("abort", assoc=theirs, reason="bye")
    items = []
    while not items or items[-1].get("state") != "comm_lost":
        items += first.recv(socket=broadcast.socket, max=16)
    for member in (second, third):
        member.wait_for(lambda: len(copies(member)) == len(items))
        got = [{**n["params"], "type": n["method"]} for n in copies(member)]
        assert {g.pop("session") for g in got} == {member.hello["session"]} and all(g.pop("copy") for g in got)
        if member is third:
            assert [g.pop("text") for g in got if "text" in g] == ["one", "two"]
            assert {"data"} == {k for g in got[3:4] for k in g if k in ("text", "data")}
        strip = {"text", "data"} if member is third else set()
        assert [{k: v for k, v in g.items() if k not in strip} for g in got] == \
            [{k: v for k, v in i.items() if k not in strip} for i in items]
        assert member.fails("not_owner", "ack", assoc=assoc, seq=1)
        assert member.fails("owned", "claim", assoc=assoc)
    assert not copies(first)


def test_copies_come_whether_the_owner_reads_or_not(broadcast):
    """Also while nobody has the association; who takes over reads all that was not acknowledged anyway."""
    first, second, third = broadcast.members
    first.call("group", socket=broadcast.socket, mode="broadcast", takeover_ms=600000)
    theirs, assoc = broadcast.connect()
    broadcast.say(theirs, "one")
    first.close()
    broadcast.watcher.event("held")
    broadcast.say(theirs, "two")
    for member in (second, third):
        member.wait_for(lambda: len(copies(member)) == 3)
        assert [n["params"]["seq"] for n in copies(member)] == [1, 2, 3]
    second.call("claim", socket=broadcast.socket)
    assert [i["seq"] for i in second.recv(assoc=assoc, max=16)] == [1, 2, 3]
    broadcast.say(theirs, "three")
    third.wait_for(lambda: len(copies(third)) == 4)
    second.quiet()
    assert len(copies(second)) == 3, "it is the owner now"


def test_no_copies_in_other_modes(shared, loadshare):
    for group in (shared, loadshare):
        theirs, _ = group.connect()
        group.say(theirs, "x")
        for member in group.members:
            member.quiet()
            assert not copies(member)


@pytest.mark.parametrize("daemon", [{"output_bytes_per_client": 4096}], indirect=True)
def test_a_member_that_does_not_read(daemon):
    """It misses copies and is told how many of which association; the owner and the others miss nothing."""
    group = Shared(daemon, "broadcast", 2)
    first, quick = group.members
    slow = daemon.client(rcvbuf=1, **HELD)
    slow.call("join", socket=group.socket)
    pairs = [group.connect() for _ in range(2)]
    count, size = 400, 1000
    for n in range(count):
        group.say(pairs[n % 2][0], f"{n:06}" + "." * size)
        for item in take(first, socket=group.socket):
            first.call("ack", assoc=item["assoc"], seq=item["seq"])
        quick.quiet()
    assert group.watcher.call("status", assoc=pairs[0][1])["assoc"]["acked"] == count / 2 + 1
    assert len(copies(quick)) == count + 2 and not [n for n in copies(quick) if n["params"].get("event") == "gap"]
    slow.quiet()
    group.say(pairs[0][0], "the last")
    slow.wait_for(lambda: any(n["method"] == "data" and payload(n["params"]) == b"the last" for n in copies(slow)))
    got, missed = copies(slow), 0
    expected = {assoc: 1 for _, assoc in pairs}
    for note in got:
        params = note["params"]
        if params.get("event") == "gap":
            assert params["from"] == expected[params["assoc"]] and params["missed"] == params["to"] - params["from"] + 1
            missed += params["missed"]
            expected[params["assoc"]] = params["to"] + 1
        else:
            assert params["seq"] == expected[params["assoc"]]
            expected[params["assoc"]] += 1
    assert missed > count / 2 and expected == {pairs[0][1]: count // 2 + 3, pairs[1][1]: count // 2 + 2}


@pytest.mark.parametrize("daemon", [{"output_bytes_per_client": 4096}], indirect=True)
def test_a_member_that_does_not_read_is_told_the_latest(daemon):
    """Not each change of the group: the way it is when it reads again."""
    group = Shared(daemon, n=1)
    slow = daemon.client(rcvbuf=1, **HELD)
    slow.call("join", socket=group.socket)
    slow.notes.clear()
    unread = clog(slow, group.watcher)
    for _ in range(3):
        group.join().call("leave", socket=group.socket)
    last = group.join()
    for ident in unread:
        slow.answer(ident)
    slow.quiet()
    told = [n["params"] for n in slow.notes]
    assert [(t["how"], t["members"][-1]) for t in told] == [("changed", last.hello["session"])]


@pytest.mark.parametrize("daemon", [{"output_bytes_per_client": 4096}], indirect=True)
def test_a_member_that_misses_copies_of_many_associations(daemon):
    """Of 256 it is told apart, of the rest together: it cannot make the daemon remember more. And it is told as soon as it
    reads, not only when another copy is due."""
    group = Shared(daemon, "broadcast", 1)
    slow = daemon.client(rcvbuf=1, **HELD)
    slow.call("join", socket=group.socket)
    unread = clog(slow, group.watcher)
    assocs = [group.connect()[1] for _ in range(260)]
    for ident in unread:
        slow.answer(ident)
    gaps = [slow.event("gap") for _ in range(257)]
    assert [(g.get("assoc"), g["socket"], g["missed"]) for g in gaps] == \
        [(assoc, group.socket, 1) for assoc in assocs[:256]] + [(None, group.socket, 4)]
    slow.quiet()
    assert not copies(slow)
