"""What the daemon says, in the model's words; and how the two are held against each other."""
import base64

from stack import Message


class Mismatch(AssertionError):
    """The daemon is not as the model says."""


class Skip(Exception):
    """The step makes no sense here."""


def same(what, daemon, spec):
    if daemon != spec:
        if isinstance(daemon, dict) and isinstance(spec, dict):
            keys = [key for key in {**daemon, **spec} if daemon.get(key) != spec.get(key)]
            daemon, spec = ({key: each.get(key) for key in keys} for each in (daemon, spec))
        raise Mismatch(f"{what}: the daemon says {daemon}, the model {spec}")


def need(condition):
    if not condition:
        raise Skip


def plain(result):
    return result


def items_of(result):
    return [item_of(item) for item in result["items"]]


def item_of(item):
    """(number, what, redelivered) in the model's words."""
    if item["type"] == "data":
        text = item["text"] if "text" in item else base64.b64decode(item["data"]).decode()
        what = Message(item["stream"], text)
    elif item["event"] == "send_failed":
        what = f"send_failed {base64.b64decode(item['data']).decode()}"
    else:
        what = item["state"] if item["event"] == "assoc_change" else item["event"]
    return item["seq"], what, item.get("redelivered", False)


# Of what claim answers, and of what list shows of an association; and the same of the model's.
CLAIMED = ("epoch", "seq", "acked", "unacked", "paused", "state")
LISTED = ("epoch", "ownership", "state", "seq", "acked", "unacked", "paused", "messages_sent", "send_waiting")


def claimed(a):
    return a.epoch, a.sequence.seq, a.sequence.acked, a.sequence.count(), a.sequence.paused, a.phase


def listed(a):
    return (a.epoch, a.ownership(), a.phase, a.sequence.seq, a.sequence.acked, unacked(a.sequence), a.sequence.paused,
            a.end.sent, len(a.end.waiting))


def unacked(sequence):
    return sum(item.seq <= sequence.delivered for item in sequence.items)
