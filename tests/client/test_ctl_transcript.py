"""What sctpctl says, to the letter: the file transcript, against a daemon in Python that describes methods of its own.

    $ WORDS       sctpctl is run with them; $72 WORDS: on a terminal of 72 columns
    < LINE        what it reads
    > CALL        what the daemon was asked, but for descriptions
    | LINE        standard output (on a terminal all of it), a line for each
    ! LINE        standard error
    = N           the exit status, where it is not 0

Everything behind the words and what is read is what sctpctl did. `test_ctl_transcript.py --write` writes that anew: read the difference.
"""
import difflib
import fcntl
import itertools
import json
import os
import pathlib
import shlex
import struct
import subprocess
import sys
import termios
import unittest

import mock
from ctl import CTL, TIMEOUT, Mocked

FILE = pathlib.Path(__file__).with_name("transcript")
NUMBER, TEXT = {"type": "integer"}, {"type": "string"}
NAMES = {"anyOf": [{"type": "array", "items": {"type": "string", "enum": ["one", "two"]}}, {"type": "object"}]}
LONG = "a_name_that_is_longer_than_the_sixty_four_characters_that_are_ever_shown"


def made(name, *params, **more):
    return dict(mock.method(name, "Makes %s of it" % name, *params), **more)


METHODS = [
    made("echo", mock.param("value", {}, True)),
    made("take", mock.param("count", {"type": "integer", "x-unit": "ms", "default": 5}, summary="How many"),
         mock.param("flag", {"type": "boolean", "default": False}), mock.param("ratio", {"type": "number"}),
         mock.param("text", {"type": "string", "contentEncoding": "base64", "description": "From the schema"}),
         mock.param("mode", {"type": "string", "enum": ["slow", "fast"]}), mock.param("numbers", {"type": "array", "items": NUMBER}),
         mock.param("words", {"type": "array", "items": TEXT}), mock.param("map", {"type": "object"}), mock.param("names", NAMES),
         mock.param("any", {}), mock.param("either", {"anyOf": [{"type": "object"}, {"type": "array"}]}), {"name": "bare"},
         mock.param("assoc", NUMBER), mock.param("socket", NUMBER), mock.param("sub", NUMBER),
         examples=[{"params": [{"name": "numbers", "value": [1, 2]}, {"name": "text", "value": "two words"},
                               {"name": "words", "value": ["two words", "x"]}, {"name": "count", "value": 5},
                               {"name": "map", "value": {"a": "b"}}, {"name": "words", "value": [""]}, {"name": "flag"}]}]),
    made("need", mock.param("first", TEXT), mock.param("second", TEXT, True), mock.param("third", TEXT, True)),
    made("none"),
    dict(made("undescribed"), params=None),
    made("one", mock.param("socket", NUMBER)),
    made("two", mock.param("assoc", NUMBER), mock.param("sub", NUMBER)),
    made("make", mock.param("result", {}, True), mock.param("socket", NUMBER), mock.param("assoc", NUMBER), mock.param("sub", NUMBER)),
    made("refuse", mock.param("error", {}, True)),
    made("hello", mock.param("client", TEXT)),
    made("list"),
    made("subscribe", mock.param("events", {"type": "array", "items": TEXT}), mock.param("socket", NUMBER)),
    # A list of names is broken behind 76 characters: the second line of them is just as long.
    made("sleep"), made("twelve_chars"), made("fourteen_chars"), made("a_method_of_26_characters_"), made("eighteen_charactrs"), made("z"),
    made("die"), made("fill", mock.param("what", TEXT)),
]

VALUE = {"type": "integer", "x-role": "value", "x-kind": "number", "description": "Its value"}
OPTIONS = {
    "plain": {"description": "A plain one", "x-access": "rw", "x-scope": "any", "x-home": "stacks", "x-reference": "RFC 1",
              "x-needs": "a stack", "properties": {"value": dict(VALUE, **{"x-unit": "ms"})}},
    "keyed": {"description": "One with a key", "x-access": "rw", "x-scope": "association", "x-home": "kernel", "x-absent": "it has none",
              "x-reference": "RFC 2",
              "properties": {"id": dict(VALUE, **{"x-role": "key"}), "peer": dict(VALUE, **{"x-role": "pick", "x-home": "usrsctp"}),
                             "value": {"x-role": "value", "x-kind": "names", "type": "array", "items": {"enum": ["a", "b"]}, "x-with": "HB"},
                             "got": dict(VALUE, **{"x-role": "result"})}},
    "read": {"description": "One to read", "x-access": "ro", "x-scope": "socket", "x-home": "usrsctp", "x-absent": "it is ours",
             "x-reference": "RFC 3", "properties": {"got": {"x-role": "result", "x-kind": "name", "enum": ["c", "d"]}}},
    "wo": {"description": "One to set", "x-access": "wo", "x-scope": "future", "x-home": "daemon", "x-reference": "RFC 4",
           "properties": {"value": dict(VALUE, anyOf=[{"enum": ["e"]}, {"type": "object"}])}},
    "early": {"description": "One of open's", "x-access": "rw", "x-scope": "open", "x-home": "kept", "x-reference": "RFC 5",
              "properties": {"value": VALUE}},
    "bare": {"description": "Nothing in it", "x-access": "ro", "x-scope": "any", "x-home": "stacks", "x-reference": "RFC 6", "properties": {}},
}


def event(sub=1, ts=1700000000123, **members):
    return dict(members, sub=sub, ts=ts)


# What comes after `subscribe socket=N`.
EVENTS = {
    1: [event(event="first", socket=1, cursor=3, type="event", error=0, features=["a"]), event(event="second", error=5),
        event(event="third", error="none")],
    2: [event(ts=1700000000007, event="a_very_long_event_name", note="", x="a b", y="a=b", z=["a", "b"], n=None, t=True),
        event(ts=1699999999.5, event="half", snapshot={"sockets": [1], "assocs": [1, 2]}), event(ts=0, note="m" * 96),
        event(ts=1, note="m" * 97), event(ts=1000, event="\x1b[2J", **{"a\nb": "c\td"})],
}

# What there is after `fill`.
LISTED = {
    "sockets": [{"socket": 1, "stack": "usrsctp", "addrs": ["127.0.0.1", "::1"], "port": 5000, "listening": True, "assocs": 1, "owner": 3},
                {"socket": 12, "name": "caf\u00e9 \x1b", "stack": "kernel", "addrs": ["10.0.0.1"], "wildcard": True, "closing": True}],
    "assocs": [{"assoc": 4, "socket": 1, "state": "established", "peer": "192.0.2.9", "peer_port": 3868, "outbound_streams": 10,
                "inbound_streams": 5, "recv_queued": 2, "epoch": 1}],
    "accounts": [{"user": "root", "clients": 1, "bytes": 10}], "clients": [], "subs": []}
STACKS = {"stacks": [{"name": "kernel", "version": "6.1", "transport": "ip", "capabilities": []}], "version": "0.1.0", "protocol": 1, "server": "sctpd"}


class World(Mocked):
    """What the transcript is played to."""

    def setUp(self):
        super().setUp()
        self.env["SCTPD_SOCKET"] = "control.sock"
        self.file("file")
        os.mkdir(os.path.join(self.dir.name, "directory"))
        self.daemon.answers.update({
            "rpc.discover": lambda: {"methods": METHODS, "x-options": OPTIONS}, "echo": lambda value: value, "take": self.done,
            "need": self.done, "none": self.done, "undescribed": self.done, "one": self.done, "two": self.done,
            "make": lambda result, **params: result, "refuse": self.refuse, "subscribe": self.subscribe, "fill": self.fill})
        self.daemon.after_subscribe = self.tell

    def file(self, name):
        with open(os.path.join(self.dir.name, name), "w"):
            pass

    def done(self, **params):
        return {}

    def refuse(self, error):
        e = mock.CallError(1, "refused", "no")
        e.error = error
        raise e

    def fill(self, what=""):
        self.daemon.answers["list"] = lambda: LISTED
        if what == "none":
            self.daemon.answers["hello"] = lambda client: dict(STACKS, stacks=[])
        else:
            self.daemon.answers["hello"] = lambda client: STACKS
        return {}

    def subscribe(self, events=None, socket=0):
        self.events = EVENTS.get(socket, [])
        what = {"sockets": [{}] * socket, "assocs": [{}]}
        return {"sub": 1, "cursor": 1, "snapshot": what if socket else {}}

    def tell(self, session):
        for each in self.events:
            session.notify("event", **each)

    def play(self, words, width, text):
        """The lines that follow it."""
        asked = len(self.daemon.requests)
        if width:
            out, err, status = self.on_terminal(words, width)
        else:
            r = subprocess.run([CTL, *words], input=text, env=self.env, cwd=self.dir.name, capture_output=True, text=True, timeout=TIMEOUT)
            out, err, status = r.stdout, r.stderr, r.returncode
        calls = [r for r in self.daemon.requests[asked:] if r["method"] != "rpc.discover"]
        lines = ["> %s %s" % (r["method"], json.dumps(r["params"])) if "params" in r else "> " + r["method"] for r in calls]
        lines += ["| " + line for line in out.replace(self.dir.name, "DIR").splitlines()] + ["! " + line for line in err.splitlines()]
        return lines + (["= %d" % status] if status else [])

    def on_terminal(self, words, width):
        parent, child = os.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        p = subprocess.Popen([CTL, *words], stdin=child, stdout=child, stderr=child, env=self.env, cwd=self.dir.name)
        os.close(child)
        self.addCleanup(os.close, parent)
        self.addCleanup(self.reap, p)
        seen = b""
        while True:
            try:
                seen += os.read(parent, 4096)
            except OSError:  # the other end is closed
                break
        return seen.decode().replace("\r", ""), "", p.wait(TIMEOUT)

    def play_all(self, lines):
        """The transcript @lines, as it goes now."""
        played, at = [], 0
        while at < len(lines):
            played.append(lines[at])
            if lines[at].startswith("$"):
                width, words = lines[at][1:].split(" ", 1)
                given = [line[2:] + "\n" for line in itertools.takewhile(lambda line: line.startswith("< "), lines[at + 1:])]
                played += lines[at + 1:at + 1 + len(given)]
                words = [word.replace("LONG", LONG) for word in shlex.split(words)]
                played += self.play(words, int(width or 0), "".join(given).replace("NOEOL\n", ""))
            at += 1
            while at < len(lines) and lines[at][:2] in ("< ", "> ", "| ", "! ", "= ", ">", "|", "!"):
                at += 1
        return played

    def test_transcript(self):
        lines = FILE.read_text().splitlines()
        played = self.play_all(lines)
        if WRITE:
            FILE.write_text("\n".join(played) + "\n")
            return
        self.assertTrue(played == lines, "\n".join(difflib.unified_diff(lines, played, "transcript", "sctpctl", lineterm="")))


WRITE = "--write" in sys.argv

if __name__ == "__main__":
    unittest.main(argv=[word for word in sys.argv if word != "--write"])
