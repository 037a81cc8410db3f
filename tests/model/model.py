"""What the daemon promises about owners, as a program: what each call answers, and what comes of it.

An association has one owner at an epoch, and both change in one step; no other's call has an effect. What its owner receives
is in sequence.py: all that was not acknowledged is the next owner's. It is held for its owner, or for who claims it, for as long
as it lingers; then it is closed. Sockets are not seen here: what changes hands alone has one of its own, or gets one.
"""
from types import SimpleNamespace as Offer  # of an association to a session, or (None) to whoever has the token

from sequence import Sequence
from stack import Refused, refuse, two_ends

BRIEF = 1  # ms: a linger or a time to live that is over when the step is; a longer one never is
PHASES = {"shutdown": "shutdown_pending", "shutdown_comp": "closed", "comm_lost": "closed"}  # by what was received


class Session:
    def __init__(self, name, linger):
        self.name, self.linger, self.connected, self.reader, self.told = name, linger, True, None, []


class Assoc:
    def __init__(self, name, owner, end):
        self.name, self.owner, self.linger, self.end = name, owner, owner.linger, end
        self.epoch, self.offer, self.reader, self.sequence, self.phase = 1, None, None, Sequence(), "established"
        self.closing = False  # it will never have an owner again

    def ownership(self):
        if self.offer or not self.owner:
            return "offered" if self.offer else "unowned"
        return "owned" if self.owner.connected else "held"


class Model:
    def __init__(self):
        self.assocs = {}  # by name
        self.answers = []  # to calls that waited

    def associate(self, *named_owners):
        for (name, owner), end in zip(named_owners, two_ends()):
            self.assocs[name] = Assoc(name, owner, end)

    def find(self, name):
        refuse(no_such_assoc=name not in self.assocs)
        return self.assocs[name]

    def of(self, who):
        return [a for a in self.assocs.values() if a.owner is who]

    # --- an owner's calls ---
    def owned(self, who, name, epoch=None):
        """Every one of them comes through here."""
        a = self.find(name)
        refuse(not_owner=a.owner is not who, wrong_epoch=epoch not in (None, a.epoch))
        return a

    def recv(self, who, name, epoch, most, auto, wait, ticket):
        a = self.owned(who, name, epoch)
        refuse(data_subscribed=a.reader or who.reader)
        return a.sequence.recv(most, auto, wait, ticket)

    def ack(self, who, name, epoch, seq):
        self.owned(who, name, epoch).sequence.acknowledge(seq)

    def subscribe(self, who, name, reader):
        """To one association, or to all that the caller owns, now and later."""
        place = self.owned(who, name) if name else who
        refuse(data_subscribed=place.reader)
        place.reader = reader
        for a in [place] if name else self.of(who):
            self.fail("data_subscribed", a.sequence.receivers)

    def fail(self, error, calls):
        self.answers += [(call[0], Refused(error)) for call in calls]
        calls.clear()

    def send(self, who, name, epoch, message, wait, ticket):
        a = self.owned(who, name, epoch)
        refuse(assoc_closed=a.phase != "established")
        return a.end.send(message, wait, ticket)

    def shut_down(self, who, name, epoch):
        a = self.owned(who, name, epoch)
        refuse(assoc_closed=a.phase == "closed")
        if a.phase == "established":
            a.end.shut_down()
        a.phase = "shutdown_pending"

    def abort(self, who, name, epoch):
        self.owned(who, name, epoch).end.abort()

    # --- offers ---
    def handoff(self, who, name, epoch, to, ttl):
        a = self.owned(who, name, epoch)
        refuse(already_offered=a.offer, offer_to_self=to is who, no_such_session=to and not to.connected)
        a.offer = Offer(to=to)
        self.tell(a, to, who, "offered")
        if ttl == BRIEF:
            self.end_offer(a, "expired")

    def withdraw(self, who, name, epoch):
        a = self.owned(who, name, epoch)
        refuse(no_such_offer=not a.offer)
        self.end_offer(a, "withdrawn", who)

    def end_offer(self, a, how, caller=None):
        to, a.offer = a.offer.to, None
        self.tell(a, to, caller, "offer_ended", how)

    def tell(self, a, other, caller, *what):
        """Those concerned, but not whose call it was: the answer says it."""
        for each in (a.owner, other):
            if each and each.connected and each is not caller:
                each.told.append((a.name, *what))

    # --- another owner ---
    def claim(self, who, name, epoch, token, linger, steal=False):
        """Of what is offered to the caller or by its token, of what has no owner who is there; or, by force, of all."""
        a = self.find(name)
        offered = a.offer and not steal and (token or a.offer.to is who)
        refuse(already_owner=a.owner is who, socket_closing=a.closing, wrong_epoch=epoch not in (None, a.epoch),
               bad_token=token and (token is not a.offer or a.offer.to not in (None, who)),
               owned=a.owner and a.owner.connected and not offered and not steal)
        self.change(a, who, "stolen" if steal else "handed_off" if offered else "claimed", linger, who)

    def release(self, who, name, epoch, linger):
        a = self.owned(who, name, epoch)
        self.change(a, None, "released", linger, who)
        self.hold(a)

    def change(self, a, to, how, linger, caller):
        """The one step. What waited for the old owner is answered: it takes nothing that is the next one's."""
        if a.offer:
            self.end_offer(a, "taken" if how == "handed_off" else "owner_gone", caller)
        self.fail("not_owner", a.sequence.receivers)
        self.fail("not_owner", a.end.waiting)
        a.epoch += 1
        self.tell(a, to, caller, "owner_changed", how, a.epoch, a.sequence.seq, a.sequence.acked)
        a.owner, a.reader, a.linger = to, None, a.linger if linger is None else linger
        a.sequence.rewind()

    # --- an owner who is not there ---
    def kill(self, who):
        """Its connection ends."""
        who.connected, who.reader = False, None
        for a in self.assocs.values():
            if a.offer and a.offer.to is who:
                self.end_offer(a, "target_gone")
        for a in self.of(who):
            a.reader = None
            a.sequence.receivers.clear()
            a.end.waiting.clear()
            self.hold(a)

    def resume(self, who):
        """Every session has a socket that listens, so it is there as long as that is, or anything else it owns."""
        refuse(session_in_use=who.connected, bad_token=who.linger <= BRIEF and not self.of(who))
        who.connected = True
        for a in self.of(who):
            a.sequence.rewind()

    def hold(self, a):
        if a.linger <= BRIEF:
            a.owner, a.closing = None, True
            a.sequence.discard()
            if a.phase == "established" and a.end.state == "up":
                a.end.shut_down()
                a.phase = "shutdown_pending"

    # --- unasked ---
    def settle(self):
        """What was received goes to whoever reads, sends that waited go on, stacks are read; until there is nothing to do."""
        while any([self.turn(a) for a in list(self.assocs.values())]):
            pass

    def turn(self, a):
        self.hand_out(a)
        if a.phase == "closed" and not (a.sequence.paused or a.sequence.items or a.end.inbox):
            self.fail("assoc_closed", a.sequence.receivers)
            del self.assocs[a.name]
        answers = list(a.end.go_on_sending())
        self.answers += answers
        return self.read(a) or answers

    def hand_out(self, a):
        if a.owner and a.owner.connected:
            reader = a.reader or a.owner.reader
            a.owner.told += [(a.name, reader.name, *item) for item in a.sequence.pushed(reader)]
            self.answers += a.sequence.answers()

    def read(self, a):
        """Whether there was anything."""
        before = a.sequence.seq
        while a.end.inbox and not a.sequence.paused:
            what = a.end.read()
            a.sequence.push(what)
            a.phase = PHASES.get(what, a.phase)
            a.sequence.over = a.phase == "closed"
            if a.closing:
                a.sequence.discard()
        return a.sequence.seq > before
