#!/usr/bin/env python3
"""A server that prints the messages and events it receives. Usage: server.py [ADDRESS [PORT]]

The first example of gen_sctp's manual, for sctpd. When its owner's connection ends, the daemon holds the socket for a while, with
its associations and the messages that arrive meanwhile; a server that is started again takes them over."""

from sctpd_client import Sctpd, arguments, port, run, shown


def describe(item):
    if item["type"] == "event":
        details = {key: value for key, value in item.items() if key not in ("type", "event", "socket", "assoc", "seq", "ts")}
        return f"association {item['assoc']}: {item['event']} {details}"
    content = shown(item["text"]) if "text" in item else item["data"]
    return f"association {item['assoc']}: stream {item['stream']} ppid {item['ppid']}: {content}"


def main():
    address, number = arguments(__doc__, str, port)
    sctpd = Sctpd()
    sctpd.call("hello", ack="auto")  # items that this server has received need not be delivered again
    opened = sctpd.call("open", addrs=[address or "127.0.0.1"], port=2006 if number is None else number, listen=True, takeover=True,
                        options={"recbuf": 65536})
    if opened.get("taken_over"):
        print("The socket was held; this server takes it over.", flush=True)
    print(f"Listening on {opened['addrs'][0]}:{opened['port']}. Socket {opened['socket']}", flush=True)
    while True:
        for item in sctpd.call("recv", socket=opened["socket"], max=64, encoding="text")["items"]:
            print("Received:", describe(item), flush=True)


if __name__ == "__main__":
    run(main)
