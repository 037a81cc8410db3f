"""The configuration read anew while the daemon runs: as a whole or not at all, and nobody is dropped."""
import os
import signal
import socket

import pytest
import sctpd
import users
from sctpd import Pair, payload, until

FREE = "allow all any"
HELD = {"ack": "explicit", "linger_ms": 60000}


def configured(*rules, **settings):
    return {"socket_mode": 0o666, "linger_ms": 0, **settings, "rules": list(rules)}


def reloaded(daemon, *rules, by=None, **settings):
    """The answer of a reload with those rules and settings, by the client @by or a new one."""
    daemon.write_config(configured(*rules, **settings))
    return (by or daemon.client()).call("reload")


rules = pytest.mark.parametrize("daemon", [configured(FREE)], indirect=True)


# --- good ---

def test_nothing_is_another(daemon):
    assert daemon.client().call("reload") == {"rules": 0}
    assert daemon.client().call("reload", check=True) == {"checked": True}


def test_settings_hold_from_then_on(daemon, client):
    """For what is done afterwards: the sockets that are open already stay, one more is refused."""
    for _ in range(3):
        client.call("open", addrs=["127.0.0.1"])
    daemon.write_config({"linger_ms": 1234, "sockets_per_client": 2, "log_level": "debug"})
    assert client.call("reload") == {"rules": 0, "changed": ["log_level", "sockets_per_client", "linger_ms"]}
    assert client.fails("limit_reached", "open", addrs=["127.0.0.1"]).data["limit"] == 2
    assert len(client.list()["sockets"]) == 3
    other = daemon.client()
    assert other.hello["linger_ms"] == 1234 and other.hello["limits"]["sockets"] == 2
    assert client.call("hello")["linger_ms"] == 0, "a session keeps what it began with"
    assert "sockets_per_client: changed" in daemon.log()
    daemon.write_config({"linger_ms": 0})
    assert client.call("reload")["changed"] == ["log_level", "sockets_per_client", "linger_ms"]
    assert client.call("open", addrs=["127.0.0.1"])


def test_it_leaves_nothing_open(daemon, client):
    """A configuration that holds, ones that are refused at a line, and one that is not there."""
    client.call("reload")
    before = daemon.descriptors()
    for config in ({}, {"linger_ms": "soon"}, {"nonesuch": 1}, {"rules": ["allow all"]}):
        daemon.write_config(config)
        for _ in range(3):
            client.error("reload") if config else client.call("reload")
    daemon.config_path.unlink()
    client.error("reload")
    assert daemon.descriptors() == before


def test_what_needs_a_restart_stays_and_is_named(daemon, client):
    daemon.write_config({"linger_ms": 0, "socket_mode": 0o600, "socket_group": "root", "raw": "true", "runtime_dir": "/nonesuch",
                         "stack": "nonesuch", "clients": 100})
    for _ in range(2):  # and again: what holds is held against the file, not what the file said before
        answer = client.call("reload")
        # The command line wins: runtime_dir and stack are what they were.
        assert set(answer["needs_restart"]) == {"raw", "socket_mode", "socket_group"}
    assert daemon.path.stat().st_mode & 0o777 == 0o660
    assert "socket_mode: keeps its value until the daemon is restarted" in daemon.log()
    assert daemon.client().call("ping") == {}
    daemon.write_config({"linger_ms": 0, "clients": 100})
    assert client.call("reload") == {"rules": 0}


def test_by_signal(daemon, client):
    daemon.write_config(configured(FREE, sockets_per_client=1))
    daemon.process.send_signal(signal.SIGHUP)
    until(lambda: client.call("hello")["limits"]["sockets"] == 1)
    assert "the configuration was reloaded: 1 rules" in daemon.log()


def test_a_bad_one_by_signal(daemon, client):
    daemon.write_config("clients = 1\nnonesuch = 1\n")
    daemon.process.send_signal(signal.SIGHUP)
    until(lambda: "the configuration is not changed" in daemon.log())
    assert f"{daemon.config_path}:2: unknown setting \"nonesuch\"" in daemon.log()
    assert daemon.client().call("ping") == {}


def test_the_service_manager_is_told(tmp_path):
    """RELOADING=1, then READY=1, whether the file was good or not (sd_notify(3))."""
    d = sctpd.Daemon()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        told.settimeout(sctpd.TIMEOUT)
        d.spawn(tmp_path / "notify")
        assert told.recv(4096) == b"READY=1"
        for text in ("clients = 7\n", "clients = x\n"):
            d.write_config(text)
            d.process.send_signal(signal.SIGHUP)
            said = told.recv(4096).split(b"\n")
            assert said[0] == b"RELOADING=1" and said[1].startswith(b"MONOTONIC_USEC=")
            assert told.recv(4096) == b"READY=1"
        d.terminate()
        assert told.recv(4096) == b"STOPPING=1"
        d.stop()


@rules
def test_many_at_once(daemon, client):
    """Each is answered, by a reading that began after it was asked."""
    idents = [client.send("reload") for _ in range(20)]
    daemon.write_config(configured(FREE, sockets_per_client=7))
    idents.append(client.send("reload"))
    for _ in range(5):
        daemon.process.send_signal(signal.SIGHUP)
    for ident in idents:
        client.answer(ident)
    assert client.call("hello")["limits"]["sockets"] == 7


def test_who_asked_may_leave(daemon):
    for _ in range(10):
        client = daemon.client()
        client.send("reload")
        client.close()
    assert daemon.client().call("reload") == {"rules": 0}


def test_the_end_meanwhile(daemon):
    client = daemon.client()
    client.send("reload")
    daemon.process.send_signal(signal.SIGHUP)


def test_the_end_does_not_wait_for_what_cannot_be_read(daemon, client):
    """A directory service that does not answer, here a file that has no end: the daemon ends all the same."""
    client.call("ping")
    daemon.config_path.unlink()
    os.mkfifo(daemon.config_path)
    client.send("reload")
    client.call("ping")
    daemon.terminate()
    assert "still being read" in daemon.check_end(timeout=10)


# --- bad ---

MISTAKES = [
    ("clients = 5\nnonesuch = 1\n", 2, 'unknown setting "nonesuch"'),
    ("client = 5\n", 1, 'unknown setting "client"; did you mean "clients"?'),
    ("clients = x\n", 1, 'clients: expected an integer from 1 to 100000, got "x"'),
    ("clients = 5\n\n#\nclients = 6\n", 4, "clients is set in line 1 already"),
    ("clients\n", 1, "expected `name = value`, or a rule: `allow VERB[,VERB...] WHO...`, or deny"),
    ("socket_group = no_such_group\n", 1, 'socket_group: there is no group "no_such_group"'),
    ("clients = 1\nallow own user:no_such_user\n", 2, 'there is no user "no_such_user"'),
    ("deny own group:no_such_group\n", 1, 'there is no group "no_such_group"'),
    ("allow listen any port 70000\n", 1, "expected a port from 0 to 65535, or two as in 3868-3870"),
    ("allow connect any peer 10.0.0.1/8\n", 1, "10.0.0.1/8 has bits after its prefix; write 10.0.0.0/8"),
    ("allow own any port 1\n", 1, "port cannot qualify own"),
    ("allow fly any\n", 1, 'there is no verb "fly"'),
    ("alow own any\n", 1, 'a line cannot begin with "alow"; did you mean "allow"?'),
    ("dney own any\n", 1, 'a line cannot begin with "dney"; did you mean "deny"?'),
    ("linger_ms = 60 days\n", 1, 'linger_ms: expected an integer from 0 to 31536000000, got "60 days" (milliseconds, or with s, min, h)'),
    ("linger_ms = 10K\n", 1, 'linger_ms: expected an integer from 0 to 31536000000, got "10K"'),
    ("linger_ms = 8761h\n", 1, "linger_ms: expected an integer from 0 to 31536000000, got 31539600000"),
    ("bytes_per_user = 1s\n", 1, 'bytes_per_user: expected an integer'),
    ("bytes_per_user = 99999999999G\n", 1, 'bytes_per_user: expected an integer'),
    ("bytes_per_user = -1M\n", 1, 'bytes_per_user: expected an integer'),
    ("clients = 4K\n", 1, 'clients: expected an integer from 1 to 100000, got "4K"'),
    ("raw = maybe\n", 1, 'raw: expected yes or no, got "maybe"'),
    ("socket_mode = 432\n", 1, 'socket_mode: expected permissions in octal, as 0660'),
    ("socket_mode = 438\n", 1, 'socket_mode: expected permissions in octal, as 0660'),
    ("socket_mode = 0440\n", 1, 'socket_mode: expected permissions in octal, as 0660'),
    ("socket_mode = 1777\n", 1, 'socket_mode: expected permissions in octal, as 0660'),
    ("socket_mode = rw-rw----\n", 1, 'socket_mode: expected permissions in octal, as 0660'),
    ("allow own anybody\n", 1, 'expected user:NAME, group:NAME, daemon or any, got "anybody"'),
]


@pytest.mark.parametrize("text, line, reason", MISTAKES)
def test_a_mistake_changes_nothing(daemon, client, text, line, reason):
    """The old one stays in force, all of it; the caller and the log are told file, line and reason."""
    before = client.call("hello")["limits"]
    daemon.write_config(text)
    error = client.fails("bad_config", "reload")
    assert (error.data["file"], error.data["line"]) == (str(daemon.config_path), line)
    assert f"{daemon.config_path}:{line}: {reason}" in error.message
    assert error.message in daemon.log()
    assert client.call("hello")["limits"] == before
    assert client.call("open", addrs=["127.0.0.1"]), "the rules of before hold"
    daemon.write_config({"linger_ms": 0})
    assert client.call("reload") == {"rules": 0}


def test_the_file_is_gone(daemon, client):
    daemon.config_path.unlink()
    error = client.fails("bad_config", "reload")
    assert error.data["file"] == str(daemon.config_path) and "line" not in error.data
    assert "No such file or directory" in error.message
    daemon.write_config()
    assert client.call("reload") == {"rules": 0}


@pytest.mark.parametrize("text", [b"\xff = 1\n", b"clients = 1\0\n", b"allow own user:\xff\n"])
def test_what_is_not_text(daemon, client, text):
    daemon.config_path.write_bytes(text)
    assert "the line is not UTF-8 text" in client.fails("bad_config", "reload").message
    daemon.write_config()


# --- values ---

@pytest.mark.parametrize("text, value", [
    ("4096", 4096), ("64K", 65536), ("64k", 65536), ("64 KiB", 65536), ("2M", 2 << 20), ("2MiB", 2 << 20), ("1G", 1 << 30),
    ("1GiB", 1 << 30)])
def test_sizes_have_units(daemon, client, text, value):
    daemon.write_config(f"linger_ms = 0\nrecv_queue_bytes = {text}\n")
    client.call("reload")
    assert client.call("hello")["limits"]["recv_queue_bytes"] == value


@pytest.mark.parametrize("text, value", [("0", 0), ("250", 250), ("250ms", 250), ("60s", 60000), ("2 min", 120000), ("1h", 3600000)])
def test_times_have_units(daemon, client, text, value):
    daemon.write_config(f"linger_ms = {text}\n")
    client.call("reload")
    assert daemon.client().call("hello")["linger_ms"] == value
    daemon.write_config({"linger_ms": 0})
    client.call("reload")


@pytest.mark.parametrize("text, value", [("yes", True), ("on", True), ("true", True), ("no", False), ("off", False), ("false", False)])
def test_yes_and_no(daemon, client, text, value):
    daemon.write_config(f"linger_ms = 0\nraw = {text}\n")
    assert ("needs_restart" in client.call("reload")) == value


@pytest.mark.parametrize("text, mode", [("0660", 0o660), ("660", 0o660), ("600", 0o600), ("0666", 0o666), ("777", 0o777)])
def test_permissions_are_octal(text, mode):
    with sctpd.Daemon(config=f"linger_ms = 0\nsocket_mode = {text}\n") as daemon:
        assert daemon.path.stat().st_mode & 0o7777 == mode


# --- nobody is dropped ---

@pytest.mark.parametrize("change", [[FREE, "deny all any"], ["deny own,claim any", "allow administer any"]])
@pytest.mark.parametrize("daemon", [configured(FREE)], indirect=True)
def test_an_association_goes_on(daemon, change):
    """What is owned stays owned, with its epoch, its queue and whoever waits; only what is new is asked for."""
    pair = Pair(daemon, clients=(users.client_of(daemon, users.NOBODY, **HELD), users.client_of(daemon, users.DAEMON)))
    pair.say("before")
    waiting = [pair.b.send("recv", assoc=pair.assoc_b) for _ in range(2)]
    reloaded(daemon, *change)
    assert {a["assoc"]: (a["epoch"], a["ownership"]) for a in pair.a.list()["assocs"]}[pair.assoc_a] == (1, "owned")
    pair.say("after")
    assert [payload(m) for m in pair.a.recv_messages(2, assoc=pair.assoc_a)] == [b"before", b"after"]
    pair.a.call("send", assoc=pair.assoc_a, text="answer")
    items = pair.b.answer(waiting[0])["items"]
    while items[-1]["type"] != "data":
        items += pair.b.answer(waiting.pop())["items"]
    assert payload(items[-1]) == b"answer"
    assert pair.a.call("setopts", assoc=pair.assoc_a, options={"nodelay": True}) == {}
    pair.a.call("close", socket=pair.socket_a)


@rules
def test_a_session_resumes_afterwards(daemon):
    """It is the same owner, who needs no right to own anew."""
    owner = users.client_of(daemon, users.NOBODY, **HELD)
    socket_id = owner.call("open", addrs=["127.0.0.1"])["socket"]
    owner.close()
    reloaded(daemon, "allow all user:root")
    back = users.client_of(daemon, users.NOBODY, resume=owner.hello["resume"])
    assert back.hello["owns"]["sockets"] == [socket_id]
    assert back.fails("not_allowed", "open").data["rule"] == "none"
    back.call("close", socket=socket_id)


# --- subscriptions that run ---

def sockets_of(snapshot):
    return {s["socket"] for s in snapshot["sockets"]}


@pytest.mark.parametrize("daemon", [configured(FREE)], indirect=True)
def test_observers_see_by_the_new_rules_at_once(daemon):
    root, observer = daemon.client(), users.client_of(daemon, users.NOBODY)
    theirs = root.call("open", addrs=["127.0.0.1"])["socket"]
    own = observer.call("open", addrs=["127.0.0.1"])["socket"]
    every = observer.call("subscribe")
    about_theirs = observer.call("subscribe", socket=theirs)["sub"]
    about_own = observer.call("subscribe", socket=own)["sub"]
    assert sockets_of(every["snapshot"]) == {theirs, own}

    # Less: a gap with what is left, and no event of others'.
    reloaded(daemon, "allow all user:root", "allow own user:nobody")
    root.call("open", addrs=["127.0.0.1"])
    gaps = {gap["sub"]: gap for gap in (observer.event("gap"), observer.event("gap"))}
    assert sockets_of(gaps[every["sub"]]["snapshot"]) == {own}
    assert sockets_of(gaps[about_theirs]["snapshot"]) == set()
    before = len(observer.notes)
    root.call("close", socket=theirs)
    another = observer.call("open", addrs=["127.0.0.1"])["socket"]
    observer.quiet()
    told = [n["params"] for n in observer.notes[before:]]
    assert [(e["event"], e["socket"], e["sub"]) for e in told] == [("socket_opened", another, every["sub"])]
    assert about_own not in gaps

    # More: a gap with all there is, and the events of all.
    reloaded(daemon, FREE)
    gap = observer.event("gap", sub=every["sub"])
    assert {own, another} < sockets_of(gap["snapshot"]) and len(sockets_of(gap["snapshot"])) == 3
    opened = root.call("open", addrs=["127.0.0.1"])["socket"]
    assert observer.event("socket_opened", socket=opened)


@rules
def test_who_sees_the_same_gets_no_gap(daemon):
    root, observer = daemon.client(), users.client_of(daemon, users.NOBODY)
    root.call("subscribe")
    observer.call("subscribe")
    observer.call("open", addrs=["127.0.0.1"])
    reloaded(daemon, "allow all user:root", "allow own user:nobody")
    for client in (root, observer):
        client.quiet()
        assert not [n for n in client.notes if n["params"]["event"] == "gap"]


@rules
def test_the_cursor_of_another_time(daemon):
    """What happened while more was allowed is not told afterwards: the rules are asked when it is told."""
    root, observer = daemon.client(), users.client_of(daemon, users.NOBODY)
    cursor = observer.call("subscribe")["cursor"]
    root.call("open", addrs=["127.0.0.1"])
    reloaded(daemon, "allow all user:root")
    back = users.client_of(daemon, users.NOBODY)
    again = back.call("subscribe", since=cursor)
    assert again["resumed"] and again["snapshot"] == {"sockets": [], "assocs": []}
    back.quiet()
    assert not back.notes


@pytest.mark.fake
@rules
def test_an_observer_that_a_reload_lets_see_is_told_of_sender_dry(daemon):
    """It asked before, and might not: from the reload on it is told, and from the next one on no more."""
    pair = Pair(daemon)
    stranger = users.client_of(daemon, users.STRANGER)
    reloaded(daemon, "allow administer,own,connect,listen user:root")
    watch = stranger.call("subscribe", events=["sender_dry"])
    assert watch["snapshot"] == {"sockets": [], "assocs": []}
    pair.say("one")
    stranger.quiet()
    assert not [n for n in stranger.notes if n["params"]["event"] == "sender_dry"]
    reloaded(daemon, "allow administer,own,connect,listen user:root", "allow observe any")
    assert stranger.event("sender_dry", assoc=pair.assoc_b)
    reloaded(daemon, "allow administer,own,connect,listen user:root")
    stranger.quiet()
    told = len(stranger.notes)
    pair.say("two")
    assert payload(pair.hear()) == b"one" and payload(pair.hear()) == b"two"
    stranger.quiet()
    assert [n["params"]["event"] for n in list(stranger.notes)[told:]] == []


# --- members of groups ---

MEMBER = users.NOBODY
LET = f"allow claim user:{MEMBER} of user:root"
OWN = [f"allow own,listen,connect user:{MEMBER}", "allow all user:root"]
JOINED = pytest.mark.parametrize("daemon", [configured(LET, *OWN)], indirect=True)


class Group:
    """A member of another user's, which the rules let join."""

    def __init__(self, daemon, mode="override"):
        self.daemon = daemon
        self.owner, self.third, self.peer = (daemon.client(**HELD) for _ in range(3))
        opened = self.owner.call("open", addrs=["127.0.0.1"], listen=True)
        self.socket, self.port = opened["socket"], opened["port"]
        self.owner.call("group", socket=self.socket, mode=mode)
        self.member = users.client_of(daemon, MEMBER, **HELD)
        self.member.call("join", socket=self.socket)
        self.third.call("join", socket=self.socket)

    def members(self):
        return self.peer.call("status", socket=self.socket)["socket"]["group"]["members"]

    def ids(self, *clients):
        return [each.hello["session"] for each in clients]

    def expelled(self, client, verb, rule="none"):
        told = client.event("group_changed", how="not_allowed")
        assert (told["verb"], told["rule"], told["member"]) == (verb, rule, self.member.hello["session"])
        assert self.member.hello["session"] not in told["members"]


@JOINED
@pytest.mark.parametrize("verb, now", [("claim", OWN), ("own", [LET, f"allow listen user:{MEMBER}", "allow all user:root"]),
                                       ("listen", [LET, f"allow own user:{MEMBER}", "allow all user:root"])])
def test_a_member_whose_right_is_taken_away_leaves(daemon, verb, now):
    group = Group(daemon)
    reloaded(daemon, *now)
    group.expelled(group.member, verb)
    assert group.owner.event("group_changed", how="not_allowed")["member"] == group.member.hello["session"]
    assert group.members() == group.ids(group.owner, group.third)
    group.owner.close()
    assert group.third.event("owner_changed", how="group")["socket"] == group.socket


@pytest.mark.parametrize("daemon", [configured(LET, f"allow all user:{users.DAEMON}", *OWN)], indirect=True)
@pytest.mark.parametrize("gid", [MEMBER, users.DAEMON])
def test_members_of_two_users_are_looked_at_apart(daemon, gid):
    """Also where they have the same groups, and one comes behind the other."""
    group = Group(daemon)
    group.third.call("leave", socket=group.socket)
    other = users.client_of(daemon, users.DAEMON, gid=gid, **HELD)
    other.call("join", socket=group.socket)
    reloaded(daemon, LET, f"allow listen user:{users.DAEMON}", *OWN)
    told = other.event("group_changed", how="not_allowed")
    assert (told["member"], told["members"]) == (other.hello["session"], group.ids(group.owner, group.member))
    assert group.members() == told["members"]


@JOINED
def test_a_rule_that_refuses_a_member_is_named(daemon):
    group = Group(daemon)
    reloaded(daemon, f"deny claim user:{MEMBER}", LET, *OWN)
    group.expelled(group.member, "claim", f"{daemon.config_path}:3: deny claim user:{MEMBER}")


@JOINED
def test_members_stay_where_other_rules_let_them(daemon):
    """Also one that never had the right that it would need now: the group was its own."""
    group = Group(daemon)
    for rules in ([LET, *OWN, f"allow observe user:{MEMBER}"], [f"allow all user:{MEMBER}", *OWN], [f"deny claim user:root of user:{MEMBER}", LET, *OWN]):
        reloaded(daemon, *rules)
        assert group.members() == group.ids(group.owner, group.member, group.third)
    group.member.quiet()
    assert "not_allowed" not in [n["params"].get("how") for n in group.member.notes]


@JOINED
def test_an_active_member_keeps_the_socket_and_leaves_with_it(daemon):
    """What is owned stays owned; it comes to it no more."""
    group = Group(daemon)
    group.owner.close()
    assert group.member.event("owner_changed", how="group")["socket"] == group.socket
    reloaded(daemon, f"deny claim user:{MEMBER}", LET, *OWN)
    assert group.members() == group.ids(group.member, group.third)
    assert group.member.call("status", socket=group.socket)["socket"]["ownership"] == "owned"
    group.member.call("release", socket=group.socket)
    assert group.third.event("owner_changed", how="group")["socket"] == group.socket
    group.expelled(group.member, "claim", f"{daemon.config_path}:3: deny claim user:{MEMBER}")
    assert group.members() == group.ids(group.third)


@JOINED
def test_a_member_that_leaves_so_keeps_what_it_has(daemon):
    """An association that came to it stays its own, and is in the group no more."""
    group = Group(daemon, "loadshare")
    theirs = {}
    for _ in range(3):
        up = group.peer.call("connect", addrs=["127.0.0.1"], port=group.port)
        theirs[group.peer.call("status", socket=up["socket"])["socket"]["port"]] = up["assoc"]
    (assoc,) = group.member.call("hello")["owns"]["assocs"]
    port = group.member.call("status", assoc=assoc)["assoc"]["peer_port"]
    reloaded(daemon, *OWN)
    group.expelled(group.member, "claim")
    group.member.call("send", assoc=assoc, text="still here")
    assert payload(group.peer.recv_message(assoc=theirs[port])) == "still here".encode()
    share = group.member.call("status", assoc=assoc)["assoc"]["socket"]
    assert "group" not in group.member.call("status", socket=share)["socket"]
    group.member.call("close", socket=share)
