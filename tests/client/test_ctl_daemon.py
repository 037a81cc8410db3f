"""sctpctl against the real daemon.

SCTPD_BINARY and SCTPD_ARGS say which (default: sctpd-fake --stack fake).
"""
import json
import os
import re
import subprocess
import time
import unittest

from ctl import DAEMON, DAEMON_ARGS, TIMEOUT, CtlCase


class Real(CtlCase):
    def setUp(self):
        super().setUp()
        self.server = subprocess.Popen([DAEMON, "--runtime-dir", self.dir.name, *DAEMON_ARGS], stderr=subprocess.DEVNULL)
        self.addCleanup(self.stop)
        deadline = time.monotonic() + TIMEOUT
        while not os.path.exists(self.path):
            self.assertIsNone(self.server.poll(), "%s ended at its start" % DAEMON)
            self.assertLess(time.monotonic(), deadline, "the daemon is not ready in time")
            time.sleep(0.01)

    def stop(self):
        if self.server.poll() is None:
            self.server.terminate()
        try:
            self.server.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
            raise

    def test_state(self):
        out = self.ctl().stdout
        self.assertRegex(out, r"^sctpd \S+, protocol 1, at ")
        self.assertRegex(out, r"(?m)^STACK  +VERSION")
        self.assertIn("No sockets are open.", out)
        self.assertEqual(sorted(json.loads(self.ctl("--json").stdout)), ["accounts", "assocs", "clients", "daemon", "sessions", "sockets", "subs"])

    def test_every_method_explains_itself(self):
        rows = json.loads(self.ctl("methods", "--json").stdout)
        self.assertTrue({"open", "connect", "send", "recv", "subscribe"} <= {r["name"] for r in rows})
        for row in rows:
            self.assertIn(row["name"], self.ctl("call", row["name"], "--help").stdout)

    def test_every_option_explains_itself(self):
        options = json.loads(self.ctl("options", "--json").stdout)
        self.assertTrue({"rtoinfo", "nodelay", "auth_key", "event"} <= options.keys())
        table = self.ctl("options").stdout
        for name, option in options.items():
            self.assertRegex(table, rf"(?m)^{name} ")
            out = self.ctl("options", name).stdout
            self.assertTrue(out.startswith(f"{name}: {option['description']}\n"), out)
            self.assertIn(option["x-reference"], out)
            for field in option["properties"]:
                self.assertRegex(out, rf"(?m)^  {field} ")

    def test_an_option_in_full(self):
        out = self.ctl("options", "peer_addr_params").stdout
        self.assertRegex(out, r"(?m)^  hbinterval +Heartbeat interval \(integer, ms; sets the flag hb_enable\)$")
        self.assertIn("hb_enable, hb_disable", out)
        self.assertIn("setopts assoc=1 options.peer_addr_params.", out)
        self.assertIn("not on usrsctp: peer_addr_params.dscp serves", self.ctl("options", "tos").stdout)
        self.assertRegex(self.ctl("options", "auth_key").stdout, r"(?m)^Needs: +auth_supported$")
        self.assertEqual(json.loads(self.ctl("options", "rtoinfo", "--json").stdout)["x-access"], "rw")

    def test_an_option_that_is_not_there(self):
        self.assertIn("near it: rtoinfo", self.ctl("options", "rtinfo", status=1).stderr)
        self.assertIn("rtoinfo", json.loads(self.ctl("options", "rtinfo", "--json", status=1).stderr)["error"]["message"])
        self.assertIn("takes one name", self.ctl("options", "rtoinfo", "initmsg", status=2).stderr)

    def test_addresses_that_are_none(self):
        for word, hint in (("[::1]:5001,::1", "write it without brackets and without the port"), ("[::1],[::2]", "without brackets"),
                           ("127.0.0.1:5001", "write it without the port"), ("127.0.0.1/32", "write one address, without a prefix length"),
                           ("localhost", "names are not looked up")):
            said = self.ctl("open", "addrs=" + word, status=1).stderr
            self.assertIn("bad_address: ", said)
            self.assertIn("(%s)" % hint, said)

    def test_options_of_a_socket_one_by_one(self):
        text = ("open addrs=[127.0.0.1]\ngetopts socket=$socket options=rtoinfo,nodelay\n"
                "getopts socket=$socket options.rtoinfo.min=1\n")
        r = self.ctl("session", "-j", text=text, status=1)
        answers = [json.loads(line) for line in r.stdout.splitlines()]
        self.assertEqual(set(answers[1]["result"]["options"]), {"rtoinfo", "nodelay"})
        self.assertEqual(answers[2]["error"]["data"]["param"], "options.rtoinfo.min")

    def test_a_socket_of_every_address_is_one_star(self):
        p = self.start("session")
        p.stdin.write("open port=4711\n")
        p.stdin.flush()
        self.assertIn("socket:", p.stdout.readline())
        self.assertRegex(self.ctl().stdout, r"(?m)^\d+ +- +\S+ +\* +4711 ")

    def test_errors(self):
        r = self.ctl("call", "send", "assoc=77", "text=x", status=1)
        self.assertTrue(r.stderr.startswith("sctpctl: no_such_assoc: "), r.stderr)
        self.assertIn("sctpctl session", self.ctl("call", "open", "addrs=127.0.0.1").stderr)
        self.assertIn("code", self.ctl("call", "open", "addrs=nonsense", "--json", status=1).stderr)

    def test_the_taste_of_the_readme_twice_in_a_row(self):
        with open(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "README.md")) as f:
            text = re.search(r"sctpctl session <<'END'\n(.*?)END\n", f.read(), re.S).group(1)
        for _ in range(2):
            r = self.ctl("session", text=text)
            self.assertEqual(r.stderr, "")
            for word in ("state=comm_up", "stream=3", "ppid=46", "text=hello", "state=shutdown_comp"):
                self.assertIn(word, r.stdout)

    def test_a_message_through_a_session(self):
        monitor = self.start("monitor", "--json", "--events", "assoc_opened,assoc_closed")
        self.assertIn("snapshot", json.loads(monitor.stdout.readline()))
        text = ("open addrs=127.0.0.1 listen=true\nsubscribe socket=$socket data=true encoding=text\n"
                "connect addrs=127.0.0.1 port=$port\nsend assoc=$assoc text='hello there' ppid=46\n")
        p = self.start("session", "--json")
        p.stdin.write(text)
        p.stdin.flush()
        answers = []
        while not any(a.get("method") == "data" for a in answers):
            line = p.stdout.readline()
            self.assertTrue(line, (answers, p.poll()))
            answers.append(json.loads(line))
            self.assertNotIn("error", answers[-1])
        data = answers[-1]["params"]
        self.assertEqual((data["text"], data["ppid"]), ("hello there", 46))
        rows = self.ctl().stdout
        self.assertEqual(len(re.findall(r"(?m)\bestablished\b", rows)), 2, rows)
        p.stdin.close()
        self.assertEqual(p.wait(TIMEOUT), 0)
        p.stdin = None
        events = [json.loads(monitor.stdout.readline())["event"] for _ in range(4)]
        self.assertEqual(sorted(events), ["assoc_closed"] * 2 + ["assoc_opened"] * 2)
        self.server.terminate()
        self.assertEqual(monitor.wait(TIMEOUT), 2)


if __name__ == "__main__":
    unittest.main()
