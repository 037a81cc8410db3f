"""A client that listens, with a peer made by hand: it sends what no stack would."""
import pytest

import sctpd
from wire import ABORT, WirePeer, causes, chunk

HERE = "127.0.0.1"


def names(items):
    return [item.get("event", "data") for item in items]


def accept(daemon, client, opened):
    """A peer made by hand, and the association it has."""
    peer = WirePeer(daemon, opened["port"])
    return peer, client.recv_event("assoc_change", "comm_up", socket=opened["socket"])["assoc"]


class Wired:
    """A client that listens, and a peer made by hand that has associated with it."""

    def __init__(self, daemon, client=None, **options):
        self.daemon, self.client = daemon, client or daemon.client()
        self.opened = self.client.call("open", addrs=[HERE], listen=True, options=options)
        self.peer, self.assoc = self.another()

    def another(self):
        return accept(self.daemon, self.client, self.opened)

    def rest(self):
        """All that is still to be read, the end included."""
        items = []
        while not items or items[-1].get("state") not in ("comm_lost", "shutdown_comp"):
            items += self.client.recv(assoc=self.assoc, max=1)
        return items

    def everything(self):
        """What there is to read until the association is gone: some of it comes behind the end."""
        items = []
        with pytest.raises(sctpd.RpcError) as gone:
            while True:
                items += self.client.recv(assoc=self.assoc, max=16)
        assert gone.value.name in ("assoc_closed", "no_such_assoc"), gone.value
        return items

    def abort(self, reason=b""):
        self.peer.send(chunk(ABORT, causes((12, reason))))
