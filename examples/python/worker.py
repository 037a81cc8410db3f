#!/usr/bin/env python3
"""A worker that answers requests and acknowledges each one when it has finished it. Usage: worker.py [STUCK]

It writes its port to standard output first. With STUCK it takes request STUCK and the one after it, and finishes
neither: when it is dead, the program that claims its socket gets both again."""

import time

from sctpd_client import Sctpd, arguments, number_in, run, shown


def main():
    [stuck] = arguments(__doc__, int)
    sctpd = Sctpd()
    opened = sctpd.call("open", addrs=["127.0.0.1"], listen=True, name="worker", linger_ms=60000)
    print(f"listening on port {opened['port']}; when this program dies, its socket is held for 60 s", flush=True)
    while True:
        [item] = sctpd.call("recv", socket=opened["socket"], encoding="text")["items"]
        assoc, seq = item["assoc"], item["seq"]
        number = number_in(item) if item["type"] == "data" else None
        if number is None:
            sctpd.try_call("ack", assoc=assoc, seq=seq)
            continue
        if stuck and number >= stuck:
            print(f'received  "{shown(item["text"])}"  seq {seq}, and is at work on it …', flush=True)
            if number > stuck:
                time.sleep(3600)
            continue
        sctpd.try_call("send", assoc=assoc, ppid=item["ppid"], text=f"answer {number} from Python")
        sctpd.call("note", socket=opened["socket"], text=f"answered {number}")
        sctpd.try_call("ack", assoc=assoc, seq=seq)
        print(f'received  "{shown(item["text"])}"  seq {seq}: answered, acknowledged', flush=True)


if __name__ == "__main__":
    run(main)
