"""What a peer makes the daemon and its library keep is in the account of the user whose socket it speaks to: the daemon grows
by no more than twice what the accounts say, and a mebibyte. Each row is one kind of packet, thousands of times, over
associations whose owner reads nothing."""
import contextlib
import subprocess

import pytest
from growth import CONFIG, LOG, Growth
from hostile import NOBODY, Raw
from sctpd import STACK, Daemon, build_directory

COUNT = 6400  # packets: 200 for each of 32 associations
OTHERWISE = {"associations": 2000, "pieces_that_come_alone": 40000, "beginnings_that_come_alone": 20000}
LIMIT_S = 120
# What may be waiting unread is more than all this.
UNREAD = {"ended_assocs_per_socket": 100000, "recv_queue_messages": 100000}
# I-DATA is instead of DATA where both ends know it.
INTERLEAVED = {"fragment_interleave": {"value": 2}, "interleaving_supported": {"value": True}}

pytestmark = [pytest.mark.skipif(STACK != "usrsctp", reason="what the kernel keeps is not in the daemon's memory"),
              pytest.mark.timeout(LIMIT_S + 60)]

# As `flood kinds` has them, which a test holds against this.
KINDS = ["messages", "messages_of_a_byte", "messages_out_of_order", "messages_with_gaps", "one_message_without_end",
         "pieces_that_come_alone", "pieces_of_a_byte", "beginnings",
         "beginnings_that_come_alone", "middles", "duplicates", "i_data_beginnings", "i_data_middles", "i_data_out_of_order",
         "i_data_one_message_without_end", "forward_tsn", "i_forward_tsn",
         "sacks", "heartbeats", "errors", "auths", "ecnes", "asconfs", "asconf_acks", "re_configs", "added_streams",
         "unknown_chunks", "unknown_chunks_that_stop", "cookies_again", "cookies_of_nobody", "inits",
         "inits_with_unknown_parameters", "data_of_nobody", "associations"]
FLOOD = build_directory() / "flood"


@contextlib.contextmanager
def flooded(daemon, port, kind):
    """Yields what the peer says when all of it has been taken in; its associations stay while the block runs."""
    command = ["timeout", str(LIMIT_S), FLOOD, str(daemon.udp_port), str(port), kind, str(OTHERWISE.get(kind, COUNT))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
        said = peer.stdout.readline()
        assert said.startswith("sent"), f"{said}\n{daemon.log()}"
        yield said.strip()
        peer.stdin.close()


def test_every_kind_is_a_row():
    assert subprocess.run([FLOOD, "kinds"], capture_output=True, text=True, check=True, timeout=10).stdout.split() == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_peer_sends_is_paid(kind):
    with Daemon(config={**CONFIG, **UNREAD}) as daemon:
        owner = Raw(daemon, NOBODY)
        opened = owner.call("open", addrs=["127.0.0.1"], listen=True)
        options = {"enable_stream_reset": {"value": ["reset_streams", "change_assoc", "reset_assoc"]}}
        options.update(INTERLEAVED if kind.startswith("i_") else {})
        owner.call("setopts", socket=opened["socket"], options=options)
        growth = Growth(daemon)
        with flooded(daemon, opened["port"], kind) as said:
            growth.rest()
            growth.check(f"a peer's {kind.replace('_', ' ')} ({said})", free=LOG)
        growth.probe.close()
        owner.close()
