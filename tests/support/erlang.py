"""Erlang's gen_sctp as a peer on the kernel's stack: the programs of tests/lab/peers."""

import json

from hosts import TESTS
from peer import Peer, needs

PROGRAMS = TESTS / "lab" / "peers"
TIMEOUT = 60  # seconds: the emulator takes its time to start


class Erlang(Peer):
    """One of the programs: a JSON object per line."""

    def __init__(self, program, *arguments):
        needs("escript", "erlang-base")
        super().__init__(PROGRAMS / program, *arguments)

    def event(self, **members):
        """The next line with these members."""
        while True:
            found = json.loads(self.expect(r"^\{.*\}$", TIMEOUT)[0])
            if all(found.get(name) == value for name, value in members.items()):
                return found


class Driven(Erlang):
    """The one that does what it is told."""

    def __init__(self, *addrs, adaptation=0):
        super().__init__("gen_sctp_driven", "--adaptation", adaptation, ",".join(addrs), 0)
        self.port = self.event(event="listening")["port"]
        self.event(event="ready")

    def tell(self, term):
        """Gives it an Erlang term, and passes over what it says until that is done; how it went."""
        self.write(f"{term}.\n")
        return self.event(event="did")["result"]

    def send(self, assoc, text, stream=0, ppid=0, flags="[]", ttl=0):
        assert self.tell(f'{{send,{assoc},{stream},{ppid},{flags},{ttl},<<"{text}">>}}') == "ok"
