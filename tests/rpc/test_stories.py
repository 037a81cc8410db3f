"""Stories: whole conversations, in which every member of every answer, error and notification is as it is written down.

A story is a file in stories/. What the clients do stands at the beginning of a line, what the daemon says to whom is indented below it and
is compared whole, so that nothing is said too much, too little, or to somebody else:

    daemon {"linger_ms": 0}         its settings, once
    as 1234 a {"session": "x"}      a client that is that user's, with its hello; without `as` it is root's
    a open {"addrs": ["::1"]}       a call; `a ~recv {…}` is not waited for, `a wait` waits for its answer
    a gone                          closes the connection
    until b closed a open {}        a deed, and then until b has been told such an event
    a each {"socket": 1}            what would become of each method that is about such a thing, by `check`
    stop                            the daemon is told to end
    last a close {}                 and may, so that what is said then is left open

All others are asked by a ping after each line for what they were told. What is another each time stands as <…>; `$resume.a` in a call is the
member `resume` that a was told last. tests/rpc/test_stories.py writes the stories as they are now: read the difference before you keep it.
"""
import contextlib
import json
import pathlib
import re
import sys

import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import sctpd  # noqa: E402
import users  # noqa: E402

STORIES = sorted((pathlib.Path(__file__).parent / "stories").glob("*.story"))
SECRET = ("resume", "token")
OTHERWISE = {"ts": "<time>", "pid": "<pid>", "boot": "<boot>", "version": "<version>", "limits": "<limits>", "tsn": "<tsn>", "cumtsn": "<tsn>"}

# Methods by what they are about, with parameters that are good where its state allows the call at all.
ABOUT_EITHER = {"subscribe": {}, "subscribe (data)": {"data": True}, "recv": {}, "setopts": {"options": {"nodelay": True}}, "getopts": {"options": ["nodelay"]},
                "status": {}, "addrs": {}, "stats": {}, "bindx": {"add": ["127.0.0.9"]}, "handoff": {}, "withdraw": {}, "note": {"text": "x"},
                "release": {}, "claim": {}, "claim (token)": {"token": "none"}, "steal": {}}
TRIED = {
    "assoc": {**ABOUT_EITHER, "send": {"text": "x"}, "ack": {"seq": 1}, "setopts (socket's)": {"options": {"initmsg": {"num_ostreams": 5}}},
              "stream_reset": {}, "add_streams": {"outbound": 1}, "assoc_reset": {}, "paths": {}, "peeloff": {}, "eof": {}, "abort": {}},
    "socket": {**ABOUT_EITHER, "listen": {}, "connect": {"addrs": ["127.0.0.1"], "port": 9}, "group": {"mode": "override"},
               "group (none)": {"mode": "none"}, "join": {}, "leave": {}, "close": {}},
    "any": {"open": {"addrs": ["127.0.0.1"]}, "connect": {"addrs": ["127.0.0.1"], "port": 9}, "subscribe": {}, "hello": {"session": "x"}, "list": {}, "reload": {}},
}

pytestmark = pytest.mark.skipif(sctpd.STACK != "fake", reason="only the fake stack tells the same story each time")


def plain(value, secrets, name=None):
    """@value without what is another each time; @secrets: what was told of them, by member."""
    if name in OTHERWISE:
        return OTHERWISE[name]
    if name in SECRET and isinstance(value, str):
        secrets[name] = value
        return f"<{name}>"
    if name == "options" and isinstance(value, dict) and len(value) > 12:
        return "<all of them>"
    if isinstance(value, dict):
        if "limits" in value:  # of an account: how large our structs are
            value = {**value, **{key: "<bytes>" for key in ("bytes", "stack_bytes") if key in value}}
        return {key: plain(each, secrets, key) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each, secrets, name) for each in value]
    return value


def compact(value):
    return json.dumps(value, ensure_ascii=False)


class Teller:
    """Plays a story; `lines` are the story as it is told this time."""

    def __init__(self, text):
        self.lines, self.clients, self.secrets, self.waiting = [], {}, {}, {}
        self.daemon = None
        self.deeds = [line for line in text.splitlines() if not line.startswith(" ")]

    def say(self, name, mark, value):
        self.lines.append(f"    {name} {mark} {compact(plain(value, self.secrets.setdefault(name, {})))}")

    def answered(self, name, ident):
        try:
            self.say(name, "=", self.clients[name].answer(ident))
        except sctpd.RpcError as e:
            self.say(name, "failed", {"code": e.code, "message": e.message, **e.data})

    def listen(self):
        """What everybody was told meanwhile; twice, as what one ping sets free is told by the time of the next."""
        for _ in range(2):
            for client in self.clients.values():
                with contextlib.suppress(sctpd.Closed):
                    client.call("ping")
        for name, client in self.clients.items():
            for note in client.notes:
                self.say(name, note["method"], note["params"])
            client.notes.clear()

    def filled(self, text):
        return json.loads(re.sub(r"\$(\w+)\.(\w+)", lambda m: self.secrets[m[2]][m[1]], text or "{}"))

    def start(self, settings):
        self.daemon = sctpd.Daemon(config=json.loads(settings or "{}")).start()

    def enter(self, name, user, hello):
        how = self.filled(hello)
        how.setdefault("ack", "explicit")
        client = users.client_of(self.daemon, user, **how) if user else self.daemon.client(**how)
        self.clients[name] = client
        self.secrets.setdefault(name, {})["resume"] = client.hello["resume"]

    def leave(self, name):
        self.clients.pop(name).close()

    def await_event(self, name, event):
        client = self.clients[name]
        client.wait_for(lambda: any(note["params"].get("event") == event for note in client.notes))

    def act(self, name, method, params):
        if method == "wait":
            self.answered(name, self.waiting.pop(name))
        elif method.startswith("~"):
            self.waiting[name] = self.clients[name].send(method[1:], self.filled(params))
        else:
            self.answered(name, self.clients[name].send(method, self.filled(params)))

    def would(self, name, method, params):
        """What a call would come to."""
        try:
            got = self.clients[name].call(method.partition(" ")[0], {**params, "check": True})
        except sctpd.RpcError as e:
            got = {"message": e.message, **e.data}
        return "would" if got == {"checked": True} else compact(plain(got, {}))

    def try_each(self, name, what):
        for kind, number in what.items():
            said = {}
            for method, params in TRIED[kind].items():
                said.setdefault(self.would(name, method, {**params, **({kind: number} if kind != "any" else {})}), []).append(method)
            self.lines += [f"    {kind}: {', '.join(methods)}: {text}" for text, methods in said.items()]

    def stop(self):
        """Until it takes no more clients."""
        self.daemon.terminate()
        with contextlib.suppress(OSError):
            while True:
                self.daemon.client().close()

    def do(self, line):
        first, _, rest = line.partition(" ")
        second, _, last = rest.partition(" ")
        if first == "daemon":
            self.start(rest)
        elif first == "as":
            self.enter(last.partition(" ")[0], int(second), last.partition(" ")[2])
        elif first == "until":
            event, _, deed = last.partition(" ")
            self.do(deed)
            self.await_event(second, event)
        elif first == "stop":
            self.stop()
        elif first not in self.clients and (not second or second.startswith("{")):
            self.enter(first, None, rest)
        elif second == "each":
            self.try_each(first, self.filled(last))
        elif second == "gone":
            self.leave(first)
        else:
            self.act(first, second, last)

    def tell(self):
        try:
            for line in self.deeds:
                self.lines.append(line)
                if line.startswith("last "):
                    _, name, method, params = line.split(" ", 3)
                    self.clients[name].send(method, self.filled(params))
                elif line and not line.startswith("#"):
                    self.do(line)
                    self.listen()
        except (TimeoutError, sctpd.Closed, KeyError) as e:
            self.lines.append(f"    it ends here: {e!r}")
        finally:
            if self.daemon:
                self.daemon.stop()
        return "\n".join(self.lines) + "\n"


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_as_it_is_written_down(story):
    users.needed()  # who speaks is root where it is nobody else
    text = story.read_text()
    assert Teller(text).tell().splitlines() == text.splitlines()


if __name__ == "__main__":
    for each in STORIES:
        if len(sys.argv) == 1 or each.stem in sys.argv[1:]:
            each.write_text(Teller(each.read_text()).tell())
