#!/usr/bin/env python3
"""A peer that sends eight numbered requests, a tenth of a second apart. It checks that eight answers come, in order, and
that nothing else happens to its association. Usage: peer.py PORT"""

import time

from sctpd_client import Sctpd, arguments, fail, port, run, shown

REQUESTS = 8
# The events at the beginning of every association.
BEGINNING = ("comm_up", "addr_confirmed", "addr_available", "no_auth")


class Peer:
    def __init__(self, to):
        self.sctpd = Sctpd()
        self.sctpd.call("hello", ack="auto")
        self.assoc = self.sctpd.call("connect", addrs=["127.0.0.1"], port=to, timeout_ms=10000)["assoc"]
        self.answers = 0

    def take(self, item):
        if item["type"] == "event":
            if item.get("state", item.get("indication")) not in BEGINNING:
                fail(f"something happened to the association: {item.get('event')} {item.get('state', '')}".rstrip())
            return
        self.answers += 1
        text = item.get("text", "")
        print(f'received  "{shown(text)}"', flush=True)
        if not text.startswith(f"answer {self.answers} "):
            fail(f"that is not answer {self.answers}")

    def read(self, timeout_ms):
        """Reads the messages and events that arrive in that time."""
        end = time.monotonic() + timeout_ms / 1000
        while self.answers < REQUESTS and (left := int((end - time.monotonic()) * 1000)) > 0:
            answer = self.sctpd.ask("recv", assoc=self.assoc, encoding="text", timeout_ms=left)
            if "error" in answer and answer["error"]["data"]["name"] != "timeout":
                fail(f"recv failed: {answer['error']['message']}")
            for item in answer.get("result", {"items": []})["items"]:
                self.take(item)


def main():
    [to] = arguments(__doc__, port, needed=1)
    peer = Peer(to)
    print("connected", flush=True)
    for number in range(1, REQUESTS + 1):
        peer.sctpd.call("send", assoc=peer.assoc, ppid=46, text=f"request {number}")
        peer.read(100)
    peer.read(30000)
    if peer.answers != REQUESTS:
        fail(f"{REQUESTS} requests, {peer.answers} answers")
    peer.sctpd.call("eof", assoc=peer.assoc, wait=True, timeout_ms=10000)
    print(f"{REQUESTS} requests, {REQUESTS} answers, in order; one association, and nothing happened to it")


if __name__ == "__main__":
    run(main)
