"""Random steps of clients of several users, their peers, and faults, against one daemon: who lives, who ends, who points to whom.

A step is (what, seed): what it does follows from its seed and from what there is when it is done, so that a part of a walk is
a walk. Nothing is held against a model: the daemon has to stay there, to answer, to say nothing that contradicts itself
(life_look.py), and to keep nothing of those who have left. The moves are in life_moves.py and life_faults.py, the connections in
life_client.py."""
import collections
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import time

import life_look
import line
import sctpd
import users
from life_client import Broken, Client, Wire, Wrong

FAKE = sctpd.STACK == "fake"
HERE = "127.0.0.1"
SPY = users.NOBODY  # may never see what is another user's
# Users of the clients; whoever runs the tests without being root has only himself.
USERS = [0, users.DAEMON, SPY]
CLIENTS = 10
CHECKED = 30  # steps between two looks at everything
TIMES = [1, 5, 20, 20, 200]  # milliseconds
LINGERS = [0, 0, 0, 5, 20, 200]
OFFERS = [1, 5, 20, 200, 2000]
# Where the daemon ends itself, too.
SAYS_WHERE = "detect_leaks=1:allocator_may_return_null=1:handle_abort=1"
# Who may what, anew at each reload; the first most of the time.
RULES = [
    ["allow all any"],
    ["allow all daemon user:root", "allow own,listen,connect any", "allow claim any of self"],
    ["allow all daemon user:root", "deny connect any", "allow own,offer,administer any", "allow listen any port 0"],
    ["allow all daemon user:root", "allow observe,administer any"],
]


def config(rules=0, **settings):
    return {"socket_mode": 0o666, "ended_assocs_per_socket": 64, "shutdown_timeout_ms": 200, "output_bytes_per_client": 65536, **settings,
            "rules": [f"deny observe user:{SPY} of any", *RULES[rules]]}


class World:
    """A daemon, those connected to it, and what they have learned."""

    def __init__(self, wire=Wire):
        self.root, self.wire = os.geteuid() == 0, wire
        self.users = USERS if self.root else [os.geteuid()]
        self.daemon = sctpd.Daemon(config=config(), env={"ASAN_OPTIONS": SAYS_WHERE}).start()
        self.daemon.directory.chmod(0o755)
        self.clients, self.tokens, self.offers, self.ports, self.groups = [], [], [], [], []
        self.known = {"sockets": [], "assocs": [], "sessions": [], "subs": []}
        self.owners = {}  # sessions, by (what, id)
        self.held = set()  # sessions without a connection
        self.done, self.outcomes = 0, collections.Counter()
        self.heard = set()  # sockets the spy was told of
        self.frozen = False
        self.failing = False  # the system
        self.dice = random.Random(0)  # of the looks
        self.observer = self.spy = None
        self.observe()
        self.descriptors_at_first = self.descriptors()

    # --- observers ---

    def observe(self):
        """Both are there, also after a fault that took one."""
        for _ in range(50):
            if not self.observer:
                self.observer = Client(self, self.users[0])
            if not self.spy and self.root:
                self.spy = Client(self, SPY)
                self.spy.call("subscribe")
            if self.observer and (self.spy or not self.root):
                return
        raise Broken("nobody gets in")

    def ask(self, method, **params):
        self.observe()
        return self.observer.call(method, **params)

    def lists(self):
        for _ in range(50):
            got = self.ask("list")
            if isinstance(got, dict):
                return got
            if got != "closed":
                raise Wrong(f"list: {got}")
        raise Wrong("the observer is disconnected again and again")

    def hear(self, client):
        if client is self.spy:
            self.heard.update(params["socket"] for _, params in client.line.notes if "sub" in params and "socket" in params)

    def learn(self, seen):
        self.known = {kind: sorted(seen.ids[kind]) for kind in self.known}
        self.ports = [each["port"] for each in seen.sockets if each["listening"]]
        self.held = {each["session"] for each in seen.sessions if not each["connected"]}
        self.groups = [each["socket"] for each in seen.sockets if "members" in each.get("group", {})]
        self.owners = {(what, ident): each["owner"] for what, ident, each in seen.owned() if "owner" in each}

    def learn_from(self, client, got):
        """What has been opened since the last look."""
        for what in got.keys() & {"socket", "assoc"}:
            self.known[what + "s"].append(got[what])
            if client.hello:
                self.owners[what, got[what]] = client.hello["session"]
        if "port" in got:
            self.ports.append(got["port"])

    def sample(self, things, most):
        return self.dice.sample(things, min(most, len(things)))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))

    def is_idle(self):
        return not FAKE or self.ask("fake", control={"do": "idle"}) in ("closed", {"control": {"idle": True}})

    # --- clients ---

    def remember(self, client):
        self.tokens = [*self.tokens[-31:], (client.uid, client.hello["resume"], client.hello["session"])]

    def token(self, dice, uid=None):
        """(uid, token) of a session, mostly of one that is there without a connection; None: there is none of that user's."""
        of = [each for each in self.tokens if uid in (None, each[0])]
        held = [each for each in of if each[2] in self.held]
        return dice.choice(held if held and dice.random() < 0.8 else of)[:2] if of else None

    def leave(self, client):
        client.close()
        if client.hello:
            self.held.add(client.hello["session"])
        if client in self.clients:
            self.clients.remove(client)
        self.observer = None if client is self.observer else self.observer
        self.spy = None if client is self.spy else self.spy
        if self.daemon.process.poll() is not None:
            raise Broken("the daemon has died")

    def client(self, dice):
        """One that can be told to do something."""
        able = [each for each in self.clients if not each.mute]
        if len(able) < 2 and not self.frozen:
            enter = MOVES["enter"].do
            for _ in range(50):
                enter(self, dice)
                able = [each for each in self.clients if not each.mute]
                if len(able) >= 2:
                    break
        if not able and not self.observer:  # also of a daemon that stands still
            self.observer = Client(self, self.users[0])
        return dice.choice(able or [self.observer])

    def idle_client(self, dice):
        """Mostly one whose session owns nothing: it can become another."""
        owning = set(self.owners.values())
        idle = [each for each in self.clients if not each.mute and each.hello and each.hello["session"] not in owning]
        return dice.choice(idle) if idle and dice.random() < 0.8 else self.client(dice)

    def do(self, client, dice, method, **params):
        """Often without waiting for the answer; never while nothing is answered."""
        if self.frozen or client.deaf or dice.random() < 0.4:
            client.send((method, params))
            return None
        got = client.call(method, **params)
        self.outcomes[method, got if isinstance(got, str) else "done"] += 1
        if method in ("open", "connect", "peeloff", "claim") and isinstance(got, dict):
            self.learn_from(client, got)
        if got in ("no_such_socket", "no_such_assoc"):
            self.forget(got.removeprefix("no_such_"), params)
        return got

    def forget(self, what, params):
        """It has gone since the last look."""
        ids = self.known[what + "s"]
        if params.get(what) in ids:
            ids.remove(params[what])

    def owner_does(self, dice, method, what=None, **params):
        """Mostly its owner does something with a socket or an association, at times somebody else. @what: which of the two."""
        what = what or dice.choice(["socket", "assoc"])
        ident = self.some(dice, what + "s")
        owners = [each for each in self.clients if each.hello and each.hello["session"] == self.owners.get((what, ident)) and not each.mute]
        client = owners[0] if owners and dice.random() < 0.85 else self.client(dice)
        return self.do(client, dice, method, **{what: ident}, **params)

    def some(self, dice, kind):
        """An id: mostly one that there was at the last look, at times one that may have come since."""
        ids = self.known[kind]
        if kind == "sessions" and dice.random() < 0.8:
            ids = [each.hello["session"] for each in self.clients if each.hello] or ids
        if ids and dice.random() < 0.9:
            return dice.choice(ids)
        return max(ids, default=0) + dice.randint(1, 3)

    def target(self, dice):
        kind = dice.choice(["sockets", "assocs"])
        return {kind[:-1]: self.some(dice, kind)}

    # --- the walk ---

    def step(self, what, seed):
        MOVES[what].do(self, random.Random(seed))
        self.done += 1
        if self.done % CHECKED == 0:
            self.look()

    def look(self):
        if self.daemon.process.poll() is not None:
            raise Broken("the daemon has died")
        self.mend_system()
        for each in list(self.clients):
            each.take()
        life_look.look(self)

    def mend_system(self):
        """Memory and system calls do not fail any more: so that observers are answered."""
        for _ in range(200):
            if not self.failing:
                return
            got = self.ask("fake_system", call="poll", error="EINTR", times=0)
            self.failing = not isinstance(got, dict)
        raise Wrong("what failed fails for ever")

    def empty(self):
        """All leave; after their time nothing is left of them."""
        self.mend_system()
        for each in self.everybody():
            self.leave(each)
        if FAKE:
            self.ask("fake", control={"do": "reset"})
        life_look.nothing_is_left(self)

    @contextlib.contextmanager
    def stand_still(self):
        """All that is sent meanwhile comes to the daemon in one turn of its loop."""
        self.observe()  # nobody is answered meanwhile
        process = self.daemon.process
        wait_for_state(process.pid, "S")
        process.send_signal(signal.SIGSTOP)
        self.frozen = True
        try:
            wait_for_state(process.pid, "T")
            yield
        finally:
            self.frozen = False
            process.send_signal(signal.SIGCONT)

    # --- its end ---

    def everybody(self):
        return [each for each in (*self.clients, self.observer, self.spy) if each]

    def end(self):
        """All have left, it stops in order, and no sanitizer has said anything."""
        self.empty()
        for each in self.everybody():
            each.close()
        self.daemon.stop()

    def kill(self, dying):
        """Its log. What a sanitizer says of one that is dying is waited for."""
        self.daemon.process.send_signal(signal.SIGCONT)
        if dying:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.daemon.process.wait(5)
        log = self.daemon.log()
        self.daemon.kill()
        self.daemon.clean()
        for each in self.everybody():
            each.close()
        return log


def wait_for_state(pid, letter, patience=5):
    deadline = time.monotonic() + patience
    while pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != letter:
        if time.monotonic() > deadline:
            raise Broken(f"the daemon's state does not become {letter}")


# --- moves ---

Move = collections.namedtuple("Move", "weight do everywhere")
MOVES = {}  # by name


def move(weight, everywhere=True):
    """@everywhere: whether any stack will do, or it takes the one in memory."""
    def add(function):
        MOVES[function.__name__] = Move(weight, function, everywhere)
        return function
    return add


def names():
    return [name for name, each in MOVES.items() if FAKE or each.everywhere]


# --- walks ---

def steps_of(seed, n):
    dice = random.Random(seed)
    return [(what, dice.getrandbits(32)) for what in dice.choices(names(), [MOVES[name].weight for name in names()], k=n)]


def walk(steps, wire=Wire, outcomes=None):
    """None; or where it failed: (the number of the step, what happened, the daemon's log). @outcomes: what calls ended with is added."""
    world, at = World(wire), 0
    try:
        for at, step in enumerate(steps):
            world.step(*step)
        world.look()
        world.end()
    except (Broken, OSError, line.Silence, KeyError, ValueError, AssertionError) as e:  # KeyError: an answer nobody waits for
        return at, repr(e), world.kill(dying=not isinstance(e, Wrong))
    finally:
        if outcomes is not None:
            outcomes.update(world.outcomes)
    return None
