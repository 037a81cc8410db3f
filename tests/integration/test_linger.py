"""The option linger where a graceful shutdown cannot be completed: its time, then the association is aborted."""
import sctpd

SMALL = {"recv_queue_messages": 16, "recv_queue_bytes": 16384, "send_queue_messages": 16}
PAYLOAD = sctpd.b64(bytes(60000))


def stuck(daemon):
    """A pair whose listening end does not read, so that what the other has sent cannot all be acknowledged."""
    pair = sctpd.Pair(daemon, open_a={"options": {"recbuf": 65536}})
    while True:
        error = None
        try:
            pair.b.call("send", assoc=pair.assoc_b, data=PAYLOAD, timeout_ms=500)
        except sctpd.RpcError as e:
            error = e.name
        if error:
            assert error == "would_block"
            return pair


def test_the_time_is_the_sockets_own():
    """Two sockets are closed one after the other; the second has less time, so it is the first to be gone."""
    with sctpd.Daemon(config=SMALL) as daemon:
        patient, hasty = stuck(daemon), stuck(daemon)
        patient.b.call("setopts", socket=patient.socket_b, options={"linger": {"onoff": True, "linger": 8}})
        hasty.b.call("setopts", socket=hasty.socket_b, options={"linger": {"onoff": True, "linger": 1}})
        watch = daemon.client()
        watch.call("subscribe", events=["socket_closed"])
        calls = [(pair.b, pair.b.send("close", socket=pair.socket_b)) for pair in (patient, hasty)]
        gone = [watch.event("socket_closed", timeout=30)["socket"] for _ in calls]
        assert gone == [hasty.socket_b, patient.socket_b]
        for client, number in calls:
            client.answer(number)
        for pair in (patient, hasty):
            assert pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)
