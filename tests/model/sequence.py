"""What comes on an association, as its owner gets it: numbered, in order, again and marked where an owner before had it and
did not acknowledge it. At the mark the stack is not read any more, and nothing is dropped."""
import collections

from stack import WAITS, Message, Refused, refuse

MARK = 16  # messages and events that are not acknowledged: reading stops there, and goes on at half of it

Item = collections.namedtuple("Item", "seq what redelivered")


class Reader:
    """A subscription with data."""

    def __init__(self, name, credit, auto):
        self.name, self.credit, self.auto = name, credit, auto

    def takes(self, item):
        """Events take no credit, but keep their place."""
        return self.credit > 0 or not isinstance(item.what, Message)


class Sequence:
    def __init__(self):
        self.items = collections.deque()  # not acknowledged
        self.seq = self.acked = self.delivered = 0  # numbers: the latest that came, was acknowledged, was delivered
        self.paused, self.over = False, False  # not read above the mark; nothing more comes
        self.receivers = []  # calls that wait

    def push(self, what):
        self.seq += 1
        self.items.append(Item(self.seq, what, False))
        self._heed_mark()

    def _heed_mark(self):
        if self.count() <= MARK // 2 if self.paused else self.count() >= MARK:
            self.paused = not self.paused
            if not self.over:
                self.push("paused" if self.paused else "resumed")

    def count(self):
        return sum(item.what not in ("paused", "resumed") for item in self.items)

    def next(self):
        return next((item for item in self.items if item.seq > self.delivered), None)

    def take(self, most, auto):
        taken = []
        while len(taken) < most and self.next():
            taken.append(self.next())
            self.delivered = taken[-1].seq
            self.acknowledge(self.delivered if auto else self.acked)
        return taken

    def acknowledge(self, seq):
        """All up to @seq."""
        refuse(ack_backwards=seq < self.acked, ack_beyond=seq > self.delivered)
        self.acked = seq
        while self.items and self.items[0].seq <= seq:
            self.items.popleft()
        self._heed_mark()

    def rewind(self):
        """Another reads, or the same anew."""
        self.items = collections.deque(item._replace(redelivered=item.redelivered or item.seq <= self.delivered)
                                       for item in self.items)
        self.delivered = self.acked

    def discard(self):
        self.items.clear()
        self.acked = self.delivered = self.seq
        self.paused = False

    # --- who reads ---

    def recv(self, most, auto, wait, ticket):
        taken = [] if self.receivers else self.take(most, auto)
        if taken:
            return taken
        refuse(assoc_closed=self.is_read(), unacknowledged=self.is_stuck(), timeout=not wait)
        self.receivers.append((ticket, most, auto))
        return WAITS

    def is_read(self):
        return self.over and not self.paused and not self.next()

    def is_stuck(self):
        return self.paused and not self.next() and self.acked < self.delivered

    def answers(self):
        """To the calls that wait."""
        while self.receivers and self.next():
            ticket, most, auto = self.receivers.pop(0)
            yield ticket, self.take(most, auto)
        while self.receivers and self.is_stuck():
            yield self.receivers.pop(0)[0], Refused("unacknowledged")

    def pushed(self, reader):
        while reader and self.next() and reader.takes(self.next()):
            (item,) = self.take(1, reader.auto)
            reader.credit -= isinstance(item.what, Message)
            yield item
