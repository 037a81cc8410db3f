"""The steps about associations, each in the daemon and in the model: do_x() is the step x."""
import contextlib

import model
from sequence import Reader
from stack import SIZE, SNDBUF, Message
from words import CLAIMED, claimed, items_of, need, plain, unacked

HERE = ["127.0.0.1"]
LONG = 3_600_000  # ms
OPTIONS = {"sndbuf": SNDBUF}
PEER = "P"  # the session that has the other ends, "A1'" of "A1"


class Steps:
    """Of a World, which is below."""

    def do_connect(self, s, a):
        """The session connects to the peer: a socket for this association alone."""
        self.associate(self.client(s), self.clients[PEER], a, "{}", "{}'")

    def do_accept(self, s, a):
        """The peer connects to the session's socket, which has many."""
        self.associate(self.clients[PEER], self.client(s), a, "{}'", "{}")

    def associate(self, near, far, a, near_name, far_name):
        need(a not in self.ids and far.port)
        self.say(near.session.name, "connect", far.session.name)
        near_id = near.line.call("connect", addrs=HERE, port=far.port, options=OPTIONS)["assoc"]
        notes = self.observer.notes
        self.observer.wait(lambda: len(notes) >= 2)
        (far_id,) = {params["assoc"] for _, params in notes} - {near_id}
        notes.clear()
        for name, ident in ((near_name.format(a), near_id), (far_name.format(a), far_id)):
            self.ids[name], self.names[ident] = ident, name
        self.model.associate((near_name.format(a), near.session), (far_name.format(a), far.session))

    def target(self, a, epoch=None, key="epoch"):
        """(the model's epoch, the call's parameters) for an association that is, was, or never will be."""
        need(a in self.ids)
        params = {"assoc": self.ids[a]}
        if epoch is None:
            return None, params
        now = self.model.assocs[a].epoch if a in self.model.assocs else 1
        number = max(1, now + {"now": 0, "old": -1, "next": 1}[epoch])
        return number, {**params, key: number}

    # --- calls of an owner ---

    def do_deliver(self, a, count):
        """The peer sends, all at once."""
        peer, name = self.clients[PEER], f"{a}'"
        need(name in self.ids)
        calls, expected = [], []
        for _ in range(count):
            message = self.message(a)
            expected.append(self.expect(self.model.send, peer.session, name, None, message, False, None))
            calls.append(("send", {"assoc": self.ids[name], "text": message.text, "stream": message.stream, "timeout_ms": 0}))
        self.say(PEER, f"send, {count} times", {"assoc": name})
        with self.at_once() if count > 1 else contextlib.nullcontext():
            for ident, each in zip(peer.line.start(*calls), expected):
                self.hear(peer, ident, "send", each, plain)

    def message(self, a):
        number = self.number("text")
        return Message(number % 3, f"{number} for {a} ".ljust(SIZE, "."))

    def do_send(self, s, a, epoch, count, wait):
        client = self.client(s)
        number, params = self.target(a, epoch)
        for _ in range(count):
            ticket, message = self.number("ticket"), self.message(a)
            expected = self.expect(self.model.send, client.session, a, number, message, wait, ticket)
            sent = {"text": message.text, "stream": message.stream, "timeout_ms": LONG if wait else 0}
            self.ask(client, "send", {**params, **sent}, expected, ticket)
            self.model.settle()

    def do_recv(self, s, a, epoch, most, auto, wait):
        client, ticket = self.client(s), self.number("ticket")
        number, params = self.target(a, epoch)
        expected = self.expect(self.model.recv, client.session, a, number, most, auto, wait, ticket)
        params |= {"max": most, "ack": "auto" if auto else "explicit"} | ({} if wait else {"timeout_ms": 0})
        self.ask(client, "recv", params, expected, ticket, items_of)

    def do_hear(self, a):
        """The peer reads all there is."""
        self.do_recv(PEER, f"{a}'", None, 256, True, False)

    def do_ack(self, s, a, epoch, upto):
        client = self.client(s)
        number, params = self.target(a, epoch)
        seq = 1
        if a in self.model.assocs:
            sequence = self.model.assocs[a].sequence
            seq = {"all": sequence.delivered, "part": (sequence.acked + sequence.delivered + 1) // 2, "same": sequence.acked,
                   "beyond": sequence.delivered + 1, "back": sequence.acked - 1, "far": sequence.delivered + 1000}[upto]
        need(seq >= 0)
        expected = self.expect(self.model.ack, client.session, a, number, seq)
        if not expected:
            sequence = self.model.assocs[a].sequence
            expected = {"acked": seq, "unacked": unacked(sequence)}
        self.ask(client, "ack", {**params, "seq": seq}, expected)

    def do_subscribe(self, s, a, credit, auto):
        client, name = self.client(s), f"sub{self.number('sub')}"
        params = {"data": True, "ack": "auto" if auto else "explicit"}
        if a:
            params |= self.target(a)[1]
        if credit is not None:
            params["credit"] = credit
        reader = Reader(name, float("inf") if credit is None else credit, auto)
        expected = self.expect(self.model.subscribe, client.session, a, reader)
        answer = self.ask(client, "subscribe", params, expected, normal=lambda result: None)
        if not expected:
            client.subs[answer["sub"]] = name
            reader.sub = answer["sub"]

    def reader(self, s, a):
        """The subscription of a session to an association, or to all it has."""
        client = self.client(s)
        place = self.model.assocs.get(a) if a else client.session
        need(place and place.reader and (not a or place.owner is client.session))
        return client, place

    def do_credit(self, s, a, add):
        client, place = self.reader(s, a)
        need(place.reader.credit != float("inf"))
        place.reader.credit += add
        self.ask(client, "credit", {"sub": place.reader.sub, "add": add}, {"credit": place.reader.credit})

    def do_unsubscribe(self, s, a):
        client, place = self.reader(s, a)
        sub, place.reader = place.reader.sub, None
        self.ask(client, "unsubscribe", {"sub": sub}, {})

    def do_setopts(self, s, a, epoch):
        client = self.client(s)
        number, params = self.target(a, epoch)
        need(a not in self.model.assocs or self.model.assocs[a].phase != "closed")
        expected = self.expect(self.model.owned, client.session, a, number)
        self.ask(client, "setopts", {**params, "options": {"nodelay": True}}, expected if isinstance(expected, str) else {})

    def do_eof(self, s, a, epoch):
        self.simple(s, a, epoch, "eof", self.model.shut_down, timeout_ms=LONG)

    def do_abort(self, s, a, epoch):
        # An association that is not read now would be given up by a timer.
        need(a not in self.model.assocs or not self.model.assocs[a].sequence.paused)
        self.simple(s, a, epoch, "abort", self.model.abort)

    def do_peer_abort(self, a):
        """And reads all there is, at once: so it is never an association that is not read."""
        peer, name, ticket = self.clients[PEER], f"{a}'", self.number("ticket")
        number, params = self.target(name)
        expected = (self.expect(self.model.abort, peer.session, name, number) or {},
                    self.expect(self.model.recv, peer.session, name, number, 256, True, False, ticket))
        self.say(PEER, "abort, recv", params)
        calls = ("abort", params), ("recv", {**params, "max": 256, "ack": "auto", "timeout_ms": 0})
        with self.at_once():
            for ident, (method, _), each in zip(peer.line.start(*calls), calls, expected):
                self.hear(peer, ident, method, each, items_of if method == "recv" else plain)

    def do_withdraw(self, s, a, epoch):
        self.simple(s, a, epoch, "withdraw", self.model.withdraw)

    def simple(self, s, a, epoch, method, call, **more):
        client = self.client(s)
        number, params = self.target(a, epoch)
        self.ask(client, method, params | more, self.expect(call, client.session, a, number) or {})

    # --- another owner ---

    def do_handoff(self, s, a, epoch, to, brief):
        client = self.client(s)
        need(to is None or to in self.clients)
        number, params = self.target(a, epoch)
        ttl = model.BRIEF if brief else LONG
        target = self.clients[to].session if to else None
        expected = self.expect(self.model.handoff, client.session, a, number, target, ttl)
        params |= {"ttl_ms": ttl} | ({} if to is None else {"to": to if self.number("ticket") % 2 else self.clients[to].id})
        answer = self.ask(client, "handoff", params, expected or self.model.assocs[a].epoch,
                          normal=lambda result: result["epoch"])
        if not expected:
            self.tokens.setdefault(a, []).append((self.model.assocs[a].offer or object(), answer["token"]))

    def token(self, a, which):
        """(the model's offer, the text): of the offer that stands, one that is over, another association's, forged."""
        mine = self.tokens.get(a, [])
        offer = self.model.assocs[a].offer if a in self.model.assocs else None
        if which == "good":
            need(offer)
            return mine[-1]
        if which == "used":
            need([each for each in mine if each[0] is not offer])
            return object(), next(text for each, text in reversed(mine) if each is not offer)
        if which == "other":
            others = [tokens[-1] for name, tokens in self.tokens.items() if name != a]
            need(others)
            return object(), others[-1][1]
        return object(), "0123456789abcdef" * 4

    def do_claim(self, s, a, epoch, token, linger, steal):
        client = self.client(s)
        number, params = self.target(a, epoch, "expect_epoch")
        offer = None
        if token and not steal:
            offer, params["token"] = self.token(a, token)
        if linger is not None:
            params["linger_ms"] = linger
        expected = self.expect(self.model.claim, client.session, a, number, offer, linger, steal)
        self.ask(client, "steal" if steal else "claim", params, expected or claimed(self.model.assocs[a]),
                 normal=lambda result: tuple(result[key] for key in CLAIMED))

    def do_release(self, s, a, epoch, linger):
        client = self.client(s)
        number, params = self.target(a, epoch)
        before = self.model.assocs[a].linger if a in self.model.assocs else None
        expected = self.expect(self.model.release, client.session, a, number, linger)
        if linger is not None:
            params["linger_ms"] = linger
        self.ask(client, "release", params, expected or {})
        if not expected:
            self.await_lapses(int((before if linger is None else linger) == model.BRIEF))
