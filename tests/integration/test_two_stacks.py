"""sctpd on the kernel's stack and sctpd on usrsctp talk to each other over UDP encapsulation (RFC 6951), both ways."""

import pytest

ADDRS = {"a": ["10.77.1.1", "10.77.2.1"], "b": ["10.77.1.2", "10.77.2.2"]}


@pytest.mark.parametrize("server_host, client_host", [("a", "b"), ("b", "a")])
def test_association_across_the_stacks(two_stacks, server_host, client_host):
    sides = {"a": two_stacks.client_a, "b": two_stacks.client_b}
    server, client = sides[server_host], sides[client_host]
    listening = server.call("open", addrs=ADDRS[server_host], port=7000, listen=True)
    socket = client.call("open", addrs=ADDRS[client_host])["socket"]
    up = client.call("connect", socket=socket, addrs=ADDRS[server_host], port=7000, timeout_ms=10000)

    for number in range(10):
        client.call("send", assoc=up["assoc"], text=f"message {number}", stream=number, ppid=46)
    big = "x" * 100000
    client.call("send", assoc=up["assoc"], text=big, stream=3, ppid=60)
    items = server.recv_messages(11, socket=listening["socket"], encoding="text")
    small = [item for item in items if item["ppid"] == 46]
    assert sorted((item["stream"], item["text"]) for item in small) == [(n, f"message {n}") for n in range(10)]
    assert [item["text"] for item in items if item["ppid"] == 60] == [big]

    server.call("send", assoc=items[0]["assoc"], text="answer", stream=1, ppid=7)
    (answer,) = client.recv_messages(1, socket=socket, encoding="text")
    assert (answer["text"], answer["stream"], answer["ppid"]) == ("answer", 1, 7)

    client.call("eof", assoc=up["assoc"], wait=True, timeout_ms=10000)
    ended = server.recv_event("assoc_change", "shutdown_comp", socket=listening["socket"])
    assert ended["assoc"] == items[0]["assoc"]
