#!/usr/bin/env python3
"""Workers that share a port. Usage: shared_worker.py NAME [SOCKET [STUCK]]

The first worker (without SOCKET, or with 0) listens and makes a group of its socket; the others join it by the number that the first one
prints. Each new peer goes to the worker with the fewest; when a worker dies, the others get its peers, which notice nothing.
With STUCK the worker never finishes request STUCK."""

import time

from sctpd_client import Sctpd, arguments, number_in, run, shown


def share(sctpd, socket):
    if socket:
        group = sctpd.call("join", socket=socket)
        print(f"joined the group of socket {socket}: {len(group['members'])} members", flush=True)
        return
    opened = sctpd.call("open", addrs=["127.0.0.1"], listen=True)
    sctpd.call("group", socket=opened["socket"], mode="loadshare")
    print(f"listening on port {opened['port']}, socket {opened['socket']}", flush=True)


def main():
    name, socket, stuck = arguments(__doc__, str, int, int, needed=1)
    sctpd = Sctpd()
    sctpd.call("hello", client=name, linger_ms=60000)
    share(sctpd, socket)
    sctpd.call("subscribe", data=True, encoding="text")
    while True:
        pushed = sctpd.next_pushed()
        item = pushed["params"]
        if pushed["method"] == "event":
            if item["event"] == "owner_changed" and "assoc" in item:
                print(f"has association {item['assoc']} now", flush=True)
            continue
        number = number_in(item)
        if number is None:
            sctpd.try_call("ack", assoc=item["assoc"], seq=item["seq"])
            continue
        if number == stuck:
            print(f'received  "{shown(item["text"])}" of association {item["assoc"]}, and is at work on it …', flush=True)
            time.sleep(3600)
        sctpd.try_call("send", assoc=item["assoc"], ppid=item["ppid"], text=f"answer {number} from {name}")
        sctpd.try_call("ack", assoc=item["assoc"], seq=item["seq"])
        print(f'received  "{shown(item["text"])}" of association {item["assoc"]}: answered', flush=True)


if __name__ == "__main__":
    run(main)
