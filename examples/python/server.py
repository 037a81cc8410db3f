#!/usr/bin/env python3
"""A server that prints what it receives: messages and events. Usage: server.py [ADDRESS [PORT]]

The first example of gen_sctp's manual, for sctpd. Started again, it takes over what it left: the socket is held for a while
when its owner's connection ends, with its associations, and whatever came meanwhile."""

from sctpd_client import Sctpd, arguments, run, shown


def describe(item):
    if item["type"] == "event":
        details = {key: value for key, value in item.items() if key not in ("type", "event", "socket", "assoc", "seq", "ts")}
        return f"association {item['assoc']}: {item['event']} {details}"
    content = shown(item["text"]) if "text" in item else item["data"]
    return f"association {item['assoc']}: stream {item['stream']} ppid {item['ppid']}: {content}"


def main():
    address, port = arguments(__doc__, str, int)
    sctpd = Sctpd()
    sctpd.call("hello", ack="auto")  # nobody takes over from it: what it was given need not come again
    opened = sctpd.call("open", addrs=[address or "127.0.0.1"], port=2006 if port is None else port, listen=True, takeover=True,
                        options={"recbuf": 65536})
    if opened.get("taken_over"):
        print("It was left, and is taken over.", flush=True)
    print(f"Listening on {opened['addrs'][0]}:{opened['port']}. Socket {opened['socket']}", flush=True)
    while True:
        for item in sctpd.call("recv", socket=opened["socket"], max=64, encoding="text")["items"]:
            print("Received:", describe(item), flush=True)


if __name__ == "__main__":
    run(main)
