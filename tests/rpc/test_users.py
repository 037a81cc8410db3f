"""One user does not reach into another: names, offers, and what is told because of others."""
import time

import pytest
import users
from sctpd import STACK

HERE = "127.0.0.1"
HELD = {"ack": "explicit", "linger_ms": 60000}
ALICE, BOB = users.DAEMON, users.NOBODY
OWN = [f"allow own,listen,connect user:{ALICE} user:{BOB}", "allow all user:root"]

pytestmark = pytest.mark.skipif(STACK != "fake", reason="who may reach whom is no matter of the stack")


def ruled(*rules, **settings):
    return pytest.mark.parametrize("daemon", [{"socket_mode": 0o666, "rules": [*rules, *OWN], **settings}], indirect=True)


def socket_of(client):
    return client.call("open", addrs=[HERE])["socket"]


def bytes_of(daemon, uid):
    (account,) = [a for a in daemon.client().call("list", what=["accounts"])["accounts"] if a["user"] == uid]
    return account["bytes"]


@pytest.fixture
def alice(daemon):
    return users.client_of(daemon, ALICE, **HELD)


@pytest.fixture
def bob(daemon):
    return users.client_of(daemon, BOB, **HELD)


# --- names ---

@ruled()
def test_a_name_of_another_user_is_another_name(daemon, alice, bob):
    """It collides with none, and no offer to one's own name goes to it."""
    assert bob.call("hello", session="standby")["session_name"] == "standby"
    assert alice.call("hello", session="standby")["session_name"] == "standby"
    owner = users.client_of(daemon, ALICE, **HELD)
    owner.call("handoff", socket=socket_of(owner), to="standby")
    assert alice.event("offered")["to"] == alice.hello["session"]
    bob.quiet()
    assert not bob.notes


@ruled()
def test_nobody_takes_the_name_of_another_users_held_session(daemon, alice, bob):
    """The standby restarts: its name is its own again, whoever took one like it meanwhile."""
    standby = users.client_of(daemon, ALICE, session="standby", **HELD)
    socket_of(standby)
    standby.close()
    bob.call("hello", session="standby")
    sessions = daemon.client().call("list", what=["sessions"])["sessions"]
    assert sorted((s["user"], s["name"]) for s in sessions if "name" in s) == [(ALICE, "standby"), (BOB, "standby")]
    back = users.client_of(daemon, ALICE, resume=standby.hello["resume"])
    assert back.hello["session_name"] == "standby"
    alice.call("handoff", socket=socket_of(alice), to="standby")
    assert back.event("offered")


@ruled(f"allow offer user:{ALICE} to user:{BOB}")
def test_another_users_session_is_named_by_its_user(alice, bob):
    bob.call("hello", session="standby")
    socket = socket_of(alice)
    assert alice.fails("no_such_session", "handoff", socket=socket, to="standby").param == "to"
    for nobody in (f"{ALICE}/standby", f"{BOB}/", f"{BOB}/standby2", f"{BOB}standby", "/standby", f"{2**32 + BOB}/standby"):
        alice.fails("no_such_session", "handoff", socket=socket, to=nobody)
    alice.call("handoff", socket=socket, to=f"{BOB}/standby")
    assert bob.event("offered")["socket"] == socket
    assert bob.call("claim", socket=socket)["epoch"] == 2


# --- offers ---

@ruled(f"allow observe user:{ALICE}", f"allow offer user:{BOB} to user:root")
def test_to_offer_to_another_user_takes_a_rule(alice, bob):
    socket = socket_of(alice)
    error = alice.fails("not_allowed", "handoff", socket=socket, to=bob.hello["session"])
    assert (error.data["verb"], error.data["rule"], error.param) == ("offer", "none", "to")
    assert f"session {bob.hello['session']} of user {BOB}" in error.message
    alice.call("handoff", socket=socket)
    bob.quiet()
    assert not bob.notes


@ruled()
def test_a_session_that_one_may_not_see_is_as_one_that_is_not_there(alice, bob):
    socket = socket_of(alice)
    there = alice.fails("no_such_session", "handoff", socket=socket, to=bob.hello["session"])
    not_there = alice.fails("no_such_session", "handoff", socket=socket, to=99999)
    assert there.message.replace(str(bob.hello["session"]), "N") == not_there.message.replace("99999", "N")
    assert there.data == not_there.data


@ruled()
def test_the_same_user_and_root_are_free_to_offer(daemon, alice, bob):
    twin = users.client_of(daemon, ALICE)
    alice.call("handoff", socket=socket_of(alice), to=twin.hello["session"])
    assert twin.event("offered")
    root = daemon.client(**HELD)
    root.call("handoff", socket=socket_of(root), to=bob.hello["session"])
    assert bob.event("offered")


@ruled(f"allow offer user:{ALICE} to user:{BOB}")
def test_what_others_offer_does_not_fill_ones_account(daemon, alice):
    """16 KiB for each connection that does not read: the rest is counted, and told as missed."""
    idle = [users.client_of(daemon, BOB, rcvbuf=4096) for _ in range(4)]
    before, socket = bytes_of(daemon, BOB), socket_of(alice)
    for target in idle:
        for _ in range(20):
            alice.answer(alice.send_all([("handoff", {"socket": socket, "to": target.hello["session"]}),
                                         ("withdraw", {"socket": socket})] * 50)[-1])
    assert bytes_of(daemon, BOB) - before < len(idle) * (16 * 1024 + 1024)
    missed = idle[0].event("missed")["count"]
    told = [n for n in idle[0].notes if n["params"]["event"] in ("offered", "offer_ended")]
    assert missed + len(told) == 2000 and missed > 1000
    alice.call("handoff", socket=socket, to=idle[0].hello["session"])
    assert idle[0].event("offered", timeout=5), "who has read is told again"


# --- groups ---

def storm(client, socket, n):
    """Joins and leaves n times as notifications, in one write."""
    line = b"".join(b'{"jsonrpc":"2.0","method":"%s","params":{"socket":%d}}\n' % (method, socket)
                    for method in (b"join", b"leave"))
    client.write(line * n)
    client.call("ping")


def test_a_storm_of_joining_and_leaving_is_told_together(daemon, n=100):
    """To each member at most so much in a time; the latest that is told is how it is."""
    members = [daemon.client(**HELD) for _ in range(n)]
    socket = members[0].call("open", addrs=[HERE], listen=True)["socket"]
    members[0].call("group", socket=socket, mode="override")
    for each in members[1:]:
        each.call("join", socket=socket)
    members[1].quiet()
    members[1].notes.clear()
    guest = daemon.client(**HELD)
    began = time.monotonic()
    storm(guest, socket, 300)
    now = guest.call("join", socket=socket)["members"]
    assert len(now) == n + 1
    members[0].call("group", socket=socket, mode="broadcast")
    last = members[1].note(lambda e: e.get("event") == "group_changed" and e["mode"] == "broadcast")
    assert last["members"] == now
    told = [e["params"] for e in members[1].notes if e["params"]["event"] == "group_changed"]
    assert len(told) <= 4 * ((time.monotonic() - began) / 0.01 + 2), "more than 256 / n and one more in 10 ms"


def test_changes_that_are_told_one_by_one_are_told_at_once(daemon):
    owner, other = daemon.client(**HELD), daemon.client(**HELD)
    socket = owner.call("open", addrs=[HERE], listen=True)["socket"]
    owner.call("group", socket=socket, mode="override")
    other.call("join", socket=socket)
    other.call("leave", socket=socket)
    owner.quiet()
    assert [n["params"]["how"] for n in owner.notes] == ["joined", "left"]


@ruled(f"allow claim user:{BOB} of user:{ALICE}")
def test_a_group_of_another_user_does_not_fill_ones_account(daemon, alice):
    socket = alice.call("open", addrs=[HERE], listen=True)["socket"]
    alice.call("group", socket=socket, mode="override")
    member = users.client_of(daemon, BOB, rcvbuf=4096)
    member.call("join", socket=socket)
    before = bytes_of(daemon, BOB)
    for _ in range(20):
        calls = [("group", {"socket": socket, "mode": mode}) for mode in ("loadshare", "override")] * 50
        alice.answer(alice.send_all(calls)[-1])
    assert bytes_of(daemon, BOB) - before < 17 * 1024
    alice.call("group", socket=socket, mode="broadcast")
    assert member.note(lambda e: e.get("event") == "group_changed" and e["mode"] == "broadcast")


