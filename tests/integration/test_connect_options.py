"""The options of connect while peers of the same socket come and go."""
import sctpd
from sctpd import encaps

HERE = ["127.0.0.1"]
TURNS = 60
# Several, so that they are in force for a while: what one of them has of these was meant for another.
GIVEN = {"rtoinfo": {"max": 41000}, "delayed_sack": {"delay": 150}, "max_burst": {"value": 7}, "context": {"value": 7}}


def test_who_comes_in_meanwhile_has_none_of_them():
    with sctpd.Daemon() as one, sctpd.Daemon() as other:
        server, peer = one.client(), other.client()
        opened = server.call("open", addrs=HERE, listen=True)
        nobody = server.call("open", addrs=HERE)["port"]
        before = {name: server.call("getopts", socket=opened["socket"], options=[name])["options"][name] for name in GIVEN}
        for _ in range(TURNS):
            for _ in range(4):
                peer.send("connect", addrs=HERE, port=opened["port"], wait=False, options=encaps(one))
                server.send("connect", socket=opened["socket"], addrs=HERE, port=nobody, wait=False, options=GIVEN)
            for _ in range(4):
                peer.call("ping")
        came = 0
        while came < 4 * TURNS:
            up = server.recv_event("assoc_change", socket=opened["socket"])
            if up["state"] != "comm_up":
                continue
            came += 1
            got = server.call("getopts", assoc=up["assoc"], options=list(GIVEN))["options"]
            assert got == before
