"""What needs what: each method that is asked for at the rules, refused; and what an observer may not see."""
import json
import pwd

import pytest
import users
from sctpd import STACK, Pair, until

HELD = {"ack": "explicit", "linger_ms": 60000}
VERBS = ["observe", "listen", "connect", "own", "offer", "claim", "steal", "administer"]
USER = users.NOBODY

# One rule for each verb, so that the line says which was asked; the one user of these tests may nothing, others all.
DENIED = [f"deny {verb} user:{USER}" for verb in VERBS] + ["allow all any"]
denied = pytest.mark.parametrize("daemon", [{"socket_mode": 0o666, "rules": DENIED}], indirect=True)

# Methods that need no verb: they are about the connection, or about nothing. (hello needs one for a session's name.)
FREE = {"ping", "rpc.discover", "error_string", "list", "credit", "unsubscribe", "leave", "fake", "fake_system"}
# Those of an owner alone, whoever that is.
OWNERS = {"bindx", "send", "recv", "ack", "setopts", "stream_reset", "add_streams", "assoc_reset", "eof", "abort", "close", "handoff",
          "withdraw", "release", "note", "group"}


def allowed(*rules):
    return pytest.mark.parametrize("daemon", [{"socket_mode": 0o666, "rules": list(rules)}], indirect=True)


def rule_of(daemon, rules, text):
    """A rule as errors have it."""
    head = daemon.config_path.read_text().splitlines().index(text) + 1
    assert text in rules
    return f"{daemon.config_path}:{head}: {text}"


def refusals(pair):
    """(method, params, verb, param) of each way to be refused; pair.a's are another user's."""
    about = [{"socket": pair.socket_a}, {"assoc": pair.assoc_a}]
    for params in about:
        (kind,) = params
        for method in ("status", "stats", "addrs", "getopts", "subscribe"):
            yield method, params, "observe", kind
        for method in ("claim", "steal"):
            yield method, params, method, kind
        yield "claim", {**params, "token": "0" * 64}, "own", kind
    yield "paths", {"assoc": pair.assoc_a}, "observe", "assoc"
    yield "open", {}, "own", None
    yield "open", {"port": 3868}, "own", None
    yield "connect", {"addrs": ["127.0.0.1"], "port": pair.port}, "own", None
    yield "hello", {"session": "mme"}, "own", "session"
    yield "reload", {}, "administer", None


@pytest.fixture
def pair(daemon):
    return Pair(daemon, clients=(daemon.client(**HELD), daemon.client(**HELD)))


@pytest.fixture
def other(daemon):
    return users.client_of(daemon, USER)


def check_refused(daemon, rules, error, verb, param):
    """It says verb, rule and parameter, and all of that in a sentence."""
    rule = rule_of(daemon, rules, f"deny {verb} user:{USER}")
    assert (error.code, error.name) == (115, "not_allowed")
    assert {k: error.data.get(k) for k in ("verb", "rule", "param")} == {"verb": verb, "rule": rule, "param": param}
    assert error.message.startswith(f"user {USER} may not {verb} ") and error.message.endswith(f": refused by {rule}")


def one_denied(verbs):
    """(daemon, verb): a daemon that denies the user one of them, and lets all else."""
    return pytest.mark.parametrize("daemon, verb", [({"socket_mode": 0o666, "rules": [f"deny {verb} user:{USER}", "allow all any"]}, verb)
                                                    for verb in verbs], indirect=["daemon"])


@one_denied(["observe", "own", "claim", "steal", "administer"])
def test_each_method_is_refused(daemon, pair, other, verb):
    """With `check` too; nothing changes, and the rule is named."""
    watcher = daemon.client()
    before = watcher.list()
    for method, params, needed, param in refusals(pair):
        for more in ({}, {"check": True}) if needed == verb else ():
            check_refused(daemon, [f"deny {verb} user:{USER}"], other.fails("not_allowed", method, {**params, **more}), verb, param)
    assert watcher.list() == before


@denied
def test_every_method_has_its_place(daemon, pair, client):
    """A new one has to be put in one of these: it needs a verb, an owner, or nothing."""
    ruled = {method for method, *_ in refusals(pair)} | {"listen", "peeloff", "join"}
    assert not ruled & FREE and not ruled & OWNERS and not FREE & OWNERS
    ours = {"fake", "fake_system"}  # of the stack in memory alone
    assert set(client.contract.methods) - ours == (ruled | FREE | OWNERS) - ours


@denied
def test_what_there_is_not(pair, other):
    """There is nothing to refuse: that is said first."""
    for method in ("status", "stats", "addrs", "getopts", "subscribe", "claim", "steal"):
        other.fails("no_such_socket", method, socket=99999)
        other.fails("no_such_assoc", method, assoc=99999)
    other.fails("no_such_assoc", "paths", assoc=99999)
    other.fails("no_such_assoc", "peeloff", assoc=99999)
    other.fails("no_such_socket", "connect", socket=99999, addrs=["127.0.0.1"], port=1)
    other.fails("no_such_socket", "listen", socket=99999)


@denied
def test_hello_needs_nothing(other):
    assert other.call("hello", client="x", ack="explicit", linger_ms=5)["server"] == "sctpd"


OWNERS_CALLS = [("send", {"text": "x"}), ("recv", {}), ("ack", {"seq": 1}), ("eof", {}), ("abort", {}), ("peeloff", {}),
                ("setopts", {"options": {"nodelay": True}}), ("handoff", {}), ("withdraw", {}), ("release", {}),
                ("note", {"text": "x"}), ("stream_reset", {}), ("add_streams", {"outbound": 1}), ("assoc_reset", {}),
                ("bindx", {"add": ["127.0.0.2"]}), ("subscribe", {"data": True})]


@one_denied(["observe"])
def test_an_owners_calls_are_an_owners(pair, other, verb):
    """Who does not own is told so, whatever the rules say."""
    assert verb == "observe"
    for method, params in OWNERS_CALLS:
        error = other.fails("not_owner", method, assoc=pair.assoc_a, **params)
        assert not {"owner", "epoch"} & error.data.keys(), "that would be to observe it"
    other.fails("not_owner", "listen", socket=pair.socket_a)
    other.fails("not_owner", "close", socket=pair.socket_a)


NO_ID = 10**9


def fails_as_nothing(client, method, params):
    """Of what there is: the error is that of an id that nothing ever had, but for the id."""
    kind = "socket" if "socket" in params else "assoc"
    there = client.fails(f"no_such_{kind}", method, params)
    nothing = client.fails(f"no_such_{kind}", method, {**params, kind: NO_ID})
    assert nothing.message.replace(str(NO_ID), str(params[kind])) == there.message
    assert {**nothing.data, kind: params[kind]} == there.data


@allowed(f"allow own,listen,connect user:{USER}", f"allow observe,claim,steal user:{USER} of user:{users.STRANGER}", "allow all user:root")
def test_what_one_may_neither_observe_nor_take_is_as_nothing(pair, other):
    """No call tells whether an id is another's or nobody's, with `check` or without."""
    pair.a.call("handoff", assoc=pair.assoc_a)
    pair.a.call("group", socket=pair.socket_a, mode="override")
    calls = [(method, params) for method, params, *_ in refusals(pair) if {"socket", "assoc"} & params.keys()]
    calls += [(method, {**params, "assoc": pair.assoc_a}) for method, params in OWNERS_CALLS]
    of_sockets = {"listen": {}, "close": {}, "join": {}, "leave": {}, "group": {"mode": "none"}, "bindx": {"add": ["127.0.0.2"]},
                  "connect": {"addrs": ["127.0.0.1"], "port": pair.port}, "recv": {}, "setopts": {"options": {"nodelay": True}}}
    calls += [(method, {**params, "socket": pair.socket_a}) for method, params in of_sockets.items()]
    for method, params in calls:
        for more in ({}, {"check": True}):
            fails_as_nothing(other, method, {**params, **more})
    assert other.fails("no_such_socket", "status", socket=NO_ID).message == f"there is no socket {NO_ID} that user {USER} may observe"


@allowed(f"allow own,listen,connect user:{USER}", "allow all user:root")
def test_who_has_the_token_needs_to_see_nothing(pair, other):
    token = pair.a.call("handoff", assoc=pair.assoc_a)["token"]
    fails_as_nothing(other, "claim", {"assoc": pair.assoc_a, "token": token[::-1]})
    assert other.call("claim", assoc=pair.assoc_a, token=token)["epoch"] == 2


@allowed(f"allow own,listen,connect user:{USER}", "allow all user:root")
def test_who_had_it_is_told_that_it_is_anothers(daemon, pair, other):
    """Its call may have been under way when the owner became another."""
    opened = other.call("open", addrs=["127.0.0.1"])
    for _ in range(2):  # a change between sessions of one user changes nothing of this
        pair.a.call("steal", socket=opened["socket"])
        pair.b.call("steal", socket=opened["socket"])
        assert not {"owner", "epoch"} & other.fails("not_owner", "close", socket=opened["socket"]).data.keys()
    fails_as_nothing(users.client_of(daemon, users.STRANGER), "close", {"socket": opened["socket"]})


@allowed("allow own,listen,connect any", "allow claim any of user:root", "allow all user:root")
def test_a_member_of_a_group_sees_what_it_shares(daemon, pair, other):
    """The socket may be another member's by now, whose things this one may neither observe nor claim."""
    pair.a.call("group", socket=pair.socket_a, mode="broadcast")
    third = users.client_of(daemon, users.DAEMON)
    third.call("join", socket=pair.socket_a)
    other.call("join", socket=pair.socket_a)
    pair.a.call("leave", socket=pair.socket_a)
    assert other.fails("not_owner", "send", assoc=pair.assoc_a, text="x").data.get("owner") is None
    assert third.call("send", assoc=pair.assoc_a, text="x")
    other.fails("not_owner", "send", assoc=pair.assoc_a, text="x")
    other.call("leave", socket=pair.socket_a)
    fails_as_nothing(other, "send", {"assoc": pair.assoc_a, "text": "x"})


@one_denied(["own", "claim", "listen"])
def test_joining_a_group(daemon, pair, other, verb):
    """A member accepts associations, and takes over what others leave: it needs all that this needs."""
    other.fails("no_such_group", "join", socket=pair.socket_a)
    pair.a.call("group", socket=pair.socket_a, mode="override")
    rules = [f"deny {verb} user:{USER}", "allow all any"]
    for more in ({}, {"check": True}):
        error = other.fails("not_allowed", "join", socket=pair.socket_a, **more)
        check_refused(daemon, rules, error, verb, "socket")
    assert pair.b.call("join", socket=pair.socket_a)["members"] == [pair.a.hello["session"], pair.b.hello["session"]]


OTHERWISE = ["allow own,listen,connect any", "allow claim any of user:root"]


@allowed(*OTHERWISE)
def test_no_rule(daemon, pair):
    """Where none matches the error says so."""
    other = users.client_of(daemon, USER)
    error = other.fails("not_allowed", "steal", assoc=pair.assoc_a)
    assert (error.data["verb"], error.data["rule"], error.param) == ("steal", "none", "assoc")
    assert error.message == f"user {USER} may not steal assoc {pair.assoc_a}: no rule allows it"


@allowed()
def test_the_built_in_ones_hold_without_others(client, other):
    error = other.fails("not_allowed", "open")
    assert (error.data["rule"], error.data["verb"]) == ("none", "own")
    assert "param" not in error.data
    assert client.call("open", addrs=["127.0.0.1"])


# --- ports ---

PORTS = [f"allow own user:{USER}", f"deny listen user:{USER} port 3870", f"allow listen user:{USER} port 3868-3872", "allow all user:root"]
CHOSEN = [f"allow own user:{USER}", f"allow listen user:{USER} port 0"]


@allowed(*PORTS)
def test_ports_one_may_have(daemon, other):
    for port in (3868, 3869, 3872):
        other.call("open", addrs=["127.0.0.1"], port=port)
    for port in (3867, 3870, 3873):
        error = other.fails("not_allowed", "open", addrs=["127.0.0.1"], port=port)
        assert (error.data["verb"], error.param) == ("listen", "port") and f"listen on port {port}:" in error.message
        assert error.data["rule"] == (rule_of(daemon, PORTS, PORTS[1]) if port == 3870 else "none")


@allowed(*PORTS)
def test_a_port_the_stack_chooses(other):
    """It is 0 to the rules, also when it is known: to bind it needs nothing, to listen on it a rule."""
    for params in ({}, {"port": 0}):
        socket = other.call("open", addrs=["127.0.0.1"], **params)["socket"]
        error = other.fails("not_allowed", "listen", socket=socket)
        assert error.param == "socket" and "on a port that the stack chooses" in error.message
        assert other.call("listen", socket=socket, backlog=0, check=True), "to stop needs nothing"
        assert other.fails("not_allowed", "open", addrs=["127.0.0.1"], listen=True, **params).param == "listen"


@allowed(*CHOSEN)
def test_only_a_port_the_stack_chooses(other):
    opened = other.call("open", addrs=["127.0.0.1"])
    other.call("listen", socket=opened["socket"])
    other.call("open", addrs=["127.0.0.1"], listen=True)
    assert other.fails("not_allowed", "open", addrs=["127.0.0.1"], port=opened["port"]).param == "port"


@allowed("allow all user:root", f"allow own user:{USER}")
def test_a_socket_that_is_taken_over_keeps_its_port(daemon, client, other):
    """Its port was asked for when it was opened; to listen anew is asked for."""
    opened = client.call("open", addrs=["127.0.0.1"], port=3868, listen=True)
    token = client.call("handoff", socket=opened["socket"])["token"]
    other.call("claim", socket=opened["socket"], token=token)
    assert other.call("status", socket=opened["socket"])["socket"]["listening"]
    assert "port 3868" in other.fails("not_allowed", "listen", socket=opened["socket"]).message


# --- peers ---

PEERS = [f"allow own user:{USER}", f"deny connect user:{USER} peer 127.0.0.9", f"allow connect user:{USER} peer 127.0.0.0/29 port 3868",
         f"allow connect user:{USER} peer 2001:db8::/32"]


@allowed(*PEERS)
@pytest.mark.parametrize("addrs, port, refused, rule", [
    (["127.0.0.1"], 3868, None, None), (["127.0.0.1"], 3869, 0, None), (["127.0.0.8"], 3868, 0, None),
    (["127.0.0.1", "127.0.0.2"], 3868, None, None), (["127.0.0.1", "127.0.0.8"], 3868, 1, None),
    (["127.0.0.1", "127.0.0.9"], 3868, 1, 1), (["::ffff:127.0.0.9"], 3868, 0, 1), (["::ffff:127.0.0.1"], 3868, None, None),
    (["2001:db8::1"], 9, None, None), (["2001:db9::1"], 9, 0, None), (["2001:db8::1", "127.0.0.1"], 3868, None, None),
    (["2001:db8::1", "127.0.0.1"], 3867, 1, None),
])
def test_peers_one_may_reach(daemon, other, addrs, port, refused, rule):
    """Each address of the peer has to be allowed, with the port; a mapped one is the one it maps to."""
    params = {"addrs": addrs, "port": port, "check": True}
    if refused is None:
        assert other.call("connect", params) == {"checked": True}
        return
    error = other.fails("not_allowed", "connect", params)
    assert (error.data["verb"], error.param) == ("connect", f"addrs[{refused}]")
    assert error.data["rule"] == ("none" if rule is None else rule_of(daemon, PEERS, PEERS[rule]))
    assert f"connect to {addrs[refused].removeprefix('::ffff:')} port {port}:" in error.message


@allowed("allow all user:root", f"allow own user:{USER}")
def test_connect_is_refused_before_anything_happens(client, other):
    """No socket of its own is left of it."""
    socket = other.call("open", addrs=["127.0.0.1"])["socket"]
    for params in ({}, {"socket": socket}):
        assert other.fails("not_allowed", "connect", addrs=["127.0.0.1"], port=9, **params).data["verb"] == "connect"
    assert [s["socket"] for s in client.list()["sockets"]] == [socket]


# --- what is one's own ---

@allowed(f"deny observe user:{USER}", f"allow own,listen,connect user:{USER}", "allow all user:root")
def test_ones_own_is_seen(daemon, pair):
    """Of another client of the same user too, whatever the rules say."""
    mine = Pair(daemon, clients=(users.client_of(daemon, USER, **HELD), users.client_of(daemon, USER)))
    other = users.client_of(daemon, USER)
    for params in ({"socket": mine.socket_a}, {"assoc": mine.assoc_a}):
        for method in ("status", "stats", "addrs", "getopts", "subscribe"):
            other.call(method, params)
    other.call("paths", assoc=mine.assoc_a)
    assert {a["assoc"] for a in other.list()["assocs"]} == {mine.assoc_a, mine.assoc_b}


def stranger_lists(daemon, pair, other):
    """What @other is shown of each kind, by user; and root."""
    kinds = {"sockets": "user", "assocs": "user", "clients": "uid", "sessions": "user", "accounts": "user"}
    shown = other.call("list")
    assert set(shown) == {*kinds, "subs"}
    return {kind: {each[key] for each in shown[kind]} for kind, key in kinds.items()}, shown["subs"]


@denied
def test_lists_have_only_what_one_may_observe(daemon, pair, other):
    daemon.client().call("subscribe")
    mine = other.call("subscribe")
    assert mine["snapshot"] == {"sockets": [], "assocs": []}
    seen, subs = stranger_lists(daemon, pair, other)
    assert seen == {"sockets": set(), "assocs": set(), "clients": {USER}, "sessions": {USER}, "accounts": {USER}}
    assert [s["sub"] for s in subs] == [mine["sub"]]
    seen = {kind: {each.get("user", each.get("uid")) for each in list_} for kind, list_ in pair.a.call("list").items() if kind != "subs"}
    assert seen == {"sockets": {0}, "assocs": {0}, "clients": {0, USER}, "sessions": {0, USER}, "accounts": {0, USER}}


@denied
def test_events_of_others_are_not_told(pair, other):
    other.call("subscribe")
    pair.b.call("send", assoc=pair.assoc_b, text="x")
    pair.b.call("abort", assoc=pair.assoc_b)
    pair.a.call("close", socket=pair.socket_a)
    other.quiet()
    other.quiet()
    assert not other.notes


@pytest.mark.fake
@denied
def test_gaps_of_others_are_not_told(pair, other):
    """The stack has lost events of an association: that concerns those who may observe it."""
    other.call("subscribe")
    pair.b.call("subscribe")
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": "notifications_stopped", "fields": {}})
    assert pair.b.event("gap")
    other.quiet()
    assert not other.notes


@pytest.mark.parametrize("daemon", [{"socket_mode": 0o666, "rules": DENIED, "event_log_bytes": 4096}], indirect=True)
def test_a_gap_has_only_what_one_may_observe(daemon, client, other):
    """Where the log is too short for what happens in one go, whoever observes is told how things are, to it."""
    def told():
        return all(any(note["params"]["event"] == "gap" for note in who.notes) for who in (client, other))

    client.call("open", addrs=["127.0.0.1"])
    cursor = other.call("subscribe")["cursor"]
    client.call("subscribe")
    for _ in range(50):  # how much ends in one turn depends on the machine, and on the real stacks it is little
        owner = daemon.client()
        for _ in range(2):
            for each in owner.send_all([("open", {"addrs": ["127.0.0.1"]})] * 64):
                owner.answer(each)
        owner.close()
        until(lambda: len(client.call("list", what=["clients"])["clients"]) == 2)
        other.quiet()
        if told() or STACK != "fake":
            break
    if STACK == "fake":
        assert client.event("gap")["snapshot"]["sockets"]
        assert other.event("gap")["snapshot"] == {"sockets": [], "assocs": []}
    again = other.call("subscribe", since=cursor)
    assert again["resumed"] is False and again["snapshot"] == {"sockets": [], "assocs": []}


# --- what goes over from one user to another ---

TWINS = ["allow all user:root", "allow own,listen,connect any", f"allow claim user:{USER} of user:{users.DAEMON}"]


@allowed(*TWINS, f"allow observe user:{users.STRANGER} of user:{USER}")
def test_who_observes_one_of_two_users_sees_it_come_and_go(daemon):
    """The event of the change is told to those of either side; what is before and after only to those of its side."""
    main, twin = users.client_of(daemon, users.DAEMON, **HELD), users.client_of(daemon, USER, **HELD)
    watcher, own_watcher = users.client_of(daemon, users.STRANGER), users.client_of(daemon, users.DAEMON)
    watcher.call("subscribe")
    own_watcher.call("subscribe")
    socket = main.call("open", addrs=["127.0.0.1"])["socket"]
    assert watcher.fails("no_such_socket", "status", socket=socket)
    main.close()
    assert own_watcher.event("held", socket=socket)
    twin.call("claim", socket=socket)
    twin.call("close", socket=socket)
    assert watcher.event("socket_closed", socket=socket)
    own_watcher.quiet()
    assert [n["params"]["event"] for n in watcher.notes] == ["owner_changed"]
    assert [n["params"]["event"] for n in own_watcher.notes] == ["socket_opened", "owner_changed"]


@allowed(*TWINS)
def test_a_twin_claims_what_the_other_left(daemon):
    main, twin = users.client_of(daemon, users.DAEMON, **HELD), users.client_of(daemon, USER, **HELD)
    stranger = users.client_of(daemon, users.STRANGER)
    socket = main.call("open", addrs=["127.0.0.1"])["socket"]
    assert twin.fails("owned", "claim", socket=socket), "it may claim, but this is not left"
    stranger.fails("no_such_socket", "claim", socket=socket)
    assert twin.fails("not_allowed", "steal", socket=socket)
    watcher = daemon.client()
    watcher.call("subscribe", events=["held"])
    main.close()
    watcher.event("held")
    stranger.fails("no_such_socket", "claim", socket=socket)
    assert twin.call("claim", socket=socket)["epoch"] == 2
    back = users.client_of(daemon, users.DAEMON, **HELD)
    assert back.fails("not_allowed", "claim", socket=socket), "it is the other's now"


# --- who the caller is ---

@allowed("allow own group:4711")
@pytest.mark.parametrize("gid, groups, may", [(4711, [], True), (1, [4711], True), (1, [2, 4711, 3], True), (1, [2, 3], False),
                                              (1, [], False), (1, list(range(5000, 5400)) + [4711], True)])
def test_groups_are_those_of_the_process(daemon, gid, groups, may):
    """The primary one and the supplementary ones, as they were when it connected."""
    client = users.client_of(daemon, 4711 + 1, gid, groups)
    if may:
        client.call("open", addrs=["127.0.0.1"])
    else:
        client.fails("not_allowed", "open")


@allowed("allow own user:nobody group:daemon")
def test_names_are_looked_up(daemon):
    users.client_of(daemon, pwd.getpwnam("nobody").pw_uid, 1234).call("open", addrs=["127.0.0.1"])
    users.client_of(daemon, 1234, 1234, [1]).call("open", addrs=["127.0.0.1"])
    users.client_of(daemon, 1234, 1234).fails("not_allowed", "open")


NOTHING = {"socket_mode": 0o666, "rules": ["allow all user:root"]}


@pytest.mark.parametrize("daemon", [NOTHING], indirect=True)
def test_all_that_is_refused_is_said_at_once(daemon, other):
    """With the rules that would let it, which do."""
    wanted = {"open": {"addrs": ["127.0.0.1"], "port": 3868, "listen": True},
              "connect": {"addrs": ["127.0.0.1", "127.0.0.2"], "port": 3868}}
    missing = []
    for method, params in wanted.items():
        error = other.fails("not_allowed", method, params, check=True)
        assert error.data["verb"] == "own" and "nor" in error.message
        missing += error.data["missing"]
    uid = error.message.split()[1]
    assert set(missing) == {f"allow own user:{uid}", f"allow listen user:{uid} port 3868",
                            f"allow connect user:{uid} port 3868 peer 127.0.0.1", f"allow connect user:{uid} port 3868 peer 127.0.0.2"}
    daemon.write_config({**NOTHING, "rules": missing + NOTHING["rules"], "linger_ms": 0})
    daemon.client().call("reload")
    for method, params in wanted.items():
        assert other.call(method, params, check=True) == {"checked": True}
