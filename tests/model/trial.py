"""Runs of random steps against a daemon, and what becomes of a run that fails: the same steps again, fewer and fewer."""
import random

import moves
import sctpd
import shrink
import world
from line import Line, Silence
from steps import LONG
from words import Mismatch

EPISODE = 1000  # steps; then all is closed, nothing may be left, and it begins anew
FAILURES = (Mismatch, Silence, OSError, KeyError)  # the last: something the model does not know
# What makes a step simpler, where it is not so already.
SIMPLER = {"count": 1, "epoch": None, "wait": False, "hasty": False, "auto": False, "most": 1, "credit": None, "linger": LONG,
           "brief": False, "token": None, "upto": "all", "to": None}


class Failure(Exception):
    """A run that was not as the model says: why, and the short transcript of a run that fails."""


def simpler(step):
    what, args = step
    return [(what, {**args, key: value}) for key, value in SIMPLER.items() if key in args and args[key] != value]


class Trial:
    """@line: the class of the connections, which a test of this may replace by one that hears wrong."""

    def __init__(self, line=Line):
        self.line, self.daemon, self.contract = line, None, None
        self.done, self.steps = 0, None  # how many; those that show a failure

    def __enter__(self):
        return self

    def __exit__(self, kind, *exc):
        if self.daemon:
            self.daemon.kill() if kind else self.daemon.stop()
            self.daemon.clean()

    def start(self):
        if not self.daemon:
            self.daemon = sctpd.Daemon(stack="fake", config=world.CONFIG).start()
            with self.daemon.client(ack=None) as client:
                self.contract = client.contract

    def run(self, seed, steps, shrink_seconds=60):
        """@steps of them, in episodes that each have a seed of their own."""
        for number in range(-(-steps // EPISODE)):
            made = []
            error = self.attempt(lambda there: self.episode(there, f"{seed}.{number}", min(EPISODE, steps - self.done), made))
            if error:
                raise Failure(self.explain(f"seed {seed}, episode {number}, step {len(made)}", error, made, shrink_seconds))

    def episode(self, there, seed, count, made):
        for step in moves.Moves(random.Random(seed), there):
            if count == 0:
                break
            made.append(step)
            if there.step(*step):
                count -= 1
                self.done += 1
            else:
                made.pop()

    def replay(self, steps, say=lambda *words: None):
        """(why it fails, the steps that were done), or None."""
        done = []

        def again(there):
            for step in steps:
                done.append(step)
                say("", *step)
                if not there.step(*step):
                    done.pop()
        why = self.attempt(again, say)
        return why and (why, done)

    def attempt(self, run, say=lambda *words: None):
        """A run from nothing to nothing: why it failed, or None."""
        self.start()
        try:
            there = world.World(lambda: self.line(self.daemon.socket_path, self.contract), say)
            run(there)
            there.clear()
        except FAILURES as error:
            return self.give_up(error)
        return None

    def give_up(self, error):
        self.daemon.kill()
        log = [line for line in self.daemon.log().splitlines() if "stack runs" not in line and "ready on" not in line]
        self.daemon.clean()
        self.daemon = None
        return "\n".join([f"{type(error).__name__}: {error}", *log[:40]])

    def explain(self, where, error, made, seconds):
        if not self.replay(made):
            return f"{where}: {error}\n(the same steps on a fresh daemon do not fail)"
        self.steps = short = shrink.shrink(made, lambda steps: (self.replay(steps) or (None, None))[1], simpler, seconds)
        said = []
        why, _ = self.replay(short, lambda *words: said.append(words))
        return f"{where}: {error}\n\n{len(made)} steps, shrunk to {len(short)}:\n{transcript(said)}\n{why}"


def transcript(said):
    lines = []
    for who, what, more in said:
        if not who:
            lines.append(f"- {what} {' '.join(f'{key}={value}' for key, value in more.items())}")
        else:
            lines.append(f"    {who}: {what} {more}"[:240])
    return "\n".join(lines)
