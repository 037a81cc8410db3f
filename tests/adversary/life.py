"""Random steps of several clients of several users against one daemon: who lives, who ends, and who points to whom.

A step is (what, seed): what it does follows from its seed and from what there is when it is done, so that a part of a walk is
a walk. MOVES has what there can be; others are added by the decorator `move`, with how often they are to come. Nothing is
held against a model: the daemon has to stay there, to answer, and to say nothing that contradicts itself."""
import contextlib
import pathlib
import random
import signal
import time

import line
import sctpd
import users

HERE = "127.0.0.1"
# Users of the clients; whoever runs the tests without being root has only himself.
USERS = [0, users.DAEMON, users.NOBODY]
NAMES = ["x", "y"]
CLIENTS = 8
CHECKED = 40  # steps between two looks at everything
TIMES = [1, 5, 20, 20, 200]  # milliseconds: of lingers, offers, groups
LINGERS = [0, 0, 0, 5, 20, 200]
CONFIG = {"socket_mode": 0o666, "rules": ["allow all any"], "ended_assocs_per_socket": 64}


class Broken(Exception):
    """The daemon has died, does not answer, or contradicts itself."""


class Actor:
    """One connection. What is not answered yet is taken in later."""

    def __init__(self, world, uid):
        self.world, self.uid = world, uid
        with users.being(uid) if world.root else contextlib.nullcontext():
            self.line = line.Line(world.daemon.socket_path, timeout=20)
        self.hello = None

    def send(self, method, **params):
        """Does not wait. Its answers are read here, so that they do not keep the daemon from reading."""
        self.take()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.line.start((method, params))

    def call(self, method, **params):
        """Its result, or its error's name."""
        self.line.answers.clear()
        try:
            return self.line.call(method, **params)
        except (line.Silence, BrokenPipeError, ConnectionResetError) as e:
            self.world.leave(self)
            if self.world.daemon.process.poll() is not None or "answered" in str(e):
                raise Broken(f"{method} {params}: {e}") from e
            return "closed"

    def take(self):
        try:
            self.line.take()
        except (line.Silence, ConnectionResetError):
            self.world.leave(self)
        self.line.notes.clear()

    def greet(self, **params):
        got = self.call("hello", **params)
        if isinstance(got, dict):
            self.hello = got
            self.world.remember(self)
        return got


class World:
    """A daemon, those connected to it, and what they have learned."""

    def __init__(self):
        self.root = users.os.geteuid() == 0
        self.users = USERS if self.root else [users.os.geteuid()]
        self.daemon = sctpd.Daemon(config=CONFIG).start()
        self.daemon.directory.chmod(0o755)
        self.actors, self.tokens, self.offers, self.ports = [], [], [], []
        self.known = {"sockets": [], "assocs": [], "sessions": []}
        self.done = 0
        self.observer = Actor(self, self.users[0])
        self.frozen = False

    def remember(self, actor):
        self.tokens = [*self.tokens[-15:], (actor.uid, actor.hello["resume"])]

    def leave(self, actor):
        actor.line.close()
        if actor in self.actors:
            self.actors.remove(actor)

    # --- the walk ---

    def step(self, what, seed):
        dice = random.Random(seed)
        MOVES[what][1](self, dice)
        self.done += 1
        if self.done % CHECKED == 0:
            self.look()

    def actor(self, dice):
        while len(self.actors) < 2 and not self.frozen:
            enter(self, dice)
        return dice.choice(self.actors or [self.observer])

    def do(self, actor, dice, method, **params):
        """Often without waiting for the answer; never while nothing is answered."""
        if self.frozen or dice.random() < 0.5:
            actor.send(method, **params)
            return None
        return actor.call(method, **params)

    def some(self, dice, kind):
        """An id: mostly one that there was at the last look or may have come since."""
        ids = self.known[kind]
        if kind == "sessions" and dice.random() < 0.8:
            ids = [each.hello["session"] for each in self.actors if each.hello] or ids
        top = max(ids, default=0)
        return dice.choice([*ids, *ids, *range(top + 1, top + 4)])

    def target(self, dice):
        kind = dice.choice(["sockets", "assocs"])
        return {kind[:-1]: self.some(dice, kind)}

    # --- what has to hold ---

    def look(self):
        """Nothing owns, is on, or is member of what has gone. A list is made in pieces, between which things change: what
        contradicts itself twice is wrong."""
        if self.daemon.process.poll() is not None:
            raise Broken("the daemon has died")
        for each in list(self.actors):
            each.take()
        wrong = self.contradictions() and self.contradictions()
        wrong = wrong and {name: wrong[name] for name in self.contradictions().keys() & wrong.keys()}
        if wrong:
            raise Broken(f"contradictions: {wrong}")

    def contradictions(self):
        """By what they are about."""
        seen = {kind: [] for kind in ("sockets", "assocs", "sessions", "clients", "subs")}
        got = self.observer.call("list")
        if not isinstance(got, dict):
            raise Broken(f"list: {got}")
        seen.update(got)
        ids = {kind: {each[kind[:-1]] for each in seen[kind]} for kind in ("sockets", "assocs", "sessions")}
        self.known = {kind: sorted(found) for kind, found in ids.items()}
        self.ports = [each["port"] for each in seen["sockets"] if each["listening"]]
        wrong = {}
        for kind in ("sockets", "assocs"):
            for each in seen[kind]:
                if "owner" in each and each["owner"] not in ids["sessions"]:
                    wrong["owner", kind, each[kind[:-1]]] = each
        for each in seen["assocs"]:
            if each["socket"] not in ids["sockets"]:
                wrong["socket", each["assoc"]] = each
        for each in seen["sockets"]:
            if not set(each.get("group", {}).get("members", ())) <= ids["sessions"]:
                wrong["member", each["socket"]] = each
        for each in seen["sessions"]:
            if not each["connected"] and not each["sockets"]:
                wrong["nothing", each["session"]] = each
        return wrong

    @contextlib.contextmanager
    def stand_still(self):
        """All that is sent meanwhile comes to the daemon in one turn of its loop."""
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

    def end(self):
        """It stops in order, and no sanitizer has said anything."""
        for each in [*self.actors, self.observer]:
            each.line.close()
        self.daemon.stop()

    def kill(self):
        log = self.daemon.log()
        self.daemon.kill()
        self.daemon.clean()
        for each in [*self.actors, self.observer]:
            each.line.close()
        return log


def wait_for_state(pid, letter, patience=5):
    deadline = time.monotonic() + patience
    while pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != letter:
        if time.monotonic() > deadline:
            raise Broken(f"the daemon's state does not become {letter}")


# --- the moves ---

MOVES = {}  # name: (how often, what it does with a World and dice)


def move(weight):
    def add(function):
        MOVES[function.__name__] = (weight, function)
        return function
    return add


@move(8)
def enter(world, dice):
    """A new connection, at times one that resumes a session that there is or was."""
    if world.frozen or len(world.actors) >= CLIENTS:
        return
    uid, token = dice.choice(world.tokens) if world.tokens and dice.random() < 0.5 else (dice.choice(world.users), None)
    actor = Actor(world, uid)
    world.actors.append(actor)
    params = {"ack": dice.choice(["auto", "explicit"]), "linger_ms": dice.choice(LINGERS)}
    if token:
        params["resume"] = token
    if dice.random() < 0.4:
        params["session"] = dice.choice(NAMES)
    if not isinstance(actor.greet(**params), dict):
        actor.greet(linger_ms=params["linger_ms"])


@move(6)
def die(world, dice):
    if len(world.actors) > 2:
        world.leave(world.actor(dice))


@move(10)
def resume(world, dice):
    """One that is connected becomes another session, which needs a name at times."""
    actor = world.actor(dice)
    tokens = [token for uid, token in world.tokens if uid == actor.uid]
    if not tokens:
        return
    token = dice.choice(tokens)
    params = {"resume": token}
    if dice.random() < 0.4:
        params["session"] = dice.choice(NAMES)
    got = world.do(actor, dice, "hello", **params)
    if isinstance(got, dict):
        actor.hello = got


@move(8)
def open_socket(world, dice):
    params = {"addrs": [HERE], "listen": dice.random() < 0.7}
    if dice.random() < 0.5:
        params["linger_ms"] = dice.choice(LINGERS)
    world.do(world.actor(dice), dice, "open", **params)


@move(16)
def connect(world, dice):
    if world.ports:
        params = {"addrs": [HERE], "port": dice.choice(world.ports), "wait": dice.random() < 0.5, "timeout_ms": dice.choice(TIMES)}
        if dice.random() < 0.3:
            params["socket"] = world.some(dice, "sockets")
        world.do(world.actor(dice), dice, "connect", **params)


@move(8)
def send(world, dice):
    world.do(world.actor(dice), dice, "send", assoc=world.some(dice, "assocs"), text="x" * dice.choice([1, 100, 5000]), timeout_ms=5)


@move(8)
def recv(world, dice):
    world.do(world.actor(dice), dice, "recv", **world.target(dice), timeout_ms=dice.choice([0, 0, 5]), max=dice.choice([1, 16]))


@move(3)
def acknowledge(world, dice):
    world.do(world.actor(dice), dice, "ack", assoc=world.some(dice, "assocs"), seq=dice.choice([1, 2, 5]))


@move(3)
def subscribe(world, dice):
    params = dice.choice([{}, {"data": True}, {"data": True, "credit": 3}, {"events": ["sender_dry"]}])
    if dice.random() < 0.5:
        params = {**params, **world.target(dice)}
    world.do(world.actor(dice), dice, "subscribe", **params)


@move(2)
def unsubscribe(world, dice):
    world.do(world.actor(dice), dice, "unsubscribe", sub=dice.randint(1, 200))


@move(6)
def peel_off(world, dice):
    world.do(world.actor(dice), dice, "peeloff", assoc=world.some(dice, "assocs"))


@move(14)
def offer(world, dice):
    """To a session of any user, to a name, or to whoever has the token."""
    params = {**world.target(dice), "ttl_ms": dice.choice(TIMES)}
    kind = dice.choice(["id", "id", "name", "token"])
    if kind == "id":
        params["to"] = world.some(dice, "sessions")
    elif kind == "name":
        params["to"] = dice.choice(NAMES)
    got = world.do(world.actor(dice), dice, "handoff", **params)
    if isinstance(got, dict):
        world.offers = [*world.offers[-7:], got["token"]]


@move(3)
def withdraw(world, dice):
    world.do(world.actor(dice), dice, "withdraw", **world.target(dice))


@move(12)
def claim(world, dice):
    params = world.target(dice)
    if world.offers and dice.random() < 0.3:
        params["token"] = dice.choice(world.offers)
    world.do(world.actor(dice), dice, "claim", **params)


@move(4)
def steal(world, dice):
    world.do(world.actor(dice), dice, "steal", **world.target(dice))


@move(4)
def release(world, dice):
    world.do(world.actor(dice), dice, "release", **world.target(dice), linger_ms=dice.choice(LINGERS))


@move(2)
def note(world, dice):
    world.do(world.actor(dice), dice, "note", **world.target(dice), text="at 42")


@move(12)
def group(world, dice):
    mode = dice.choice(["override", "loadshare", "loadshare", "broadcast", "none"])
    params = {"takeover_ms": dice.choice([0, 5, 20, 60000])} if mode != "none" else {}
    world.do(world.actor(dice), dice, "group", socket=world.some(dice, "sockets"), mode=mode, **params)


@move(14)
def join(world, dice):
    world.do(world.actor(dice), dice, "join", socket=world.some(dice, "sockets"))


@move(4)
def leave_group(world, dice):
    world.do(world.actor(dice), dice, "leave", socket=world.some(dice, "sockets"))


@move(4)
def end_assoc(world, dice):
    params = {"wait": dice.random() < 0.5, "timeout_ms": 5} if dice.random() < 0.5 else None
    world.do(world.actor(dice), dice, "eof" if params else "abort", assoc=world.some(dice, "assocs"), **(params or {}))


@move(4)
def close_socket(world, dice):
    world.do(world.actor(dice), dice, "close", socket=world.some(dice, "sockets"), timeout_ms=5)


@move(2)
def break_down(world, dice):
    """Both sides of an association lose it."""
    world.do(world.actor(dice), dice, "fake", assoc=world.some(dice, "assocs"), control={"do": "lose", "number": 3})


TOGETHER = ["die", "die", "resume", "offer", "withdraw", "claim", "steal", "release", "group", "join", "leave_group", "send", "recv",
            "connect", "end_assoc", "close_socket", "subscribe"]


@move(8)
def at_once(world, dice):
    """Several things in one turn of the daemon's loop, deaths among them."""
    with world.stand_still():
        for _ in range(dice.randint(2, 6)):
            MOVES[dice.choice(TOGETHER)][1](world, dice)


@move(2)
def look_around(world, _dice):
    world.look()


# --- walks ---

def steps_of(seed, n):
    dice = random.Random(seed)
    names = list(MOVES)
    return [(what, dice.getrandbits(32)) for what in dice.choices(names, [MOVES[name][0] for name in names], k=n)]


def walk(steps):
    """None; or where it failed: (the number of the step, what happened, the daemon's log)."""
    world, at = World(), 0
    try:
        for at, step in enumerate(steps):
            world.step(*step)
        world.look()
    except (Broken, OSError, line.Silence, KeyError) as e:  # KeyError: an answer nobody waits for
        world.daemon.process.send_signal(signal.SIGCONT)
        with contextlib.suppress(sctpd.subprocess.TimeoutExpired):
            world.daemon.process.wait(5)  # a sanitizer writes on until its end
        return at, repr(e), world.kill()
    try:
        world.end()
    except AssertionError as e:
        return at, str(e), ""
    return None
