"""What goes wrong around a daemon: its configuration changes, its stack fails, its peers restart, its system has nothing left."""
import signal

import life
from life import HERE, MOVES, move

ERRNOS = ["ENOMEM", "ENOBUFS", "EIO", "EMFILE", "EACCES", "EADDRINUSE", "ECONNRESET"]
OPS = ["open", "bindx", "listen", "local_addrs", "connect", "accept", "send", "recv", "eof", "abort", "peer_addrs", "assoc_local_addrs", "assoc_bindx",
       "get_option", "set_option"]
CALLS = [("accept4", "EMFILE"), ("accept4", "ECONNABORTED"), ("epoll_ctl", "ENOMEM"), ("epoll_wait", "EINTR"),
         ("readv", "ECONNRESET"), ("writev", "ENOBUFS"), ("writev", "EPIPE"), ("getrandom", "EINTR"), ("getsockopt", "ENOBUFS"), ("fcntl", "EMFILE"),
         ("open", "EMFILE"), ("poll", "ENOMEM")]
# As a peer, or the way to it, causes them.
EVENTS = [("assoc_change", {"state": "restart", "outbound_streams": 3, "inbound_streams": 3}), ("remote_error", {"error": 3}), ("partial_delivery", {}),
          ("shutdown", {}), ("adaptation_indication", {"indication": 3}), ("send_failed", {"data": "back"}), ("sender_dry", {}), ("authentication", {}),
          ("stream_reset", {}), ("assoc_reset", {}), ("stream_change", {"inbound_streams": 9, "outbound_streams": 9}), ("notifications_stopped", {}),
          ("peer_addr_change", {"addr": HERE, "state": "addr_unreachable"})]


# --- configuration ---

@move(2)
def reload(world, dice):
    """While calls wait, offers run and members are there; at times with a mistake in the file."""
    settings = {"recv_queue_messages": dice.choice([1, 8, 1024]), "send_queue_bytes": dice.choice([1000, 1 << 20]), "linger_ms": dice.choice([0, 0, 5]),
                "sockets_per_client": dice.choice([2, 1024, 1024, 1024]), "assocs_per_user": dice.choice([20, 65536, 65536]), "requests_per_client": dice.choice([5, 4096, 4096]),
                "event_log_bytes": dice.choice([65536, 1 << 22])}
    if dice.random() < 0.1:
        settings["no_such_setting"] = 1
    world.daemon.write_config(life.config(rules=dice.choice([0, 0, 0, 1, 2, 3]), **settings))
    if dice.random() < 0.3:
        world.daemon.process.send_signal(signal.SIGHUP)
    else:
        world.do(world.client(dice), dice, "reload")


# --- the stack and its peers ---

def control(world, dice, assoc=None, **what):
    params = {"control": what} if assoc is None else {"assoc": assoc, "control": what}
    world.do(world.client(dice), dice, "fake", **params)


@move(2, everywhere=False)
def break_down(world, dice):
    """Both sides of an association lose it."""
    control(world, dice, world.some(dice, "assocs"), do="lose", number=3)


@move(8, everywhere=False)
def peer_does(world, dice):
    event, fields = dice.choice(EVENTS)
    control(world, dice, world.some(dice, "assocs"), do="event", event=event, fields=fields)


@move(1, everywhere=False)
def unknown_event(world, dice):
    control(world, dice, world.some(dice, "assocs"), do="unknown", number=99)


@move(4, everywhere=False)
def stack_fails(world, dice):
    control(world, dice, do="fault", op=dice.choice(OPS), error=dice.choice(ERRNOS), after=dice.choice([0, 0, 1, 3]), times=dice.choice([1, 1, 3]))


@move(3, everywhere=False)
def pieces(world, dice):
    """Messages come in pieces, some break off."""
    control(world, dice, do="split", bytes=dice.choice([0, 1, 100, 1000, 30000]))
    if dice.random() < 0.5:
        control(world, dice, do="break", times=dice.choice([1, 3]))


@move(2, everywhere=False)
def silence(world, dice):
    """Peers answer nothing, or they do again."""
    control(world, dice, do="silent", on=dice.random() < 0.4)


@move(2, everywhere=False)
def connect_to_nobody(world, dice):
    world.do(world.client(dice), dice, "connect", addrs=["198.51.100.1"], port=1, wait=dice.random() < 0.3, timeout_ms=dice.choice(life.TIMES))


HELD = ["connect", "connect", "send", "send", "end_assoc", "close_socket", "break_down", "peer_does", "peel_off", "die", "recv", "claim"]


@move(3, everywhere=False)
def hold(world, dice):
    """What is done meanwhile comes from the stack all at once."""
    world.ask("fake", control={"do": "hold", "on": True})
    world.frozen = True  # what waits for the stack is not answered
    for _ in range(dice.randint(2, 6)):
        MOVES[dice.choice(HELD)].do(world, dice)
    world.frozen = False
    for _ in range(200):
        if isinstance(world.ask("fake", control={"do": "hold", "on": False}), dict):
            return
    raise life.Wrong("the stack is held for ever")


# --- the system ---

@move(3, everywhere=False)
def memory_fails(world, dice):
    """Some at once, or a few again and again until the next look."""
    times, every = dice.choice([(1, 0), (3, 0), (30, 0), (1, 50), (3, 100)])
    world.failing = True
    world.ask("fake_system", after=dice.choice([0, 3, 30, 300]), times=times, every=every, least=dice.choice([0, 0, 200]))


@move(3, everywhere=False)
def system_fails(world, dice):
    call, error = dice.choice(CALLS)
    world.failing = True
    world.ask("fake_system", call=call, error=error, after=dice.choice([0, 3, 30]), times=dice.choice([1, 1, 3]), every=dice.choice([0, 20]))
