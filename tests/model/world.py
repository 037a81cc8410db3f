"""A daemon and the model side by side: each step is done in both, and what the daemon answers must be what the model says.

A step is (what, {arguments}) in the model's words, so that it can be done again elsewhere. One that makes no sense where it
is done, because a step before it is missing, is skipped.
"""
import contextlib

import model
from line import Silence
from sequence import MARK
from stack import WAITS, Refused
from steps import HERE, LONG, OPTIONS, PEER, Steps
from words import LISTED, Mismatch, Skip, item_of, listed, need, plain, same

CONFIG = {"recv_queue_messages": MARK, "shutdown_timeout_ms": LONG}


def by_assoc(notes):
    """Each one's in their order; that among them is nobody's promise."""
    return sorted(notes, key=lambda note: note[0])


class Client:
    """A session of the model with its connection."""

    def __init__(self, session, line):
        self.session, self.line = session, line
        self.id, self.token, self.port = None, None, None
        self.subs = {}  # names of subscriptions by id


class World(Steps):
    """@line: makes a connection. @say: is told what is said, for a transcript."""

    def __init__(self, line, say=lambda *words: None):
        self.make_line, self.say = line, say
        self.model = model.Model()
        self.clients, self.ids, self.names = {}, {}, {}  # by name; an association's id by its name, and back
        self.pending = {}  # (client, id of the call) by ticket
        self.tokens = {}  # (offer, text) of all there were, by association
        self.hasty = False  # the daemon need not have seen yet that a connection has ended
        self.counters = {"ticket": 0, "text": 0, "sub": 0}
        self.observer = line()
        self.observer.call("hello", ack="auto", session="observer")
        self.observer.call("subscribe", events=["assoc_opened", "lapsed"])
        self.do_session(PEER, LONG)
        self.model.settle()

    def number(self, of):
        self.counters[of] += 1
        return self.counters[of]

    # --- a step ---

    def step(self, what, args):
        """Whether it was done."""
        if self.hasty and what not in ("claim", "resume"):
            self.settle()
        hasty, self.hasty = self.hasty, False
        try:
            getattr(self, f"do_{what}")(**args)
        except Skip:
            self.hasty = hasty
            return False
        self.model.settle()
        if not self.hasty:
            self.settle()
        self.compare()
        return True

    def settle(self):
        """Until the daemon has nothing to do: what was done before has all its effect."""
        for _ in range(1000):
            if self.observer.call("fake", control={"do": "idle"})["control"]["idle"]:
                return
        raise Mismatch("the daemon never comes to rest")

    @contextlib.contextmanager
    def at_once(self):
        """No association goes on meanwhile: the daemon may serve the calls of one write in several turns of its loop."""
        self.observer.call("fake", control={"do": "hold"})
        yield
        self.observer.call("fake", control={"do": "hold", "on": False})

    def expect(self, call, *args):
        """What the model says: an answer, WAITS, or the name of an error."""
        try:
            return call(*args)
        except Refused as error:
            return str(error)

    def ask(self, client, method, params, expected, ticket=None, normal=plain):
        self.say(client.session.name, method, params)
        (ident,) = client.line.start((method, params))
        if expected is WAITS:
            self.pending[ticket] = (client, ident, normal)
            return None
        return self.hear(client, ident, method, expected, normal)

    def hear(self, client, ident, what, expected, normal):
        answer = client.line.prompt(ident)
        self.say(client.session.name, "answer", answer)
        said = answer if isinstance(answer, str) else normal(answer)
        same(f"{what} of {client.session.name}", said, expected)
        return answer

    # --- what comes of it ---

    def compare(self):
        for ticket, result in self.model.answers:
            client, ident, normal = self.pending.pop(ticket)
            self.hear(client, ident, "a call that waited", str(result) if isinstance(result, Refused) else result, normal)
        self.model.answers.clear()
        for client in self.clients.values():
            if client.session.connected:
                self.compare_told(client)

    def compare_told(self, client):
        told = client.session.told
        client.line.take()
        if len(self.notes_of(client)) < len(told):
            self.await_told(client, told)
        same(f"what comes to {client.session.name}", by_assoc(self.notes_of(client)), by_assoc(told))
        if client.line.answers:
            raise Mismatch(f"{client.session.name} has answers before their time: {client.line.answers}")
        for note in client.line.notes:
            self.say(client.session.name, "note", note)
        client.line.notes.clear()
        told.clear()

    def await_told(self, client, told):
        """What the daemon has to say goes before the answer to a ping, but for what comes when a time is over."""
        client.line.call("ping")
        if ("offer_ended", "expired") in [note[1:] for note in told]:
            with contextlib.suppress(Silence):
                client.line.wait(lambda: len(self.notes_of(client)) >= len(told))

    def notes_of(self, client):
        """In the model's words. What is told of a socket is told of its association too."""
        return [self.note(client, method, params) for method, params in client.line.notes if "assoc" in params]

    def note(self, client, method, params):
        name = self.names[params["assoc"]]
        if "sub" in params:
            return (name, client.subs[params["sub"]], *item_of({**params, "type": method}))
        event = params["event"]
        if event == "owner_changed":
            return name, event, params["how"], params["epoch"], params["seq"], params["acked"]
        return (name, event, params["how"]) if event == "offer_ended" else (name, event)

    # --- sessions ---

    def client(self, name):
        need(name in self.clients and self.clients[name].session.connected)
        return self.clients[name]

    def do_session(self, s, linger):
        need(s not in self.clients)
        session = model.Session(s, linger)
        client = self.clients[s] = Client(session, self.make_line())
        self.say(s, "hello", {"session": s, "linger_ms": linger})
        hello = client.line.call("hello", ack="auto" if s == PEER else "explicit", session=s, linger_ms=linger)
        client.id, client.token = hello["session"], hello["resume"]
        client.port = client.line.call("open", addrs=HERE, listen=True, options=OPTIONS)["port"]

    def do_kill(self, s, hasty=False):
        client = self.client(s)
        self.hasty = hasty and self.may_be_hasty(client.session)
        lapsing = [each for each in self.sockets() if each.get("owner") == client.id and each["linger_ms"] == model.BRIEF]
        self.say(s, "dies", "")
        self.model.kill(client.session)
        client.line.close()
        client.port = client.port if client.session.linger > model.BRIEF else None
        client.session.told.clear()
        self.pending = {t: p for t, p in self.pending.items() if p[0] is not client}
        self.await_lapses(len(lapsing))

    def may_be_hasty(self, session):
        """Where it makes no difference when the daemon sees it."""
        return (session.linger > model.BRIEF and all(a.linger > model.BRIEF for a in self.model.of(session)) and
                not any(a.offer and a.offer.to is session for a in self.model.assocs.values()))

    def sockets(self):
        return self.observer.call("list", what=["sockets"])["sockets"]

    def await_lapses(self, count):
        notes = self.observer.notes
        self.observer.wait(lambda: sum(params["event"] == "lapsed" for _, params in notes) >= count)
        same("lapsed", sum(params["event"] == "lapsed" for _, params in notes), count)
        notes.clear()

    def do_resume(self, s, forged=False):
        need(s in self.clients and s != PEER)
        client = self.clients[s]
        line = self.make_line()
        if forged:
            same("a forged token", line.call("hello", resume="f" * 64), "bad_token")
            line.close()
            return
        expected = self.expect(self.model.resume, client.session)
        self.say(s, "hello", {"resume": "its token"})
        answer = line.call("hello", resume=client.token)
        if isinstance(expected, str) or isinstance(answer, str):
            same(f"hello of {s}", answer, expected)
            line.close()
            return
        client.line, client.subs = line, {}
        same("what was resumed", (answer["session"], sorted(self.names[a] for a in answer["owns"]["assocs"])),
             (client.id, sorted(a.name for a in self.model.of(client.session))))

    # --- now and then ---

    def do_list(self):
        owners = {client.id: name for name, client in self.clients.items()}
        there = {self.names[each["assoc"]]: (owners.get(each.get("owner")), *(each[key] for key in LISTED))
                 for each in self.observer.call("list", what=["assocs"])["assocs"]}
        same("list", there, {a.name: (a.owner and a.owner.name, *listed(a)) for a in self.model.assocs.values()})

    def clear(self):
        """Ends all, and sees that nothing is left."""
        for name in list(self.clients):
            if not self.clients[name].session.connected:
                self.do_resume(name)
        lines = {client.id: client.line for client in self.clients.values() if client.session.connected}
        for each in self.sockets():
            if "owner" in each:
                lines[each["owner"]].call("close", socket=each["socket"], mode="abort")
            elif not each["closing"]:
                self.observer.call("claim", socket=each["socket"])
                self.observer.call("close", socket=each["socket"], mode="abort")
        for line in lines.values():
            line.close()
        self.settle()
        left = self.observer.call("list", what=["sockets", "assocs", "sessions"])
        same("what is left", (left["sockets"], left["assocs"], len(left["sessions"])), ([], [], 1))
        self.observer.close()
