"""What clients do, in order and out of order."""
import json

from life import CLIENTS, HERE, LINGERS, MOVES, OFFERS, TIMES, Client, move

NAMES = ["x", "y"]


# --- who is there ---

@move(8)
def enter(world, dice):
    """A new connection, at times one that resumes a session that there is or was; of a process of its own now and then."""
    if world.frozen or len(world.clients) >= CLIENTS:
        return
    uid, token = (dice.random() < 0.5 and world.token(dice)) or (dice.choice(world.users), None)
    client = Client(world, uid, process=dice.random() < 0.03)
    world.clients.append(client)
    params = {"ack": dice.choice(["auto", "explicit"]), "linger_ms": dice.choice(LINGERS)}
    if token:
        params["resume"] = token
    if dice.random() < 0.4:
        params["session"] = dice.choice(NAMES)
    if not isinstance(client.greet(**params), dict):
        client.greet(linger_ms=params["linger_ms"])


@move(4)
def die(world, dice):
    """With whatever it has not read, or not sent to its end."""
    if len(world.clients) > 2:
        world.leave(dice.choice(world.clients))


@move(10)
def resume(world, dice):
    """One that is connected becomes another session, which needs a name at times."""
    client = world.idle_client(dice)
    found = world.token(dice, client.uid)
    if not found:
        return
    params = {"resume": found[1]}
    if dice.random() < 0.4:
        params["session"] = dice.choice(NAMES)
    got = world.do(client, dice, "hello", **params)
    if isinstance(got, dict):
        client.hello = got
    elif got == "bad_token":
        world.tokens = [each for each in world.tokens if each[1] != found[1]]


@move(3)
def be_deaf(world, dice):
    """It does not read, or its process is stopped, until it is told otherwise."""
    world.client(dice).pause(True)


@move(3)
def hear_again(world, dice):
    for each in [each for each in world.clients if each.deaf][:dice.randint(1, 3)]:
        each.pause(False)
        each.take()


@move(1)
def be_mute(world, dice):
    """It ends its side, and reads on."""
    client = world.client(dice)
    if client is not world.observer and not client.gone:
        with client.ending():
            client.shut_down()


@move(1)
def be_killed(world, dice):
    """A process, in the middle of what it does."""
    with_process = [each for each in world.clients if each.process]
    if with_process:
        world.leave(dice.choice(with_process))


# --- lines ---

def call_of(world, dice):
    return dice.choice([
        ("ping", {}), ("list", {"what": [dice.choice(["sockets", "assocs"])], "limit": 3}),
        ("status", world.target(dice)), ("stats", world.target(dice)), ("claim", world.target(dice)),
        ("send", {"assoc": world.some(dice, "assocs"), "text": "y" * 300, "timeout_ms": 5}),
        ("recv", {**world.target(dice), "timeout_ms": dice.choice([0, 20])}),
        ("connect", {"addrs": [HERE], "port": dice.choice(world.ports or [1]), "wait": False}),
        ("open", {"addrs": [HERE]}), ("close", {"socket": world.some(dice, "sockets")}),
        ("release", world.target(dice)), ("steal", world.target(dice)), ("abort", {"assoc": world.some(dice, "assocs")}),
        ("peeloff", {"assoc": world.some(dice, "assocs")}), ("join", {"socket": world.some(dice, "sockets")}),
        ("subscribe", {"data": dice.random() < 0.5}), ("no_such_method", {}),
        ("hello", {"resume": (world.token(dice) or "none")[1]})])


@move(8)
def batch(world, dice):
    """Several calls in one line."""
    world.client(dice).send(*[call_of(world, dice) for _ in range(dice.randint(1, 12))], together=True)


@move(4)
def pipeline(world, dice):
    world.client(dice).send(*[call_of(world, dice) for _ in range(dice.randint(2, 30))])


@move(5)
def cut_a_line(world, dice):
    """The rest comes with what the client says next, or never."""
    client = world.client(dice)
    text = (json.dumps(client.line.request(*call_of(world, dice))) + "\n").encode()
    with client.ending():
        client.line.put_part(text, dice.randrange(1, len(text)))


@move(2)
def babble(world, dice):
    client = world.client(dice)
    with client.ending():
        client.line.put(dice.choice([b"{]\n", b"\xff\xfe\n", b"[]\n", b"1\n", b"\n", b'{"jsonrpc":"2.0","id":null}\n', b"[1,{},[]]\n", b"[" * 80 + b"\n"]))


# --- sockets and associations ---

@move(10)
def open_socket(world, dice):
    params = {"addrs": [HERE], "listen": dice.random() < 0.8}
    if dice.random() < 0.5:
        params["linger_ms"] = dice.choice(LINGERS)
    if dice.random() < 0.2 and world.ports:
        params.update(port=dice.choice(world.ports), takeover=dice.random() < 0.7)
    world.do(world.client(dice), dice, "open", **params)


@move(1)
def listen(world, dice):
    world.owner_does(dice, "listen", "socket", backlog=dice.choice([0, 1, 5]))


@move(20)
def connect(world, dice):
    if world.ports:
        params = {"addrs": [HERE], "port": dice.choice(world.ports), "wait": dice.random() < 0.5, "timeout_ms": dice.choice(TIMES)}
        if dice.random() < 0.3:
            params["socket"] = world.some(dice, "sockets")
        world.do(world.client(dice), dice, "connect", **params)


@move(16)
def send(world, dice):
    world.owner_does(dice, "send", "assoc", text="x" * dice.choice([1, 100, 5000, 60000]), timeout_ms=5)


@move(2)
def flood(world, dice):
    """More than there is room for."""
    assoc = world.some(dice, "assocs")
    call = ("send", {"assoc": assoc, "text": "z" * 20000, "timeout_ms": dice.choice([1, 20, 200])})
    for each in list(world.clients):
        if not each.mute:
            each.send(*[call] * 12)


@move(12)
def recv(world, dice):
    world.owner_does(dice, "recv", timeout_ms=dice.choice([0, 0, 5]), max=dice.choice([1, 16]))


@move(4)
def acknowledge(world, dice):
    world.owner_does(dice, "ack", "assoc", seq=dice.choice([1, 2, 5]))


@move(5)
def subscribe(world, dice):
    params = dice.choice([{}, {"data": True}, {"data": True, "credit": 3}, {"data": True, "credit": 0}, {"events": ["sender_dry"]}, {"since": 0},
                          {"data": True, "credit": 2, "credit_unit": "items", "tag": "t"}])
    if dice.random() < 0.5 and "since" not in params:
        world.owner_does(dice, "subscribe", **params)
    else:
        world.do(world.client(dice), dice, "subscribe", **params)


@move(3)
def credit(world, dice):
    world.do(world.client(dice), dice, "credit", sub=world.some(dice, "subs"), add=dice.choice([1, 10]))


@move(2)
def unsubscribe(world, dice):
    world.do(world.client(dice), dice, "unsubscribe", sub=world.some(dice, "subs"))


@move(4)
def page(world, dice):
    """A list goes on where it ended, whatever has come and gone since."""
    kind = dice.choice(["sockets", "assocs", "sessions", "clients", "subs"])
    world.do(world.client(dice), dice, "list", what=[kind], limit=dice.choice([1, 2, 7]), after=world.some(dice, kind) if kind in world.known else 0)


@move(3)
def ask(world, dice):
    world.do(world.client(dice), dice, dice.choice(["status", "stats", "addrs", "getopts"]), **world.target(dice))


@move(2)
def set_options(world, dice):
    options = dice.choice([{"nodelay": True}, {"sndbuf": 20000}, {"rtoinfo": {"initial": 100}}, {"linger": {"onoff": True, "linger": 0}}, {"autoclose": 1}])
    world.owner_does(dice, "setopts", options=options)


@move(2)
def bind_more(world, dice):
    world.owner_does(dice, "bindx", **{dice.choice(["add", "remove"]): ["127.0.0.2"]})


@move(3)
def reconfigure(world, dice):
    method, params = dice.choice([("stream_reset", {"direction": "outgoing"}), ("add_streams", {"outbound": 1}), ("assoc_reset", {})])
    world.owner_does(dice, method, "assoc", wait=dice.random() < 0.5, timeout_ms=dice.choice(TIMES), **params)


@move(6)
def peel_off(world, dice):
    world.owner_does(dice, "peeloff", "assoc")


@move(5)
def end_assoc(world, dice):
    params = {"wait": dice.random() < 0.5, "timeout_ms": 5} if dice.random() < 0.5 else None
    world.owner_does(dice, "eof" if params else "abort", "assoc", **(params or {}))


@move(4)
def close_socket(world, dice):
    params = {"mode": "abort"} if dice.random() < 0.3 else {"timeout_ms": dice.choice(TIMES)}
    world.owner_does(dice, "close", "socket", **params)


# --- owners ---

@move(14)
def offer(world, dice):
    """To a session of any user, to a name, or to whoever has the token."""
    params = {"ttl_ms": dice.choice(OFFERS)}
    kind = dice.choice(["id", "id", "name", "token"])
    if kind == "id":
        idle = world.idle_client(dice).hello
        params["to"] = idle["session"] if idle and dice.random() < 0.5 else world.some(dice, "sessions")
    elif kind == "name":
        params["to"] = dice.choice(NAMES)
    got = world.owner_does(dice, "handoff", **params)
    if isinstance(got, dict):
        world.offers = [*world.offers[-7:], got["token"]]


@move(3)
def withdraw(world, dice):
    world.owner_does(dice, "withdraw")


@move(12)
def claim(world, dice):
    params = world.target(dice)
    if world.offers and dice.random() < 0.3:
        params["token"] = dice.choice(world.offers)
    world.do(world.client(dice), dice, "claim", **params)


@move(4)
def steal(world, dice):
    world.do(world.client(dice), dice, "steal", **world.target(dice))


@move(4)
def release(world, dice):
    world.owner_does(dice, "release", linger_ms=dice.choice(LINGERS))


@move(2)
def note(world, dice):
    world.owner_does(dice, "note", text=dice.choice(["", "at 42", "n" * 500]))


# --- groups ---

MODES = ["override", "loadshare", "loadshare", "loadshare", "broadcast"]
TAKEOVERS = [0, 5, 20, 60000]

@move(12)
def group(world, dice):
    mode = dice.choice([*MODES, "none"])
    params = {"takeover_ms": dice.choice(TAKEOVERS)} if mode != "none" else {}
    got = world.owner_does(dice, "group", "socket", mode=mode, **params)
    if isinstance(got, dict):
        world.groups.append(got["socket"])


@move(14)
def join(world, dice):
    world.do(world.client(dice), dice, "join", socket=dice.choice([*world.groups, world.some(dice, "sockets")]))


@move(4)
def leave_group(world, dice):
    world.do(world.client(dice), dice, "leave", socket=dice.choice([*world.groups, world.some(dice, "sockets")]))


@move(4)
def share(world, dice):
    """A new socket with a group, its members, and associations for them."""
    able = [each for each in world.clients if not each.mute and not each.deaf]
    if world.frozen or len(able) < 2:
        return
    owner, *others = dice.sample(able, dice.randint(2, min(len(able), 4)))
    opened = owner.call("open", addrs=[HERE], listen=True, linger_ms=dice.choice(LINGERS))
    if not isinstance(opened, dict):
        return
    world.learn_from(owner, opened)
    owner.call("group", socket=opened["socket"], mode=dice.choice(MODES), takeover_ms=dice.choice(TAKEOVERS))
    world.groups.append(opened["socket"])
    for each in others:
        each.call("join", socket=opened["socket"])
    for _ in range(dice.randint(0, 4)):
        dice.choice(able).call("connect", addrs=[HERE], port=opened["port"], timeout_ms=200)


# --- together ---

@move(6)
def pass_by(world, dice):
    """One resumes a session while another, whose name it may want, dies."""
    if len(world.clients) < 3:
        return
    one, other = dice.sample(world.clients, 2)
    found = world.token(dice, one.uid)
    if not found or one.mute:
        return
    with world.stand_still():
        calls = [("hello", {"resume": found[1], "session": dice.choice(NAMES)})]
        if dice.random() < 0.3:
            calls.append(call_of(world, dice))
        acts = [lambda: one.send(*calls), lambda: world.leave(other)]
        for act in dice.sample(acts, 2):
            act()


TOGETHER = ["die", "die", "resume", "offer", "withdraw", "claim", "steal", "release", "group", "join", "leave_group", "send", "recv",
            "connect", "end_assoc", "close_socket", "subscribe", "batch", "cut_a_line", "peel_off", "be_mute", "flood"]


@move(8)
def at_once(world, dice):
    """Several things in one turn of the daemon's loop, deaths among them."""
    with world.stand_still():
        for _ in range(dice.randint(2, 6)):
            MOVES[dice.choice(TOGETHER)].do(world, dice)


@move(2)
def look_around(world, _dice):
    world.look()


@move(0.3)
def all_leave(world, _dice):
    world.empty()
