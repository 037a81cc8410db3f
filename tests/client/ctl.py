"""What the tests of sctpctl share. BUILD_DIR says where the programs are."""
import os
import shlex
import subprocess
import tempfile
import unittest

import mock

BUILD = os.environ.get("BUILD_DIR", os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "build"))
CTL = os.path.join(BUILD, "sctpctl")
DAEMON = os.environ.get("SCTPD_BINARY", os.path.join(BUILD, "sctpd-fake"))
DAEMON_ARGS = shlex.split(os.environ.get("SCTPD_ARGS", "--stack fake"))
TIMEOUT = 30


class CtlCase(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.path = os.path.join(self.dir.name, "control.sock")
        self.env = dict(os.environ, SCTPD_SOCKET=self.path, TZ="UTC")

    def ctl(self, *args, text=None, status=0):
        r = subprocess.run([CTL, *args], input=text, env=self.env, capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(r.returncode, status, (args, r.stdout, r.stderr))
        return r

    def start(self, *args):
        p = subprocess.Popen([CTL, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env,
                             text=True)
        self.addCleanup(self.reap, p)
        return p

    def reap(self, p):
        if p.poll() is None:
            p.kill()
        p.communicate()


class Mocked(CtlCase):
    def setUp(self):
        super().setUp()
        self.daemon = mock.Daemon(self.path)
        self.addCleanup(self.daemon.close)

    def params(self, method):
        """Of the last call of @method."""
        return [r.get("params") for r in self.daemon.requests if r["method"] == method][-1]
