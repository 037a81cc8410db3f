"""sctpctl against a daemon in Python: reaching it, the screen of state, calls, what is shown and what not."""
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import termios
import time
import unittest

import mock
from ctl import BUILD, CTL, TIMEOUT, CtlCase, Mocked


class NoDaemon(CtlCase):
    def test_says_where_it_looked_and_how_to_start(self):
        r = self.ctl(status=2)
        self.assertIn(self.path, r.stderr)
        self.assertIn("systemctl start sctpd", r.stderr)
        self.assertIn("not running", self.ctl("--socket", self.path + "2", "call", "ping", status=2).stderr)
        self.assertIn(self.path + "2", self.ctl("--socket", self.path + "2", status=2).stderr)

    def test_says_both_default_paths(self):
        self.env.pop("SCTPD_SOCKET")
        self.env["XDG_RUNTIME_DIR"] = self.dir.name
        if os.path.exists("/run/sctpd/control.sock"):
            self.skipTest("a daemon of the system runs")
        r = self.ctl(status=2)
        self.assertIn("/run/sctpd/control.sock,%s/sctpd/control.sock" % self.dir.name, r.stderr)

    def reached(self, path):
        return self.ctl("-s", path, status=2).stderr

    def test_what_is_no_socket_is_named(self):
        here = self.dir.name
        with open(os.path.join(here, "file"), "w"):
            pass
        self.assertIn("file: that is a plain file, not a socket", self.reached(os.path.join(here, "file")))
        self.assertIn("that is a directory, not a socket, and no control.sock is in it", self.reached(here))
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(self.path)
            self.assertIn("that is a directory; the socket in it is " + self.path, self.reached(here))
        self.assertNotIn("not running", self.reached(here))
        self.assertNotIn("Start it", self.reached(here))
        self.assertIn("that is a device or pipe", self.reached("/dev/null"))

    @unittest.skipIf(os.geteuid() != 0, "only root can be somebody else")
    def test_who_may_not_connect_is_told_who_may(self):
        os.chmod(self.dir.name, 0o755)
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(self.path)
            s.listen(1)
            os.chmod(self.path, 0o660)
            os.chown(self.path, 0, 4)
            said = self.as_nobody()
            self.assertIn("it belongs to user root and group adm, mode 0660; you are in nogroup, daemon", said)
            self.assertIn("`sudo usermod -aG adm nobody`, then log in again", said)
            os.chown(self.path, 0, 0)
            self.assertIn("group root, mode 0660", self.as_nobody())
            self.assertNotIn("usermod", self.as_nobody())
            os.chmod(self.dir.name, 0o700)
            self.assertIn("may not look into the directory", self.as_nobody())

    def as_nobody(self):
        """What a user says who is in the groups nogroup and daemon (1)."""
        program = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, program)
        os.chmod(program, 0o755)
        copies = [shutil.copy(os.path.join(BUILD, name), program) for name in ("sctpctl", "client-lib/libsctpd.so.0")]
        env = dict(self.env, LD_LIBRARY_PATH=program)
        r = subprocess.run(["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--groups", "daemon", copies[0]], env=env,
                           capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(r.returncode, 2, r)
        return r.stderr

    def test_a_word_that_is_no_command_may_be_a_method(self):
        said = self.ctl("sate", status=2).stderr
        self.assertIn("only the daemon knows whether it is a method: sate", said)
        self.assertIn("cannot reach sctpd", said)

    def test_in_json_too(self):
        r = self.ctl("--json", status=2)
        self.assertEqual(json.loads(r.stderr)["error"]["data"]["name"], "unreachable")

    def test_a_dead_socket_is_not_a_missing_one(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(self.path)
        self.assertIn("nobody listens", self.ctl(status=2).stderr)

    def test_a_daemon_that_says_nothing(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(self.path)
            s.listen(4)
            self.assertIn("no_answer", self.ctl("--timeout", "50", status=2).stderr)

    def test_a_full_backlog_is_waited_for(self):
        with socket.socket(socket.AF_UNIX) as s, socket.socket(socket.AF_UNIX) as first:
            s.bind(self.path)
            s.listen(0)
            first.connect(self.path)
            self.assertIn("the daemon does not accept connections; it is very busy, or stopped", self.ctl("-t", "50", status=2).stderr)
            p = self.start("list")
            s.accept()[0].close()
            with s.accept()[0] as conn:
                self.assertIn("rpc.discover", conn.makefile().readline())
            self.assertEqual(p.wait(TIMEOUT), 2)

    def test_help_is_a_command(self):
        self.assertEqual(self.ctl("help").stdout, self.ctl("--help").stdout)
        self.assertEqual(self.ctl("help", "monitor").stdout, self.ctl("monitor", "--help").stdout)

    def test_help_and_version_need_no_daemon(self):
        for args in ((), ("call",), ("monitor",), ("session",), ("methods",), ("options",), ("state",)):
            self.assertIn("Usage: sctpctl", self.ctl(*args, "--help").stdout)
        self.assertRegex(self.ctl("--version").stdout, r"^sctpctl \d+\.\d+\.\d+, libsctpd \d")

    def test_wrong_command_lines(self):
        for args in (["bogus"], ["--bogus"], ["--timeout"], ["--timeout", "x"], ["--timeout", "-1"], ["--count", "0", "monitor"],
                     ["methods", "x"], ["methods", "--count", "1"], ["methods", "--events", "a"], ["-t", ""], ["-t", "5x"],
                     ["-t", "/"], ["-t", ":"], ["-t", "2147483648"], ["-n", "18446744073709551616", "monitor"]):
            self.assertIn("--help", self.ctl(*args, status=2).stderr, args)

    def test_the_longest_time(self):
        self.assertIn("cannot reach sctpd", self.ctl("-t", "2147483647", status=2).stderr)

    def test_no_time_is_none(self):
        """A full backlog is not waited for, nor is an answer."""
        with socket.socket(socket.AF_UNIX) as s, socket.socket(socket.AF_UNIX) as first:
            s.bind(self.path)
            s.listen(0)
            first.connect(self.path)
            start = time.monotonic()
            self.assertIn("does not accept connections", self.ctl("-t", "0", status=2).stderr)
            s.accept()[0].close()
            self.assertIn("no_answer", self.ctl("-t", "0", status=2).stderr)
            self.assertLess(time.monotonic() - start, 4, "the default is 5 seconds")


class State(Mocked):
    SOCKETS = ["SOCKET", "NAME", "STACK", "ADDRESSES", "PORT", "LISTEN", "ASSOCS", "OWNER", "OWNERSHIP"]

    def test_empty(self):
        out = self.ctl().stdout
        self.assertIn("sctpd 0.1.0, protocol 1, at " + self.path, out)
        self.assertIn("No sockets are open.", out)
        self.assertEqual(self.params("hello"), {"client": "sctpctl"})

    def test_tables_are_aligned(self):
        self.daemon.sockets = [
            mock.listed("sockets", socket=1, stack="usrsctp", addrs=["127.0.0.1", "::1"], port=5000, listening=True, assocs=1),
            mock.listed("sockets", socket=12, name="caf\u00e9", stack="kernel", addrs=[], port=1, closing=True, owner=3)]
        self.daemon.assocs = [dict(mock.listed("assocs", assoc=4, socket=1, state="established", peer="192.0.2.9", peer_port=3868,
                                               outbound_streams=10, inbound_streams=5, recv_queued=2, epoch=1), future={"x": 1})]
        lines = self.ctl().stdout.splitlines()
        head = next(i for i, line in enumerate(lines) if line.startswith("SOCKET"))
        self.assertEqual(lines[head].split(), self.SOCKETS)
        for column in ("STACK", "PORT", "ASSOCS", "OWNERSHIP"):
            at = lines[head].index(column)
            for line in lines[head + 1:head + 3]:
                self.assertEqual(line[at - 1], " ")
                self.assertNotEqual(line[at], " ")
        assoc = next(line for line in lines if line.startswith("4 "))
        self.assertEqual(assoc.split(), ["4", "1", "192.0.2.9", "3868", "established", "1", "10/5", "0", "0", "0", "-", "2", "0", "no"])
        listen = lines[head].index("LISTEN")
        self.assertEqual([line[listen:].split()[0] for line in lines[head + 1:head + 3]], ["yes", "closing"])

    def head(self):
        return next(line for line in self.ctl().stdout.splitlines() if line.startswith("SOCKET")).split()

    def test_the_columns_are_the_same_whatever_there_is(self):
        self.daemon.sockets = [mock.listed("sockets", socket=1)]
        self.assertEqual(self.head(), self.SOCKETS)
        self.daemon.sockets = [mock.listed("sockets", socket=1, name="a", addrs=["::1"], owner=7)]
        self.assertEqual(self.head(), self.SOCKETS)

    def test_all_addresses_of_the_host_are_one_star(self):
        self.daemon.sockets = [mock.listed("sockets", socket=1, stack="kernel", addrs=["10.0.0.%d" % i for i in range(40)],
                                            wildcard=True)]
        row = next(line for line in self.ctl().stdout.splitlines() if line.startswith("1 "))
        self.assertEqual(row.split()[:4], ["1", "-", "kernel", "*"])
        self.assertEqual(len(json.loads(self.ctl("-j").stdout)["sockets"][0]["addrs"]), 40)

    def test_a_terminal_gets_no_line_wider_than_it_is(self):
        self.daemon.sockets = [mock.listed("sockets", socket=1, name="n" * 60, addrs=["10.0.0.%d" % i for i in range(9)])]
        self.daemon.assocs = [mock.listed("assocs", assoc=1, socket=1)]
        for width in (72, 100):
            lines = [line for line in self.on_terminal(width) if line]
            row = next(line for line in lines if line.startswith("1 "))
            self.assertIn("…", row)
            table = [line for line in lines if line[0].isdigit() or line.startswith(("SOCKET", "ASSOC"))]
            self.assertLessEqual(max(map(len, table)), width, table)
            self.assertEqual(next(line for line in lines if line.startswith("SOCKET"))[:width].split(),
                             self.SOCKETS if width == 100 else self.SOCKETS[:8])

    def on_terminal(self, width):
        """The lines of `sctpctl` on a terminal of that width."""
        parent, child = os.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        p = subprocess.Popen([CTL], stdin=child, stdout=child, stderr=child, env=self.env)
        os.close(child)
        self.addCleanup(os.close, parent)
        self.addCleanup(lambda: p.poll() is None and p.kill())
        seen = b""
        while True:
            try:
                seen += os.read(parent, 4096)
            except OSError:
                break
        self.assertEqual(p.wait(TIMEOUT), 0)
        return seen.decode().replace("\r", "").splitlines()

    def test_it_says_that_plain_peers_do_not_hear_udp(self):
        self.assertIn("usrsctp speaks SCTP over UDP (RFC 6951): a peer that speaks plain SCTP does not hear it", self.ctl().stdout)

    def test_json(self):
        self.daemon.sockets = [{"socket": 1, "new": [1.5]}]
        out = self.ctl("--json").stdout
        self.assertEqual(out.count("\n"), 1)
        state = json.loads(out)
        self.assertEqual(state["daemon"]["version"], "0.1.0")
        self.assertEqual(state["sockets"], [{"socket": 1, "new": [1.5]}])
        self.assertEqual(state, json.loads(self.ctl("state", "-j").stdout))


class Call(Mocked):
    def test_values_follow_the_schema(self):
        r = self.ctl("call", "open", "port=5000", "addrs=127.0.0.1,::1", "addrs=::2", "listen=yes", "name=12",
                     "options.rtoinfo.min=500", "options.rtoinfo.max=900", "options.nodelay:={\"value\":true}")
        self.assertEqual(self.params("open"), {
            "port": 5000, "addrs": ["127.0.0.1", "::1", "::2"], "listen": True, "name": "12",
            "options": {"rtoinfo": {"min": 500, "max": 900}, "nodelay": {"value": True}}})
        self.assertRegex(r.stdout, r"(?m)^socket: +7$")
        self.assertRegex(r.stdout, r"(?m)^addrs: +127.0.0.1, ::1, ::2$")
        self.assertIn("sctpctl session", r.stderr)

    def test_json_values_and_result(self):
        r = self.ctl("call", "--json", "open", "port:=1234", 'addrs:=["::1"]', 'options={"a":{}}', "check=true")
        self.assertEqual(self.params("open"), {"port": 1234, "addrs": ["::1"], "options": {"a": {}}, "check": True})
        self.assertEqual(r.stdout, '{"checked":true}\n')
        self.assertEqual(r.stderr, "")

    def test_a_method_it_never_heard_of(self):
        schema = {"type": "array", "items": {"type": "integer"}}
        self.daemon.more_methods = [mock.method("frobnicate", "Do it", mock.param("many", schema), mock.param("any", {}),
                                                mock.param("ratio", {"type": "number"}))]
        r = self.ctl("call", "frobnicate", "many=1,2", "any=x y", "ratio=0.5", status=1)
        self.assertEqual(self.params("frobnicate"), {"many": [1, 2], "any": "x y", "ratio": 0.5})
        self.assertIn("method_not_found", r.stderr)
        self.assertIn("many", self.ctl("call", "frobnicate", "--help").stdout)

    def test_errors_of_the_daemon(self):
        r = self.ctl("call", "open", "port=1", status=1)
        self.assertEqual(r.stdout, "")
        self.assertEqual(r.stderr, "sctpctl: permission_denied: port 1 is not for you (parameter port, errno EACCES)\n")
        r = self.ctl("call", "open", "port=1", "--json", status=1)
        self.assertEqual(json.loads(r.stderr)["error"]["data"]["param"], "port")

    def test_mistakes_are_found_before_the_call(self):
        for args, words in ((["opne"], ["near it: open", "Methods:", "subscribe"]),
                            (["xyzzy"], ["no method", "Methods:"]),
                            (["open", "prot=1"], ['"prot"', 'did you mean "port"', "Local addresses"]),
                            (["connect", "port=1"], ['needs the parameter "addrs"', "Addresses of the one peer", "required"]),
                            (["open", "port=x"], ["an integer"]), (["open", "port="], ["an integer"]),
                            (["open", "port=1 "], ["an integer"]), (["open", "listen=maybe"], ["true or false"]),
                            (["open", "options=[]"], ["a JSON object"]), (["open", "port:={"], ["JSON"]),
                            (["open", "port=1", "port=2"], ["given twice"]), (["open", "port"], ["KEY=VALUE"]),
                            (["open", "=1"], ["KEY=VALUE"]), (["open", ":=1"], ["KEY=VALUE"]),
                            (["open", "port.x=1"], ["no parameter"])):
            r = self.ctl("call", *args, status=1)
            for word in words:
                self.assertIn(word, r.stderr, args)
        self.assertEqual({r["method"] for r in self.daemon.requests}, {"rpc.discover"})
        self.ctl("call", status=2)

    def test_usage(self):
        out = self.ctl("call", "connect", "--help").stdout
        self.assertIn("Usage: sctpctl call connect", out)
        self.assertRegex(out, r"(?m)^  addrs +Addresses of the one peer.* \(list of string; required\)$")
        self.assertRegex(out, r"(?m)^  timeout_ms +After this time the attempt is aborted \(integer, ms; default 30000\)$")
        self.assertIn("\n  sctpctl call connect addrs=127.0.0.1 port=3868\n", out)
        self.assertIn("graceful|abort", self.ctl("call", "close", "--help").stdout)

    def test_output_that_cannot_be_written(self):
        for args in (["list"], ["methods"], ["state"], ["-j", "list"], ["monitor", "-n", "1"]):
            with open("/dev/full", "w") as full:
                self.daemon.after_subscribe = lambda session: session.notify("event", event="x")
                r = subprocess.run([CTL, *args], stdout=full, stderr=subprocess.PIPE, env=self.env, text=True, timeout=TIMEOUT)
            self.assertEqual((r.returncode, r.stderr), (1, "sctpctl: cannot write the output: No space left on device\n"), args)

    def test_time_limit(self):
        self.assertIn("no_answer", self.ctl("call", "sleep", "--timeout", "100", status=2).stderr)

    def test_daemon_dies(self):
        self.daemon.more_methods = [mock.method("die", "Die")]
        self.assertIn("connection_lost", self.ctl("call", "die", status=2).stderr)

    def test_lists_of_objects(self):
        self.daemon.sockets = [{"socket": 1, "addrs": ["::1"]}, {"socket": 22, "addrs": []}]
        self.daemon.assocs = [{"assoc": 1, "paths": [{"addr": "::1"}]}]
        out = self.ctl("call", "list").stdout
        self.assertIn("sockets:\n  socket  addrs\n  1       ::1\n", out)
        self.assertIn("assocs:\n  - assoc: 1\n    paths:\n      addr\n      ::1\n", out)

    def test_methods(self):
        out = self.ctl("methods").stdout
        self.assertRegex(out, r"(?m)^close +Closes a socket with its associations; answers when the last one is gone$")
        rows = json.loads(self.ctl("methods", "--json").stdout)
        self.assertEqual([r["name"] for r in rows], [m["name"] for m in mock.METHODS])


    def test_a_daemon_without_options(self):
        self.assertIn("does not describe its options", self.ctl("options", status=1).stderr)


class MethodsAsCommands(Mocked):
    def test_a_method_is_a_command(self):
        self.assertEqual(self.ctl("list").stdout, self.ctl("call", "list").stdout)
        self.ctl("open", "port=5000")
        self.assertEqual(self.params("open"), {"port": 5000})

    def test_help_says_what_a_method_takes(self):
        usage = self.ctl("call", "open", "--help").stdout
        self.assertIn("Parameters of open:", usage)
        for args in (["open", "--help"], ["help", "open"], ["help", "call", "open"]):
            self.assertEqual(self.ctl(*args).stdout, usage, args)

    def test_near_names_are_commands_and_methods(self):
        self.assertIn('no command and no method "sate"; near it: state\n', self.ctl("sate", status=2).stderr)
        self.assertIn("near it: open\n", self.ctl("opne", status=2).stderr)
        said = json.loads(self.ctl("-j", "lits", status=2).stderr)["error"]
        self.assertEqual(said["data"]["name"], "no_such_command")
        self.assertIn("near it: list", said["message"])

    def test_a_number_alone_is_asked_what_it_is(self):
        self.assertIn("did you mean assoc=1 or socket=1\n", self.ctl("subscribe", "1", status=1).stderr)
        self.assertIn("did you mean assoc=1\n", self.ctl("send", "1", status=1).stderr)


class Lists(Mocked):
    """However a list is spelled that has come through a shell."""

    def opened(self, *args):
        self.ctl("open", *args)
        return self.params("open")["addrs"]

    def test_spellings_of_a_list(self):
        for word in ('addrs=127.0.0.1,::1', 'addrs=["127.0.0.1","::1"]', 'addrs:=["127.0.0.1","::1"]', 'addrs=[127.0.0.1,::1]',
                     'addrs=[127.0.0.1, ::1]'):
            self.assertEqual(self.opened(word), ["127.0.0.1", "::1"], word)
        self.assertEqual(self.opened("addrs=[::1]"), ["::1"])
        self.assertEqual(self.opened("addrs=[::1]:80,[::2]"), ["[::1]:80", "[::2]"])

    def test_a_session_takes_them_too(self):
        self.ctl("session", text='open addrs=["127.0.0.1","::1"]\n')
        self.assertEqual(self.params("open")["addrs"], ["127.0.0.1", "::1"])

    def test_what_the_shell_took_is_said(self):
        for word in ("addrs:=[127.0.0.1]", "options={rtoinfo:{min:500}}"):
            self.assertIn("quotes are the shell's: put the whole word into '…'", self.ctl("open", word, status=1).stderr)

    def test_names_or_an_object_of_names(self):
        for word, options in (("options=rtoinfo,nodelay", ["rtoinfo", "nodelay"]), ("options=[rtoinfo]", ["rtoinfo"]),
                              ('options:=["rtoinfo"]', ["rtoinfo"]), ('options={"rtoinfo":{}}', {"rtoinfo": {}}),
                              ("options.peer_addr_params.address=127.0.0.1", {"peer_addr_params": {"address": "127.0.0.1"}})):
            self.ctl("getopts", "socket=7", word)
            self.assertEqual(self.params("getopts"), {"socket": 7, "options": options})


# C0, C1 (CSI of terminals that honour it), DEL, a separator of lines, and what turns the direction round.


DRIVING = ["\x1b", "\x07", "\x7f", "\u0085", "\u009b", "\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e",
           "\u2066", "\u2069"]


class Driving(Mocked):
    """Names come from other users: they must not drive the terminal they are shown on."""
    NAME = "caf\u00e9 \u0645" + "".join(DRIVING)

    def setUp(self):
        super().setUp()
        self.daemon.sockets = [mock.listed("sockets", socket=1, name=self.NAME, note_bytes=0)]

    def event(self, session):
        session.notify("event", sub=1, event="x" + self.NAME, ts=1, **{self.NAME: self.NAME})

    def shown(self, *args, **more):
        r = self.ctl(*args, **more)
        for c in DRIVING:
            self.assertNotIn(c, r.stdout + r.stderr, (args, c))
        self.assertIn("caf\u00e9 \u0645", r.stdout + r.stderr)
        return r

    def test_for_people(self):
        self.assertIn("\\x1b", self.shown().stdout)
        self.assertIn("\\xe2\\x80\\xae", self.shown("list").stdout)
        self.daemon.after_subscribe = self.event
        self.shown("monitor", "-n", "1")
        self.shown("session", text="list\n")

    def test_in_json(self):
        self.assertEqual(json.loads(self.shown("-j").stdout)["sockets"][0]["name"], self.NAME)
        self.assertEqual(json.loads(self.shown("list", "-j").stdout)["sockets"][0]["name"], self.NAME)
        self.daemon.after_subscribe = self.event
        event = json.loads(self.shown("monitor", "-j", "-n", "1").stdout.splitlines()[1])
        self.assertEqual(event[self.NAME], self.NAME)
        self.assertEqual(json.loads(self.shown("session", "-j", text="list\n").stdout)["result"]["sockets"][0]["name"], self.NAME)

    def test_in_errors(self):
        def refuse(**params):
            raise mock.CallError(1, "refused", self.NAME, what=self.NAME)
        self.daemon.answers["list"] = refuse
        self.assertIn("refused", self.shown("list", status=1).stderr)
        self.assertEqual(json.loads(self.shown("list", "-j", status=1).stderr)["error"]["message"], self.NAME)


class Secrets(Mocked):
    """Output is what people paste into tickets."""

    def test_a_token_is_shown_only_where_it_is_asked_for(self):
        for args, text in ((["state"], None), (["hello"], None), (["call", "hello"], None), (["session"], "hello\n")):
            for json_too in ([], ["-j"]):
                self.assertNotIn(mock.SECRET, self.ctl(*args, *json_too, text=text).stdout, (args, json_too))
        self.assertIn(mock.SECRET, self.ctl("hello", "--secrets").stdout)
        self.assertEqual(json.loads(self.ctl("hello", "-j", "--secrets").stdout)["resume"], mock.SECRET)
        self.assertEqual(json.loads(self.ctl("-j", "--secrets").stdout)["daemon"]["resume"], mock.SECRET)
        self.assertIn(mock.SECRET, self.ctl("session", "--secrets", text="hello\n").stdout)
        self.assertIn("--secrets shows it", self.ctl("hello").stdout)

    def test_a_session_can_use_what_it_does_not_show(self):
        self.ctl("session", text="hello\nhello client=$resume\n")
        self.assertEqual(self.params("hello"), {"client": mock.SECRET})


if __name__ == "__main__":
    unittest.main()
