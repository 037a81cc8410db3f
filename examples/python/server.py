#!/usr/bin/env python3
"""A server that prints what it receives: messages and events. Usage: server.py [ADDRESS [PORT]]

The first example of gen_sctp's manual, for sctpd. Started again, it takes over what it left: the socket is held for a while
when its owner's connection ends, with its associations, and whatever came meanwhile."""

from sctpd_client import Sctpd, arguments, fail, run, shown


def describe(item):
    if item["type"] == "event":
        details = {key: value for key, value in item.items() if key not in ("type", "event", "socket", "assoc", "seq", "ts")}
        return f"association {item['assoc']}: {item['event']} {details}"
    content = shown(item["text"]) if "text" in item else item["data"]
    return f"association {item['assoc']}: stream {item['stream']} ppid {item['ppid']}: {content}"


def listen(sctpd, address, port):
    """A listening socket: a new one, or the one that was left on that port."""
    answer = sctpd.ask("open", addrs=[address], port=port, listen=True, options={"recbuf": 65536})
    if "result" in answer:
        return answer["result"]
    error = answer["error"]
    if error["data"].get("held"):
        claimed = sctpd.ask("claim", socket=error["data"]["socket"])
        if "result" in claimed:
            print("It was left, and is taken over.", flush=True)
            return claimed["result"]
    fail(f"open failed: {error['message']}")


def main():
    address, port = arguments(__doc__, str, int)
    sctpd = Sctpd()
    sctpd.call("hello", ack="auto")  # nobody takes over from it: what it was given need not come again
    opened = listen(sctpd, address or "127.0.0.1", 2006 if port is None else port)
    print(f"Listening on {opened['addrs'][0]}:{opened['port']}. Socket {opened['socket']}", flush=True)
    while True:
        for item in sctpd.call("recv", socket=opened["socket"], max=64, encoding="text")["items"]:
            print("Received:", describe(item), flush=True)


if __name__ == "__main__":
    run(main)
