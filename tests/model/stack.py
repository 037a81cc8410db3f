"""What the fake stack does between the two ends of an association, and what waits for room in it, as far as a daemon's
answers depend on it. The model beside it is about owners."""
import collections

SIZE = 64  # bytes of every message
SNDBUF = 10 * SIZE  # of every end: what the other has not read counts
WAITS = object()  # the answer to a call comes later

Message = collections.namedtuple("Message", "stream text")  # all else that is received is an event, by its name


class Refused(Exception):
    """The call has no effect; the name of the error."""


def refuse(**errors):
    """The first that is the case."""
    for name, wrong in errors.items():
        if wrong:
            raise Refused(name)


class End:
    """One end. What its daemon is to read waits in `inbox`."""

    def __init__(self):
        self.inbox, self.peer = collections.deque(), None
        self.state = "up"  # or pending, sent, received (a shutdown, RFC 9260 9.2), over
        self.unread = 0  # messages of ours that the peer has not read
        self.blocked = False  # a message found no room, and there has been none since
        self.waiting, self.sent = collections.deque(), 0  # (ticket, message); how many were accepted
        self.shutdown_waits = False  # for those that wait

    # --- the daemon's calls ---

    def send(self, message, wait, ticket):
        if not self.waiting and self._put(message):
            return {"message": self.sent}
        refuse(would_block=not wait)
        self.waiting.append((ticket, message))
        return WAITS

    def go_on_sending(self):
        """Answers of those that waited."""
        while self.waiting and not self.blocked:
            ticket, message = self.waiting[0]
            try:
                if not self._put(message):
                    break
                yield ticket, {"message": self.sent}
            except Refused as error:
                yield ticket, error
            self.waiting.popleft()
        if self.shutdown_waits and not self.waiting:
            self.shutdown_waits = False
            if self.state == "up":
                self.shut_down()

    def read(self):
        what = self.inbox.popleft()
        if isinstance(what, Message) and self.peer:
            self.peer._was_read()
        return what

    def shut_down(self):
        self.shutdown_waits = bool(self.waiting)
        if self.shutdown_waits or self.state == "received":
            return
        refuse(assoc_closed=self.state != "up")
        self.state = "pending"
        self._go_on_shutting_down()

    def abort(self):
        """What the peer had sent and we have not read comes back to it."""
        refuse(assoc_closed=self.state == "over")
        peer, lost = self.peer, [what for what in self.inbox if isinstance(what, Message)]
        self._end("comm_lost")
        self.inbox = collections.deque(what for what in self.inbox if not isinstance(what, Message))
        peer.inbox.extend(f"send_failed {message.text}" for message in lost)

    # --- what comes of them ---

    def _put(self, message):
        """Whether there was room."""
        refuse(assoc_closed=self.state != "up")
        self.blocked = self.unread > 0 and (self.unread + 1) * SIZE > SNDBUF
        if not self.blocked:
            self.unread += 1
            self.sent += 1
            self.peer.inbox.append(message)
        return not self.blocked

    def _was_read(self):
        self.unread -= 1
        if self.unread * SIZE <= SNDBUF // 2:
            self.blocked = False
        self._go_on_shutting_down()

    def _go_on_shutting_down(self):
        """SHUTDOWN goes once all that was sent is acknowledged, which here means read."""
        if self.unread:
            return
        if self.state == "pending":
            self.state = "sent"
            if self.peer.state != "sent":
                self.peer.state = "received"
            self.peer.inbox.append("shutdown")
        if not self.peer.unread and "sent" in (self.state, self.peer.state):
            self._end("shutdown_comp")

    def _end(self, how):
        for each in (self, self.peer):
            each.inbox.append(how)
            each.state, each.unread, each.blocked = "over", 0, False
        self.peer.peer = self.peer = None


def two_ends():
    """Of an association that has come up."""
    one, other = End(), End()
    one.peer, other.peer = other, one
    one.inbox.append("comm_up")
    other.inbox.append("comm_up")
    return one, other
