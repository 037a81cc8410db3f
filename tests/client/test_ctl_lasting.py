"""sctpctl where it goes on for a while, against a daemon in Python: monitor and session."""
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import termios
import time
import unittest

import mock
from ctl import CTL, TIMEOUT, Mocked


class Monitor(Mocked):
    def test_it_ends_in_time(self):
        r = self.ctl("monitor", "-t", "50")
        self.assertEqual((r.stdout, r.stderr), ("# 0 sockets, 0 associations now\n", ""))

    def test_too_few_events_in_time_are_a_failure(self):
        self.daemon.after_subscribe = self.events
        self.assertEqual(len(self.ctl("monitor", "-t", "20000", "-n", "3").stdout.splitlines()), 4)
        self.assertIn("timeout: 3 of 4 events came within 1000 ms", self.ctl("monitor", "-t", "1000", "-n", "4", status=1).stderr)

    def test_no_noise(self):
        def events(session):
            session.notify("event", sub=1, cursor=1, event="assoc_change", ts=1, state="comm_up", error=0, features=["auth", "pr"])
            session.notify("event", sub=1, cursor=2, event="assoc_change", ts=1, state="comm_lost", error=12)
        self.daemon.after_subscribe = events
        up, lost = self.ctl("monitor", "-n", "2").stdout.splitlines()[1:]
        self.assertTrue(up.endswith("state=comm_up"), up)
        self.assertTrue(lost.endswith("state=comm_lost error=12"), lost)

    def events(self, session):
        for i in range(3):
            session.notify("event", sub=1, cursor=i, socket=1, assoc=4, event="assoc_change", ts=1700000000123 + i,
                           state="comm_up", info=[{"reason": "a b"}], note="x y\x1b[2J\n\u009b")

    def test_lines(self):
        self.daemon.after_subscribe = self.events
        lines = self.ctl("monitor", "--count", "2", "--events", "assoc_change,gap", "assoc=4").stdout.splitlines()
        self.assertEqual(self.params("subscribe"), {"events": ["assoc_change", "gap"], "assoc": 4})
        self.assertEqual(lines[0], "# 0 sockets, 0 associations now")
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[1], r"^22:13:20\.123  assoc_change +socket=1 assoc=4 state=comm_up info=")
        self.assertIn('note="x y\\x1b[2J\\n\\xc2\\x9b"', lines[1])
        self.assertTrue(all(c.isprintable() for line in lines for c in line))

    def test_json_lines(self):
        self.daemon.after_subscribe = self.events
        lines = [json.loads(line) for line in self.ctl("monitor", "--json", "-n", "3").stdout.splitlines()]
        self.assertEqual(lines[0]["snapshot"]["sockets"], [])
        self.assertEqual([line["cursor"] for line in lines[1:]], [0, 1, 2])
        self.assertEqual(lines[1]["note"], "x y\x1b[2J\n\u009b")

    def test_ends_at_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            p = self.start("monitor")
            self.assertIn("associations now", p.stdout.readline())
            p.send_signal(number)
            self.assertEqual(p.wait(TIMEOUT), 0)

    def test_ends_with_the_daemon(self):
        p = self.start("monitor")
        self.assertIn("associations now", p.stdout.readline())
        self.daemon.clients[-1].shutdown(socket.SHUT_RDWR)
        self.assertEqual(p.wait(TIMEOUT), 2)
        self.assertIn("connection_lost", p.stderr.read())

    def test_ends_with_its_reader(self):
        self.daemon.after_subscribe = lambda s: [self.events(s) for _ in range(3000)]
        p = self.start("monitor")
        p.stdout.readline()
        p.stdout.close()
        self.assertEqual(p.wait(TIMEOUT), -signal.SIGPIPE)
        p.stdout = None

    def test_wrong_parameters(self):
        self.assertIn("Parameters of subscribe", self.ctl("monitor", "sokcet=1", status=1).stderr)


class Session(Mocked):
    def test_names_of_results(self):
        r = self.ctl("session", text="# a comment\n\nopen port=5000 # and one more\nconnect socket=$socket addrs=::1 port=3\n"
                                     "send assoc=$assoc text=\"it's $assoc \\\"x\\\"\"\nsend assoc=$assoc text='$assoc'")
        self.assertEqual(self.params("connect"), {"socket": 7, "addrs": ["::1"], "port": 3})
        sent = [r["params"] for r in self.daemon.requests if r["method"] == "send"]
        self.assertEqual(sent, [{"assoc": 9, "text": "it's 9 \"x\""}, {"assoc": 9, "text": "$assoc"}])
        self.assertRegex(r.stdout, r"22:13:20\.123  echo\\x1b\[2J +socket=7")
        self.assertEqual(len(self.daemon.clients), 1)
        self.assertNotIn("sctpctl>", r.stdout)

    def test_failures(self):
        r = self.ctl("session", text="recv assoc=9\nopn\nopen prot=1\nsend assoc=$nothing\nsend 'x\nping\n", status=1)
        for word in ("timeout: nothing came (code 303, assoc 9)", "near it: open", "Parameters of open", "$nothing", "not closed"):
            self.assertIn(word, r.stderr)
        self.assertEqual(r.stdout, "done\n")

    def test_json(self):
        r = self.ctl("session", "--json", text='{"method":"sleep","id":"x"}\n{"method":"ping","id":[1]}\n{"method":"opn","id":2}\n'
                                               '{"id":3}\n{"method":"ping","params":[]}\n{"mehtod":"ping","id":4}\n{]\nping\n', status=1)
        answers = {json.dumps(a["id"]): a for a in map(json.loads, r.stdout.splitlines())}
        self.assertEqual(answers['"x"'], {"id": "x", "result": {}})
        self.assertEqual(answers["[1]"], {"id": [1], "result": {}})
        self.assertEqual(answers["2"]["error"]["data"]["name"], "method_not_found")
        for bad in ("3", "4", "5", "7"):
            self.assertEqual(answers[bad]["error"]["data"]["name"], "invalid_line", bad)
        self.assertEqual(answers["8"], {"id": 8, "result": {}})
        self.assertEqual(r.stderr, "")

    def test_answers_come_as_they_come(self):
        p = self.start("session", "--json")
        for i in range(100):
            p.stdin.write("sleep &\n")
        p.stdin.write('{"method":"ping"}\n')
        p.stdin.flush()
        ids = [json.loads(p.stdout.readline())["id"] for _ in range(101)]
        self.assertEqual(ids[0], 101)
        self.assertEqual(ids[1:], list(range(1, 101)))
        p.stdin.write("subscribe\nquit\nping\n")
        out, err = p.communicate(timeout=TIMEOUT)
        self.assertEqual((p.returncode, err), (0, ""))
        self.assertEqual(json.loads(out)["result"]["sub"], 1)

    def test_quit_does_not_wait(self):
        r = self.ctl("session", text="sleep &\nquit\n")
        self.assertEqual((r.stdout, r.stderr), ("", ""))

    def test_ends_at_signals_and_with_the_daemon(self):
        p = self.start("session")
        p.stdin.write("ping\nsleep &\n")
        p.stdin.flush()
        self.assertEqual(p.stdout.readline(), "done\n")
        p.send_signal(signal.SIGTERM)
        self.assertEqual(p.communicate(timeout=TIMEOUT), ("", ""))
        self.assertEqual(p.returncode, 0)
        self.daemon.more_methods = [mock.method("die", "Die")]
        r = self.ctl("session", text="die\nping\n", status=2)
        self.assertIn("connection_lost", r.stderr)

    def test_help(self):
        out = self.ctl("session", text="help\nhelp send\n").stdout
        self.assertIn("Methods:", out)
        self.assertIn("Parameters of send:", out)

    def test_lines_may_end_as_elsewhere(self):
        """The return before the newline is no part of the method's name, also where that is looked up for what it takes."""
        r = self.ctl("session", text="ping\r\nconnect\r\n", status=1)
        self.assertEqual(r.stdout, "done\n")
        self.assertIn("Parameters of connect", r.stderr)

    def test_a_typo_does_not_print_every_method(self):
        r = self.ctl("session", text="opne\n", status=1)
        self.assertNotIn("Methods:", r.stderr)
        self.assertEqual(len(r.stderr.splitlines()), 2, r.stderr)

    def test_interrupt_ends_the_waiting_and_not_the_session(self):
        parent, child = os.openpty()
        p = subprocess.Popen([CTL, "session"], stdin=child, stdout=child, stderr=child, env=self.env, start_new_session=True,
                             preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(child)
        self.addCleanup(os.close, parent)
        self.addCleanup(lambda: p.poll() is None and p.kill())
        self.read_until(parent, b"sctpctl> ")
        os.write(parent, b"sleep\n")
        self.await_call("sleep")
        os.write(parent, b"\x03")
        self.read_until(parent, b"sleep goes on; its answer is shown when it comes\r\nsctpctl> ")
        os.write(parent, b"ping\n")
        self.read_until(parent, b"# sleep\r\ndone\r\n")
        self.read_until(parent, b"sctpctl> ")
        os.write(parent, b"\x03")
        self.read_until(parent, b"ends the session and gives up what it owns\r\nsctpctl> ")
        os.write(parent, b"quit\n")
        self.assertEqual(p.wait(TIMEOUT), 0)
        self.assertEqual(len(self.daemon.clients), 1)

    def test_of_two_signals_the_end_counts(self):
        """Both wait for it to go on: the one that only ends the waiting does not hide the other."""
        parent, child = os.openpty()
        p = subprocess.Popen([CTL, "session"], stdin=child, stdout=child, stderr=child, env=self.env)
        os.close(child)
        self.addCleanup(os.close, parent)
        self.addCleanup(lambda: p.poll() is None and p.kill())
        self.read_until(parent, b"sctpctl> ")
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
            p.send_signal(number)
        self.assertEqual(p.wait(TIMEOUT), 0)

    def test_calls_that_wait_have_a_mark(self):
        """Above it standard input waits."""
        p = self.start("session")
        p.stdin.write("sleep &\n" * 1030)
        p.stdin.flush()
        self.await_call("sleep", 1024)
        self.daemon.clients[-1].shutdown(socket.SHUT_RD)  # it takes in what is there
        self.assertEqual(p.wait(TIMEOUT), 2)
        self.assertEqual(len([r for r in self.daemon.requests if r["method"] == "sleep"]), 1024)

    def await_call(self, method, count=1):
        deadline = time.monotonic() + TIMEOUT
        while len([r for r in self.daemon.requests if r["method"] == method]) < count:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def read_until(self, fd, wanted):
        seen, deadline = b"", time.monotonic() + TIMEOUT
        while wanted not in seen:
            self.assertTrue(select.select([fd], [], [], max(0, deadline - time.monotonic()))[0], (wanted, seen))
            seen += os.read(fd, 1)
        return seen

    def test_a_prompt_for_people_only(self):
        parent, child = os.openpty()
        p = subprocess.Popen([CTL, "session"], stdin=child, stdout=child, stderr=child, env=self.env)
        os.close(child)
        try:
            seen, deadline = b"", time.monotonic() + TIMEOUT
            os.write(parent, b"ping\nquit\n")
            while time.monotonic() < deadline:
                try:
                    seen += os.read(parent, 4096)
                except OSError:
                    break
            self.assertEqual(p.wait(TIMEOUT), 0)
        finally:
            os.close(parent)
            if p.poll() is None:
                p.kill()
                p.wait()
        self.assertEqual(seen.count(b"sctpctl> "), 2, seen)

    def test_no_prompt_where_the_output_goes_elsewhere(self):
        parent, child = os.openpty()
        p = subprocess.Popen([CTL, "session"], stdin=child, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, text=True)
        os.close(child)
        self.addCleanup(os.close, parent)
        self.addCleanup(self.reap, p)
        os.write(parent, b"ping\nquit\n")
        self.assertEqual(p.communicate(timeout=TIMEOUT), ("done\n", ""))

    def test_a_long_line(self):
        self.ctl("session", text="send assoc=1 text=" + "x" * 1000000 + "\n")
        self.assertIn("cannot be called",
                      self.ctl("session", text="send assoc=1 text=" + "x" * 1100000 + "\n", status=1).stderr)
        most = 2 * 1024 * 1024
        self.assertIn("method_not_found", self.ctl("session", text="x" * most, status=1).stderr)
        self.assertIn("line_too_long", self.ctl("session", text="x" * (most + 1), status=1).stderr)


if __name__ == "__main__":
    unittest.main()
