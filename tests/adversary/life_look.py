"""What has to hold at any time, as two observers see it: one who may see all, and a user who may see nothing of others.

Each function gives what is wrong, by what it is about. A list is made in pieces, between which things change: only what is
wrong several times is wrong."""
import contextlib
import os
import time

from life_client import Wrong

LOOKS = 6
KINDS = ("sockets", "assocs", "sessions", "clients", "subs", "accounts")
OF_USERS = {"sockets": "user", "assocs": "user", "sessions": "user", "clients": "uid", "accounts": "user"}
SOME = 3  # objects of a kind that are asked for one by one
PATIENCE = 20  # seconds until what nobody has any more is gone


class Seen:
    """All there is, in one list."""

    def __init__(self, lists):
        for kind in KINDS:
            setattr(self, kind, lists[kind])
        self.ids = {kind: {each[kind[:-1]] for each in lists[kind]} for kind in KINDS[:-1]}
        self.session = {each["session"]: each for each in self.sessions}

    def owned(self):
        """(what, id, row) of sockets and associations."""
        for kind in ("sockets", "assocs"):
            for each in getattr(self, kind):
                yield kind[:-1], each[kind[:-1]], each


# --- who points to whom ---

def owners(_world, seen):
    for what, ident, each in seen.owned():
        if "owner" in each and each["owner"] not in seen.ids["sessions"]:
            yield ("has an owner that is not there", what, ident), each


def states(_world, seen):
    """What is owned has an owner that is connected, what is held one that is not; what is nobody's is held by a deadline, or offered."""
    for what, ident, each in seen.owned():
        owner = seen.session.get(each.get("owner"))
        fits = {"owned": owner and owner["connected"], "held": owner and not owner["connected"], "unowned": "owner" not in each, "offered": True}
        if not fits[each["ownership"]] or (owner and each["user"] != owner["user"]):
            yield ("is not what its owner makes it", what, ident), (each, owner)


def places(_world, seen):
    for each in seen.assocs:
        if each["socket"] not in seen.ids["sockets"]:
            yield ("is on no socket", each["assoc"]), each


def members(_world, seen):
    for each in seen.sockets:
        if not set(each.get("group", {}).get("members", ())) <= seen.ids["sessions"]:
            yield ("has members that are not there", each["socket"]), each


def reasons(_world, seen):
    for each in seen.sessions:
        if not each["connected"] and not each["sockets"]:
            yield ("session of nobody, with nothing", each["session"]), each
        if each["connected"] and each["client"] not in seen.ids["clients"]:
            yield ("session of a connection that is not there", each["session"]), each
    for each in seen.subs:
        if each["client"] not in seen.ids["clients"]:
            yield ("subscription of a connection that is not there", each["sub"]), each


# --- sums ---

def count(rows, **fields):
    return sum(fields.items() <= each.items() for each in rows)


def sums(_world, seen):
    for each in seen.sockets:
        if each["assocs"] != count(seen.assocs, socket=each["socket"]):
            yield ("associations of a socket", each["socket"]), each
    for each in seen.sessions:
        if each["sockets"] != count(seen.sockets, owner=each["session"]):
            yield ("sockets of a session", each["session"]), each


def accounts(_world, seen):
    uid = {each["client"]: each["uid"] for each in seen.clients}
    subs = [{"user": uid.get(each["client"])} for each in seen.subs]
    for each in seen.accounts:
        user = each["user"]
        there = {"sockets": count(seen.sockets, user=user), "assocs": count(seen.assocs, user=user),
                 "clients": count(seen.clients, uid=user), "subs": count(subs, user=user)}
        if any(each[kind] != n for kind, n in there.items()):
            yield ("account", user), (each, there)
        least = sum(row["note_bytes"] for _, _, row in seen.owned() if row["user"] == user)
        if each["bytes"] < least + each["stack_bytes"]:
            yield ("account says less than there is", user), (each, least)


COUNTED = ("messages_sent", "bytes_sent", "messages_received", "bytes_received")


def counters(world, seen):
    """What was listed before is in what is counted now; a socket has at least what its associations have, unless they came from another."""
    for each in world.sample(seen.assocs, SOME):
        said = world.ask("stats", assoc=each["assoc"])
        if isinstance(said, dict) and any(said[name] < each[name] for name in COUNTED):
            yield ("stats of an association", each["assoc"]), (each, said)
    for each in world.sample([row for row in seen.sockets if not row["peeled_off"]], SOME):
        said = world.ask("stats", socket=each["socket"])
        on = [row for row in seen.assocs if row["socket"] == each["socket"]]
        if isinstance(said, dict) and (said["assocs"] != len(on) or any(said[name] < sum(row[name] for row in on) for name in COUNTED)):
            yield ("stats of a socket", each["socket"]), (each, said)


def pages(world, seen):
    """Pages have what the whole list has."""
    kind = world.sample(KINDS[:-1], 1)[0]
    found, after = set(), 0
    while after is not None:
        got = world.ask("list", what=[kind], limit=world.sample([1, 3, 10], 1)[0], after=after)
        if not isinstance(got, dict):
            return
        found |= {each[kind[:-1]] for each in got[kind]}
        after = got.get("next")
    if found != seen.ids[kind]:
        yield ("pages", kind), (found, seen.ids[kind])


# --- rights ---

def listed(spy, lists):
    """A subscription is its client's."""
    for kind, field in OF_USERS.items():
        for each in lists[kind]:
            if each[field] != spy.uid:
                yield ("is listed to a stranger", kind, each.get(kind[:-1], each[field])), each
    clients = {each["client"] for each in lists["clients"]}
    for each in lists["subs"]:
        if each["client"] not in clients:
            yield ("is listed to a stranger", "subs", each["sub"]), each


def strangers(world, seen):
    """Nobody else's is listed, answered for or told to a user who may not observe."""
    spy = world.spy
    if not spy:
        return
    got = spy.call("list")
    if isinstance(got, dict):
        yield from listed(spy, got)
    spy.take()
    for each in seen.sockets:  # of the first epoch: it was never anybody else's
        if each["user"] != spy.uid and each["epoch"] == 1 and each["socket"] in world.heard:
            yield ("is told to a stranger", each["socket"]), each
    for what, ident, each in world.sample(list(seen.owned()), SOME):
        if each["user"] != spy.uid and spy.call(world.sample(["status", "stats", "addrs"], 1)[0], **{what: ident}) not in REFUSED:
            yield ("is answered for to a stranger", what, ident), each


REFUSED = ("not_allowed", "no_such_socket", "no_such_assoc", "closed")
CHECKS = [owners, states, places, members, reasons, sums, accounts, counters, pages, strangers]


def contradictions(world):
    seen = Seen(world.lists())
    world.learn(seen)
    wrong = {}
    for check in CHECKS:
        wrong.update(check(world, seen))
    return wrong


def look(world):
    wrong = contradictions(world)
    for _ in range(LOOKS - 1):
        if not wrong:
            return
        again = contradictions(world)
        wrong = {name: again[name] for name in again.keys() & wrong.keys()}
    if wrong:
        raise Wrong(f"contradictions: {wrong}")


# --- when all have left ---

def left(world):
    """What is there beyond the observers. Their own connections may have grown."""
    seen = Seen(world.lists())
    mine = 2 if world.spy else 1
    rest = {kind: getattr(seen, kind) for kind in ("sockets", "assocs") if getattr(seen, kind)}
    if len(seen.clients) > mine or len(seen.sessions) > mine:
        rest["clients"] = seen.clients, seen.sessions
    for each in seen.accounts:
        if each["sockets"] or each["assocs"] or each["stack_bytes"] or each["requests"] > 1 or each["subs"] > mine - 1:
            rest["account", each["user"]] = each
    if not world.is_idle():
        rest["stack"] = "is not idle"
    if world.descriptors() > world.descriptors_at_first:
        rest["descriptors"] = world.descriptors_at_first, names_of(world.daemon.process.pid)
    return rest


def names_of(pid):
    names = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
    return sorted(names)


def nothing_is_left(world):
    deadline = time.monotonic() + PATIENCE
    while rest := left(world):
        if time.monotonic() > deadline:
            raise Wrong(f"left behind: {rest}")
        time.sleep(0.01)  # lingers of which nobody is told
