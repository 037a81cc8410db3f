"""Owners that are killed with SIGKILL in the middle of their work, one after the other, while a peer sends without pause; and
what they had written down by then, held against each other.

Each owner claims the association, reads it by a subscription, writes each item into a pipe, its journal, before it acknowledges,
and acknowledges in batches. Some die at a moment of their own choice, see MOMENTS. It is a program of its own, because it forks:
its argument and what it prints are JSON.
"""
import binascii
import collections
import json
import os
import random
import select
import signal
import sys
import time
import traceback

from line import Line

BATCH = 16
CREDIT = 4 * BATCH + 5  # so that who waits for more is in mid-batch
STREAMS = 4
WINDOW = 64  # sends of the peer that are not answered
LINGER = 60000  # ms
LIFE = 20  # seconds, in which an owner gets anywhere
SIZE, PEERS_SIZE = 4000, 200  # bytes of what owners send, and the peer
# A window that opens again is soon noticed (ms); and that it stays shut for long is not the end of an association.
FAST = {"rtoinfo": {"initial": 100, "min": 100, "max": 300}, "associnfo": {"asocmaxrxt": 60000},
        "peer_addr_params": {"pathmaxrxt": 60000}}

# Of ten owners: between claim and its answer, right after an acknowledgement was written, while a send waits.
MOMENTS = {3: "claim", 5: "ack", 7: "send"}
# What a client of the peer may see, for it reads nothing; not that anything happened to its association.
QUIET = {"paused", "resumed", "assoc_opened", "assoc_change comm_up", "peer_addr_change addr_confirmed", "authentication"}


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def write(fd, *words):
    os.write(fd, (" ".join(map(str, words)) + "\n").encode())


class Owner:
    """A process of its own, which does not end by itself."""

    def __init__(self, path, assoc, moment, stop, journal):
        self.line, self.assoc, self.moment, self.journal = Line(path, timeout=LIFE), assoc, moment, journal
        self.stop = stop  # after so many items it stands still until it is killed; 0: it does not
        self.unacked, self.messages = 0, 0  # items since the last acknowledgement, and messages among them

    def live(self, epoch, fill):
        self.claim(epoch)
        if fill:
            self.fill()
        while True:
            self.line.wait(lambda: self.line.notes)
            notes, self.line.notes = self.line.notes, []
            for method, note in notes:
                if "sub" in note:
                    self.take(method, note)
            for answer in self.line.answers.values():
                if isinstance(answer, str):
                    write(self.journal, "error", answer)
            self.line.answers.clear()

    def claim(self, epoch):
        hello = ("hello", {"ack": "explicit", "linger_ms": LINGER})
        _, subscribe = self.line.start(hello, ("subscribe", {"data": True, "credit": CREDIT}))
        self.sub = self.line.answer(subscribe)["sub"]
        began = time.monotonic()
        (claim,) = self.line.start(("claim", {"assoc": self.assoc, "expect_epoch": epoch}))
        if self.moment == "claim":
            die()
        got = self.line.answer(claim)
        if got == "wrong_epoch":  # an owner before had claimed it, and died before it knew
            began = time.monotonic()
            got = self.line.call("claim", assoc=self.assoc, expect_epoch=epoch + 1)
        if isinstance(got, str):
            raise ValueError(f"claim: {got}")
        write(self.journal, "claim", got["epoch"], got["acked"])
        self.line.wait(lambda: any("sub" in note for _, note in self.line.notes))
        write(self.journal, "first", int((time.monotonic() - began) * 1e6))

    def take(self, method, note):
        number = int(binascii.a2b_base64(note["data"])) if method == "data" else -1
        write(self.journal, "item", note["seq"], note.get("stream", 0), number, int("redelivered" in note))
        self.unacked += 1
        self.messages += method == "data"
        self.stop -= 1
        while self.stop == 0:
            signal.pause()
        if self.unacked == BATCH:
            self.acknowledge(note["seq"])

    def acknowledge(self, seq):
        ack = ("ack", {"assoc": self.assoc, "seq": seq})
        write(self.journal, "ack", seq)
        self.line.start(ack, ("credit", {"sub": self.sub, "add": max(1, self.messages)}))
        self.unacked = self.messages = 0
        if self.moment == "ack":
            die()
        if self.moment == "send":
            self.send_that_waits()
            die()

    def send_that_waits(self):
        send = ("send", {"assoc": self.assoc, "text": "never" + "." * SIZE, "timeout_ms": LINGER})
        send, ping = self.line.start(send, ("ping", {}))
        self.line.answer(ping)
        write(self.journal, "waits", int(send not in self.line.answers))

    def fill(self):
        """Sends until nothing goes any more, for the peer does not read."""
        count = 0
        while self.line.call("send", assoc=self.assoc, text=f"{count} ".ljust(SIZE, "."), timeout_ms=1000) != "would_block":
            count += 1
        write(self.journal, "filled", count)


class Peer:
    """A process of its own: it is told a port, sends until it is told to end, and says what it sent and what it saw."""

    def __init__(self, path, connect, said, told):
        self.line, self.said, self.told = Line(path, timeout=LIFE), said, told
        self.line.call("hello", ack="auto")
        self.line.call("subscribe")
        port = int(os.read(told, 100))
        options = {**FAST, **connect}
        self.assoc = self.line.call("connect", addrs=["127.0.0.1"], port=port, options=options)["assoc"]
        self.sent = [0] * STREAMS
        self.waiting = set()

    def live(self):
        while not select.select([self.told], [], [], 0)[0]:
            self.line.comes(lambda: self.answered() <= WINDOW // 2, 0.1)
            self.start(WINDOW - len(self.waiting) if self.answered() <= WINDOW // 2 else 0)
        os.read(self.told, 100)
        self.line.wait(lambda: self.answered() == 0)
        write(self.said, "sent", *self.sent)
        self.look(int(os.read(self.told, 100)))
        os._exit(0)

    def start(self, count):
        calls = []
        for _ in range(count):
            stream = random.randrange(STREAMS)
            text = str(self.sent[stream]).ljust(PEERS_SIZE)
            calls.append(("send", {"assoc": self.assoc, "text": text, "stream": stream, "timeout_ms": LINGER}))
            self.sent[stream] += 1
        self.waiting.update(self.line.start(*calls) if calls else ())

    def answered(self):
        """How many are not."""
        for ident, answer in list(self.line.answers.items()):
            if isinstance(answer, str):
                write(self.said, "saw", f"send_{answer}")
            self.waiting.discard(ident)
            del self.line.answers[ident]
        return len(self.waiting)

    def look(self, expected):
        """At what came unasked, and at the messages received: as many as are expected, and whether there are more."""
        (listed,) = [each for each in self.line.call("list", what=["assocs"])["assocs"] if each["assoc"] == self.assoc]
        write(self.said, "state", listed["state"])
        for _, note in self.line.notes:
            what = f"{note['event']} {note['state']}" if "state" in note else note["event"]
            if note.get("assoc") == self.assoc and what not in QUIET:
                write(self.said, "saw", *what.split())
        heard = []
        while isinstance(got := self.recv(LIFE * 1000 // 2 if len(heard) < expected else 500), dict):
            heard += [item["text"].split()[0] for item in got["items"] if item["type"] == "data"]
        for text in heard:
            write(self.said, "heard", text)

    def recv(self, timeout_ms):
        return self.line.call("recv", assoc=self.assoc, max=256, timeout_ms=timeout_ms, encoding="text")


class Ledger:
    """All journals, one after the other."""

    def __init__(self):
        self.figures = dict.fromkeys(("messages", "redelivered", "lost", "unmarked", "misordered", "forgotten", "mid_batch",
                                      "claims_unanswered", "waiting_sends", "errors"), 0)
        self.latest, self.epoch = 0, 1  # number of the latest item that anybody wrote down
        self.next = [0] * STREAMS
        self.first_us, self.sent = [], None

    def born(self):
        self.before = None  # number of the item before, in this life
        self.open = 0  # items that are not acknowledged

    def read(self, line):
        what, *words = line.split()
        getattr(self, what)(*(words if what == "error" else map(int, words)))

    def claim(self, epoch, acked):
        self.epoch, self.before = epoch, acked
        self.figures["forgotten"] += acked > self.latest  # nobody had written down what was acknowledged

    def first(self, microseconds):
        self.first_us.append(microseconds)

    def item(self, seq, stream, number, redelivered):
        self.figures["misordered"] += seq != self.before + 1
        self.figures["lost"] += max(0, seq - self.latest - 1)
        self.before = seq
        self.open += 1
        if seq <= self.latest:
            self.figures["redelivered"] += 1
            self.figures["unmarked"] += not redelivered
            return
        self.latest = seq
        if number >= 0:
            self.figures["messages"] += 1
            self.figures["misordered"] += number != self.next[stream]
            self.next[stream] = number + 1

    def ack(self, _seq):
        self.open = 0

    def waits(self, yes):
        self.figures["waiting_sends"] += yes

    def filled(self, count):
        self.sent = count

    def error(self, name):
        self.figures["errors"] += 1
        print(f"an owner was told {name}", file=sys.stderr)

    def died(self):
        self.figures["claims_unanswered"] += self.before is None
        self.figures["mid_batch"] += self.open > 0

    def summary(self):
        ordered = sorted(self.first_us)
        part = {f"p{percent}_ms": ordered[(len(ordered) - 1) * percent // 100] / 1000 for percent in (50, 99)}
        return {**self.figures, **part}


class Lines:
    """What a process writes, line by line."""

    def __init__(self, fd):
        self.fd, self.rest = fd, b""

    def fileno(self):
        return self.fd

    def read(self):
        """Those that are there, after waiting for some; None: that was all."""
        chunk = os.read(self.fd, 65536)
        if not chunk:
            os.close(self.fd)
            return None
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        return [line.decode() for line in lines]


def start(run):
    """@run(fd) in a process of its own: its id, and what it writes."""
    mine, its = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(mine)
        try:
            run(its)
        except BaseException:  # it must not go on as the one it was forked from
            traceback.print_exc()
        os._exit(1)
    os.close(its)
    return pid, Lines(mine)


class Killing:
    """Owners of one association, each with its journal."""

    def __init__(self, path, assoc):
        self.path, self.assoc, self.ledger = path, assoc, Ledger()

    def life(self, enough, moment=None, stop=0, fill=False):
        """One owner: until it is enough, or until it ends itself."""
        self.ledger.born()
        pid, journal = start(lambda fd: Owner(self.path, self.assoc, moment, stop, fd).live(self.ledger.epoch, fill))
        try:
            there = self.follow(journal, enough)
        finally:
            os.kill(pid, signal.SIGKILL)
        if there:
            self.follow(journal, lambda items: False)  # what it had written before it died
        os.waitpid(pid, 0)
        self.ledger.died()

    def follow(self, journal, enough):
        """Reads it until it is enough. Whether there may be more."""
        items = 0
        while not enough(items):
            if not select.select([journal], [], [], LIFE)[0]:
                raise TimeoutError(f"an owner got nowhere: {self.ledger.figures}")
            lines = journal.read()
            if lines is None:
                return False
            items += sum(line.startswith("item") for line in lines)
            for line in lines:
                self.ledger.read(line)
        return True


class ThePeer:
    """Its process, and what it says."""

    def __init__(self, path, connect):
        its_end, self.end = os.pipe()
        self.pid, self.lines = start(lambda fd: Peer(path, connect, fd, its_end).live())
        self.words = collections.defaultdict(list)  # by the first of the line

    def tell(self, what):
        os.write(self.end, str(what).encode())

    def now(self):
        """What it has said by now."""
        while select.select([self.lines], [], [], 0)[0]:
            self.more()
        return self.words

    def more(self):
        lines = self.lines.read()
        for line in lines or ():
            what, *words = line.split()
            self.words[what].append(words)
        return lines is not None

    def all(self):
        while self.more():
            pass
        os.waitpid(self.pid, 0)
        return self.words


def main(owners, peers, connect, kills, seed):
    random.seed(seed)
    peer = ThePeer(peers, connect)  # before there is a connection that it would inherit
    opener = Line(owners)
    opener.call("hello", ack="explicit", linger_ms=LINGER)
    opener.call("subscribe", events=["assoc_opened"])
    peer.tell(opener.call("open", addrs=["127.0.0.1"], listen=True, options=FAST)["port"])
    opener.wait(lambda: opener.notes)
    killing = Killing(owners, opener.notes[0][1]["assoc"])
    ledger = killing.ledger
    opener.close()

    killing.life(lambda items: ledger.sent is not None, fill=True)
    begin = time.monotonic()
    for number in range(kills):
        most = random.randrange(1, 3 * BATCH)
        moment = MOMENTS.get(number % 10)
        killing.life(lambda items: not moment and items >= most, moment, most if number % 2 and not moment else 0)
    seconds = time.monotonic() - begin
    peer.tell("end")
    killing.life(lambda items: [[str(number) for number in ledger.next]] == peer.now()["sent"])
    peer.tell(ledger.sent)
    words = peer.all()
    print(json.dumps({"kills": kills, "seconds": seconds, **ledger.summary(), "state": words["state"], "saw": words["saw"],
                      "sent": ledger.sent, "heard": [word for (word,) in words["heard"]]}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
