#!/usr/bin/env python3
"""A client that starts two connects without waiting, and prints the events of each association by its id.
Usage: two_connects.py ADDRESS1 PORT1 ADDRESS2 PORT2 [SECONDS]

The third example of gen_sctp's manual, for sctpd. There the outcome has to be matched by the peer's address; here connect
gives the association's id at once."""

import signal
import sys

from sctpd_client import Sctpd, arguments, fail, port, run, seconds, shown


def main():
    address1, port1, address2, port2, limit = arguments(__doc__, str, port, str, port, seconds, needed=4)
    up = set()
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(0) if up else fail("neither peer was reached"))
    signal.alarm(limit or 5)

    sctpd = Sctpd()
    socket = sctpd.call("open", options={"initmsg": {"num_ostreams": 5}})["socket"]
    sctpd.call("subscribe", socket=socket, data=True, ack="auto", encoding="text")
    names = {}
    for number, (address, to) in enumerate([(address1, port1), (address2, port2)], 1):
        begun = sctpd.call("connect", socket=socket, addrs=[address], port=to, wait=False)
        names[begun["assoc"]] = f"Association {number}"
    print("Connections initiated", flush=True)

    while True:
        params = sctpd.next_pushed()["params"]
        name = names.get(params.get("assoc"), "Another association")
        if params.get("event") == "assoc_change":
            if params["state"] == "comm_up":
                up.add(params["assoc"])
            why = params.get("why") or params.get("reason") or params.get("cause")
            print(f"{name} connect result: {params['state']}. AssocId: {params['assoc']}{f' ({shown(why)})' if why else ''}", flush=True)
        else:
            print(f"{name}: received {params.get('event') or shown(params.get('text') or params['data'])}", flush=True)


if __name__ == "__main__":
    run(main)
