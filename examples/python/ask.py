#!/usr/bin/env python3
"""A client: sets up an association with three streams, sends a message on each, receives the answers, and shuts down gracefully.
Usage: ask.py PORT"""

from sctpd_client import Sctpd, arguments, fail, port, run, shown

# Payload protocol identifiers as IANA assigned them.
MESSAGES = [
    (0, 46, "Capabilities-Exchange-Request"),  # Diameter
    (1, 60, "NGSetupRequest"),                 # NGAP
    (2, 3, "ASP Up"),                          # M3UA
]


def receive(sctpd, assoc):
    """The next message; events that come before it are printed."""
    while True:
        for item in sctpd.call("recv", assoc=assoc, encoding="text", timeout_ms=10000)["items"]:
            if item["type"] == "data":
                return item
            print("event    ", item["event"], item.get("addr", ""), item.get("state", ""))


def main():
    [to] = arguments(__doc__, port, needed=1)
    sctpd = Sctpd()
    sctpd.call("hello", ack="auto")  # no program takes over from this one, so nothing has to be delivered again
    up = sctpd.call("connect", addrs=["127.0.0.1"], port=to, timeout_ms=10000,
                    options={"initmsg": {"num_ostreams": len(MESSAGES)}})
    assoc, streams = up["assoc"], up["outbound_streams"]
    print(f"connected: association {assoc} is {up['state']}, {streams} streams out, {up['inbound_streams']} in")

    for stream, ppid, text in MESSAGES:
        number = sctpd.call("send", assoc=assoc, stream=stream, ppid=ppid, text=text)["message"]
        print(f'sent      stream {stream}  ppid {ppid}  "{text}" (message {number})')

    refused = sctpd.ask("send", assoc=assoc, stream=streams, text="one stream too far").get("error")
    if not refused or refused["data"]["name"] != "bad_stream":
        fail(f"the daemon did not refuse stream {streams}, which does not exist")
    print(f"refused   stream {streams}: {refused['message']}")

    answers = sorted((item["stream"], item["ppid"], item.get("text", "")) for item in (receive(sctpd, assoc) for _ in MESSAGES))
    for stream, ppid, text in answers:
        print(f'received  stream {stream}  ppid {ppid}  "{shown(text)}"')
    if answers != [(stream, ppid, f"you said: {text}") for stream, ppid, text in MESSAGES]:
        fail("these are not the answers that answer.sh gives")

    sctpd.call("eof", assoc=assoc, wait=True, timeout_ms=10000)
    print("shut down: everything was delivered, and the peer agreed")


if __name__ == "__main__":
    run(main)
