"""Users x verbs x scopes: under each set of rules every user really tries everything, and what works is exactly what the
table says. The users are real ones to the daemon: it learns them from the kernel (SO_PEERCRED, SO_PEERGROUPS)."""
import contextlib
import fnmatch
import os
import signal
import subprocess
import time

import pytest
import sctpd
import users
from sctpd import Pair

SCTPD, DIAMETER, OPERATORS = 41000, 41001, 41002  # groups
SERVICE, MAIN, TWIN, OPERATOR, STRANGER = range(40000, 40005)

# Who there is: name -> (uid, gid, supplementary groups).
ACTORS = {
    "root": (0, 0, []),
    "service": (SERVICE, SERVICE, []),
    "main": (MAIN, MAIN, [SCTPD, DIAMETER]),
    "twin": (TWIN, DIAMETER, [SCTPD]),
    "operator": (OPERATOR, OPERATOR, [7, OPERATORS]),
    "stranger": (STRANGER, STRANGER, [7]),
}
OWNERS = ["root", "main", "twin"]  # whose there is something to observe, claim and steal

PORTS, PEERS, PEER_PORTS = (0, 3868, 3869), ("127.0.0.1", "::1"), (2905, 2906)
ACTS = (["own", "administer"] + [f"listen:{port}" for port in PORTS]
        + [f"connect:{port}:{peer}" for port in PEER_PORTS for peer in PEERS]
        + [f"{verb}:{owner}" for verb in ("observe", "claim", "steal") for owner in OWNERS])

HOST = [
    "allow all user:root",
    f"allow own group:{DIAMETER}",
    f"allow listen group:{DIAMETER} port 3868",
    f"allow connect group:{DIAMETER} port 2905 peer 127.0.0.0/31",
    f"allow observe group:{OPERATORS}",
    f"allow claim user:{TWIN} of user:{MAIN}",
]
EXCEPT = [
    f"deny steal,administer group:{DIAMETER}",
    f"deny observe user:{STRANGER} of user:root",
    f"deny connect user:{MAIN} peer ::1",
    "deny listen any port 0",
    "allow all any",
]
ALONE = [
    "allow administer user:root",
    f"allow own user:{TWIN}",
    f"allow listen,connect user:{OPERATOR}",
    f"allow claim user:{MAIN}",
    f"allow steal user:{STRANGER}",
    f"allow observe user:{SERVICE} of user:{TWIN}",
]
SELF = ["allow own,listen,connect any", "allow observe,claim,steal any of self"]

# For each set of rules what everybody may, and nothing else: patterns over ACTS, - takes away. What is one's own is
# always there to observe.
TABLES = {
    "built-in": ([], {
        "root": "*",
        "service": "",
        "main": "own listen:* connect:* observe:* claim:main",
        "twin": "own listen:* connect:* observe:* claim:twin",
        "operator": "",
        "stranger": "",
    }),
    "built-in, for a daemon of another user": ([], {
        "root": "*",
        "service": "*",
        "main": "own listen:* connect:* observe:* claim:main",
        "twin": "own listen:* connect:* observe:* claim:twin",
        "operator": "",
        "stranger": "",
    }),
    "a host": (HOST, {
        "root": "*",
        "service": "",
        "main": "own listen:3868 connect:2905:127.0.0.1 observe:main",
        "twin": "own listen:3868 connect:2905:127.0.0.1 observe:twin claim:main",
        "operator": "observe:*",
        "stranger": "",
    }),
    "all but": (EXCEPT, {
        "root": "* -listen:0",
        "service": "* -listen:0",
        "main": "* -listen:0 -steal:* -administer -connect:*:::1",
        "twin": "* -listen:0 -steal:* -administer",
        "operator": "* -listen:0",
        "stranger": "* -listen:0 -observe:root",
    }),
    "one verb each": (ALONE, {
        "root": "administer observe:root",
        "service": "observe:twin",
        "main": "claim:* observe:main",
        "twin": "own observe:twin",
        "operator": "",  # listen and connect are of no use to who may not own
        "stranger": "steal:*",
    }),
    "one's own": (SELF, {
        "root": "own listen:* connect:* observe:root claim:root steal:root",
        "service": "own listen:* connect:*",
        "main": "own listen:* connect:* observe:main claim:main steal:main",
        "twin": "own listen:* connect:* observe:twin claim:twin steal:twin",
        "operator": "own listen:* connect:*",
        "stranger": "own listen:* connect:*",
    }),
    "nobody": (["deny all any"], {
        "root": "observe:root",
        "service": "",
        "main": "observe:main",
        "twin": "observe:twin",
        "operator": "",
        "stranger": "",
    }),
}


def expand(text):
    """The acts that the patterns of a table stand for."""
    acts = set()
    for pattern in text.split():
        found = set(fnmatch.filter(ACTS, pattern.lstrip("-")))
        assert found, pattern
        acts = acts - found if pattern.startswith("-") else acts | found
    return acts


# --- the daemon ---

def in_other_groups(directory):
    """Runs a program on a host that has the group sctpd; nothing where this one has it."""
    file = directory / "group"
    file.write_text(f"sctpd:x:{SCTPD}:\n" + "".join(
        line for line in open("/etc/group") if not line.startswith("sctpd:")))
    return ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/group && exec "$@"', str(file)]


def as_user(uid):
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]


def needed(uid):
    users.needed()
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        pytest.skip("a mount namespace is not to be had here")
    if uid and subprocess.run(as_user(uid) + ["test", "-x", sctpd.program()]).returncode != 0:
        pytest.skip("the program is in a directory that is not open to others")


@contextlib.contextmanager
def daemon_of(uid):
    """A daemon of the user @uid, without the file's rules yet."""
    needed(uid)
    d = sctpd.Daemon(config={"socket_mode": 0o666, "rules": ["allow all any"]})
    d.directory.chmod(0o755)
    d.prefix = in_other_groups(d.directory) + (as_user(uid) if uid else [])
    os.chown(d.directory, uid, -1)
    with d:
        yield d


def reload(d, rules):
    """By signal, since nobody may be allowed to ask."""
    said = "the configuration was reloaded"
    before, deadline = d.log().count(said), time.monotonic() + sctpd.TIMEOUT
    d.write_config({"socket_mode": 0o666, "rules": rules})
    d.process.send_signal(signal.SIGHUP)
    while d.log().count(said) == before:
        assert time.monotonic() < deadline, d.log()


# --- what there is before the rules come into force ---

NO_ID = 10**9


def check_as_nothing(client, method, params, error):
    """The error is that of an id that no socket or association ever had, but for the id."""
    (kind,) = {"socket", "assoc"} & params.keys()
    assert error.name == f"no_such_{kind}", (method, params, error)
    nothing = client.fails(error.name, method, {**params, kind: NO_ID})
    assert nothing.message.replace(str(NO_ID), str(params[kind])) == error.message
    assert {**nothing.data, kind: params[kind]} == error.data


class World:
    def __init__(self, d, rules):
        self.daemon, self.rules = d, rules
        self.actors = {name: self.client(name) for name in ACTORS}
        self.keepers = {name: self.client(name) for name in OWNERS}
        self.listeners = [self.keepers["root"].call("open", addrs=[peer], port=port, listen=True)
                          for peer in PEERS for port in PEER_PORTS]
        self.observed = {name: Pair(d, clients=(self.keepers[name], self.client("root"))) for name in OWNERS}
        self.closing = {name: self.open(self.keepers[name]) for name in OWNERS}
        self.peeled = {name: Pair(d, clients=(self.actors[name], self.client("root"))) for name in ACTORS}
        self.offers = {name: self.offer() for name in ACTORS}
        self.stolen = {(name, owner): self.open(self.keepers[owner]) for name in ACTORS for owner in OWNERS}
        self.claimed = {}
        for owner in OWNERS:
            dying = self.client(owner)
            self.claimed.update({(name, owner): self.open(dying) for name in ACTORS})
            dying.close()
        self.settle()
        reload(d, rules)
        self.watching = {name: c.call("subscribe")["snapshot"] for name, c in self.actors.items()}
        self.shown = set()  # (actor, owner): a refusal has told the one that something of the other is there

    def client(self, name):
        return users.client_of(self.daemon, *ACTORS[name], ack="explicit", linger_ms=600000)

    @staticmethod
    def open(client):
        return client.call("open", addrs=["127.0.0.1"])["socket"]

    def offer(self):
        socket = self.open(self.keepers["root"])
        return {"socket": socket, "token": self.keepers["root"].call("handoff", socket=socket)["token"]}

    def settle(self):
        """Until what the dying left is held."""
        wanted, deadline = set(self.claimed.values()), time.monotonic() + sctpd.TIMEOUT
        while not wanted <= {s["socket"] for s in self.sockets().values() if s["ownership"] == "held"}:
            assert time.monotonic() < deadline

    def sockets(self):
        return {s["socket"]: s for s in self.actors["root"].call("list", what=["sockets"])["sockets"]}

    def of_owner(self, owner):
        """Sockets of that user whose existence a refusal can tell."""
        return {self.observed[owner].socket_a, *(self.claimed[name, owner] for name in ACTORS), *(self.stolen[name, owner] for name in ACTORS)}

    # --- trying ---

    def may(self, name, verb, method, **params):
        """Whether it is let, and then does it; what it is told where not."""
        client, answers = self.actors[name], []
        for more in ({"check": True}, {}):
            try:
                answers.append(client.call(method, {**params, **more}))
            except sctpd.RpcError as e:
                answers.append(None)
                if e.name != "not_allowed":
                    check_as_nothing(client, method, {**params, **more}, e)
                    continue
                assert e.data["verb"] in (verb, "own"), e
                assert e.data["rule"] == "none" or any(e.data["rule"].endswith(f": {rule}") for rule in self.rules or BUILT_IN), e
                self.shown.update((name, owner) for owner in OWNERS if params.get("socket") in self.of_owner(owner))
        assert (answers[0] is None) == (answers[1] is None), "`check` says what comes"
        return answers[1]

    def agree(self, what):
        """All ways to do one thing are let, or none."""
        done = [each is not None for each in what]
        assert len(set(done)) == 1, done
        return done[0]

    def own(self, name):
        opened = self.may(name, "own", "open", addrs=["127.0.0.1"])
        return self.agree([opened, self.may(name, "own", "claim", **self.offers[name]),
                           self.may(name, "own", "peeloff", assoc=self.peeled[name].assoc_a)])

    def listen(self, name, port):
        """At once, or later; a port of one's choice needs it before that."""
        port = int(port)
        at_once = self.may(name, "listen", "open", addrs=["127.0.0.1"], port=port, listen=True)
        if at_once:
            self.actors[name].call("close", socket=at_once["socket"])
        later = self.may(name, "listen", "open", addrs=["127.0.0.1"], port=port)
        if port:
            assert (at_once is None) == (later is None)
        if later:
            assert self.agree([at_once, self.may(name, "listen", "listen", socket=later["socket"])]) == bool(at_once)
            self.actors[name].call("close", socket=later["socket"])
        return at_once is not None

    def connect(self, name, port, peer):
        up = self.may(name, "connect", "connect", addrs=[peer], port=int(port), timeout_ms=5000)
        if up:
            assert up["state"] == "established"
            self.actors[name].call("close", socket=up["socket"], mode="abort")
        return up is not None

    def observe(self, name, owner):
        pair, user = self.observed[owner], ACTORS[owner][0]
        about = [{"socket": pair.socket_a}, {"assoc": pair.assoc_a}]
        named = [self.may(name, "observe", method, **params) for params in about
                 for method in ("status", "stats", "addrs", "getopts", "subscribe")]
        named.append(self.may(name, "observe", "paths", assoc=pair.assoc_a))
        seen = self.agree(named)
        listed = self.actors[name].call("list")
        for kind in ("sockets", "assocs", "sessions", "accounts"):
            assert (user in {each["user"] for each in listed[kind]}) == seen, kind
        assert (user in {each["uid"] for each in listed["clients"]}) == seen
        assert (user in {each["user"] for each in self.watching[name]["sockets"]}) == seen
        return seen

    def claim(self, name, owner):
        return self.may(name, "claim", "claim", socket=self.claimed[name, owner]) is not None

    def steal(self, name, owner):
        return self.may(name, "steal", "steal", socket=self.stolen[name, owner]) is not None

    def administer(self, name):
        return self.may(name, "administer", "reload") is not None

    def try_all(self, name):
        """The acts that work."""
        return {act for act in ACTS if getattr(self, act.split(":")[0])(name, *act.split(":", 2)[1:])}

    # --- afterwards ---

    def check_events(self, done):
        """Who may observe a user was told that a socket of that user's was closed, and nobody else."""
        for owner, socket in self.closing.items():
            self.keepers[owner].call("close", socket=socket)
            for name, client in self.actors.items():
                client.quiet()
                told = any(n["params"].get("event") == "socket_closed" and n["params"]["socket"] == socket for n in client.notes)
                assert told == (f"observe:{owner}" in done[name]), (name, owner)

    def check_owners(self, done):
        """What was refused has changed nothing, what was not has changed hands."""
        reload(self.daemon, ["allow all any"])
        sockets = self.sockets()
        for verb, objects in (("claim", self.claimed), ("steal", self.stolen)):
            for (name, owner), socket in objects.items():
                taken = f"{verb}:{owner}" in done[name]
                user = ACTORS[name if taken else owner][0]
                assert (sockets[socket]["user"], sockets[socket]["epoch"]) == (user, 2 if taken else 1), (verb, name, owner)
        for name, offer in self.offers.items():
            assert sockets[offer["socket"]]["user"] == (ACTORS[name][0] if "own" in done[name] else 0)


BUILT_IN = ["allow all daemon user:root", "allow observe,listen,connect,own group:sctpd", "allow claim group:sctpd of self"]


@pytest.mark.parametrize("title", TABLES)
def test_matrix(title):
    rules, table = TABLES[title]
    with daemon_of(SERVICE if "another user" in title else 0) as d:
        world = World(d, rules)
        done = {name: world.try_all(name) for name in ACTORS}
        assert done == {name: expand(text) for name, text in table.items()}
        seen = {(name, owner) for name in ACTORS for owner in OWNERS for verb in ("observe", "claim", "steal") if f"{verb}:{owner}" in done[name]}
        assert world.shown <= seen, "a refusal tells nothing of what one may neither observe nor take"
        world.check_events(done)
        world.check_owners(done)


def test_the_tables_are_whole():
    """Everybody has a row, and every act is somebody's in one table and refused to somebody in another."""
    for rules, table in TABLES.values():
        assert set(table) == set(ACTORS)
    everything = [expand(text) for _, table in TABLES.values() for text in table.values()]
    assert set.union(*everything) == set(ACTS)
    assert set.intersection(*everything) == set()


def test_the_built_in_rules_are_those_of_these_tests():
    done = subprocess.run([sctpd.program(), "--rules"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"built-in: {rule}" for rule in BUILT_IN]
