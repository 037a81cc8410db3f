"""Steps at random, from what is there."""
from model import BRIEF
from steps import LONG, PEER

SESSIONS, ASSOCS = 5, 10  # most at a time


# How often, and by what name the world knows it.
WEIGHTS = {"session": 3, "kill": 3, "resume": 3, "connect": 4, "accept": 4, "deliver": 14, "hear": 3, "send": 5, "burst": 2,
           "recv": 20, "ack": 16, "subscribe": 3, "credit": 2, "unsubscribe": 1.5, "setopts": 2, "eof": 0.7, "abort": 0.3, "peer_eof": 0.4,
           "peer_abort": 0.3, "handoff": 6, "withdraw": 2, "claim": 8, "steal": 3, "release": 2, "list": 3}
STEPS = {"burst": "send", "peer_eof": "eof", "steal": "claim"}


class Moves:
    def __init__(self, rng, there):
        self.rng, self.world, self.model = rng, there, there.model
        self.made = 0

    def __iter__(self):
        while True:
            (name,) = self.rng.choices(list(WEIGHTS), WEIGHTS.values())
            args = getattr(self, name)()
            if args is not None:
                yield STEPS.get(name, name), args

    # --- what to choose from ---

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def one(self, of):
        return self.rng.choice(of) if of else None

    def name(self, letter):
        self.made += 1
        return f"{letter}{self.made}"

    def connected(self):
        return [name for name, client in self.world.clients.items() if client.session.connected and name != PEER]

    def assocs(self, wanted=lambda a: True):
        return [a.name for a in self.model.assocs.values() if not a.name.endswith("'") and wanted(a)]

    def gone(self):
        return [name for name in self.world.ids if name not in self.model.assocs and not name.endswith("'")]

    def assoc(self, usual=lambda a: True):
        """Usually such a one, seldom one that was."""
        if self.chance(2):
            return self.one(self.gone()[-3:])
        return self.one(self.chance(85) and self.assocs(usual) or self.assocs())

    def user(self, a, usually=90):
        """Who calls: usually the owner."""
        owner = self.model.assocs[a].owner if a in self.model.assocs else None
        if owner and owner.connected and self.chance(usually):
            return owner.name
        return self.one(self.connected())

    def call(self, usual=lambda a: a.owner and a.owner.connected, **more):
        """Of an owner, or who thinks that he is."""
        a = self.assoc(usual)
        s = self.user(a)
        return {"s": s, "a": a, **more} if s and a else None

    def fenced(self, **more):
        return self.call(epoch=self.epoch(), **more)

    def epoch(self):
        return self.rng.choices((None, "now", "old", "next"), (70, 20, 5, 5))[0]

    def linger(self):
        return self.rng.choices((LONG, BRIEF, 0), (80, 15, 5))[0]

    # --- steps, by their names ---

    def session(self):
        alive = [c for c in self.world.clients.values() if c.session.connected or self.model.of(c.session)]
        return {"s": self.name("S"), "linger": self.linger()} if len(alive) <= SESSIONS else None

    def kill(self):
        s = self.one(self.connected())
        return s and {"s": s, "hasty": self.chance(50)}

    def resume(self):
        away = [name for name, client in self.world.clients.items() if not client.session.connected]
        s = self.one(away[-4:] if self.chance(90) else self.connected())
        return s and {"s": s, "forged": self.chance(5)}

    def connect(self):
        s = self.one(self.connected())
        return {"s": s, "a": self.name("A")} if s and len(self.assocs()) < ASSOCS else None

    accept = connect

    def deliver(self):
        a = self.assoc(lambda a: a.end.peer)
        return a and {"a": a, "count": self.one((1, 1, 1, 2, 3, 12))}

    def hear(self):
        a = self.assoc(lambda a: f"{a.name}'" in self.model.assocs)
        return a and {"a": a}

    def send(self):
        return self.fenced(count=1, wait=self.chance(70))

    def burst(self):
        return self.call(lambda a: a.end.state == "up", epoch=None, count=self.one((8, 16)), wait=True)

    def recv(self):
        return self.fenced(most=self.one((1, 1, 2, 5, 64)), auto=self.chance(20), wait=self.chance(35))

    def ack(self):
        return self.fenced(upto=self.rng.choices(("all", "part", "same", "beyond", "back", "far"), (40, 30, 5, 10, 10, 5))[0])

    def subscribe(self):
        call = self.call(credit=None if self.chance(30) else self.one((0, 1, 3, 10)), auto=self.chance(25))
        return {**call, "a": None, "credit": None} if call and self.chance(20) else call

    def credit(self):
        return self.call(lambda a: a.reader, add=self.one((1, 3, 20)))

    def unsubscribe(self):
        call = self.call(lambda a: a.reader)
        return {**call, "a": None} if call and self.chance(50) else call

    def setopts(self):
        return self.fenced()

    eof = abort = withdraw = setopts

    def peer_eof(self):
        a = self.assoc(lambda a: a.end.peer)
        return a and {"s": PEER, "a": f"{a}'", "epoch": None}

    def peer_abort(self):
        a = self.assoc(lambda a: a.end.peer)
        return a and {"a": a}

    def handoff(self):
        to = self.one([None, *self.connected()] if self.chance(90) else [*self.world.clients])
        return self.fenced(to=to, brief=self.chance(15))

    def claim(self, steal=False):
        a = self.assoc()
        s = self.user(a, 5)
        offer = a in self.model.assocs and self.model.assocs[a].offer
        token = None if steal else self.rng.choices((None, "good", "used", "other", "forged"), (50, 35, 5, 5, 5))[0]
        if offer and offer.to and offer.to.connected and self.chance(60):
            s = offer.to.name
        return {"s": s, "a": a, "epoch": self.epoch(), "token": token, "linger": self.linger() if self.chance(30) else None,
                "steal": steal} if s and a else None

    def steal(self):
        return self.claim(steal=True)

    def release(self):
        return self.fenced(linger=self.linger() if self.chance(60) else None)

    def list(self):
        return {}
