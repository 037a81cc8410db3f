"""The wire: what a line may be, and that nothing a client writes ends more than its own line."""
import contextlib
import fcntl
import json
import termios
import time

import pytest
import sctpd

LONG = sctpd.LINE_MAX


def line(text):
    return text if isinstance(text, bytes) else text.encode()


def reply(client, text):
    """The answer, with the id null, to a line."""
    client.raw(line(text) + b"\n")
    return client.stray_answer()


def failed(client, text):
    return reply(client, text)["error"]["data"]["name"]


def call_with(member):
    return '{"jsonrpc":"2.0","method":"ping",%s}' % member


@pytest.mark.parametrize("text", [
    "{", "}", "]", "[", "nul", "tru", '"', "{]", '{"a":}', '{"a" 1}', "{,}", "[1,]", '{"a":1,}', "'a'", "{a:1}",
    '{"a":1} {"b":2}', '{"a":1}x', "\x01", '"\x01"', '"\\x"', '"\\u12"', '"\\ud800"', '"\\udc00\\ud800"', "\ufeff{}",
    "// x", "/* x */{}", "NaN", "[NaN]", "[Infinity]", "[-Infinity]", "[01]", "[-01]", "[+1]", "[.5]", "[5.]", "[1e]",
    "[1e400]", "[-1e400]", "[0x10]", "True", "undefined", '{"\\u0000":1}',
    b"\xff", b'"\xff"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\xf5\x80\x80\x80"', b'"\xe2\x82"', b"\x00", b"{}\x00",
])
def test_broken_json(client, text):
    assert failed(client, text) == "parse_error"
    assert client.call("ping") == {}


@pytest.mark.parametrize("text", [
    "1", "-0", "1e308", "true", "null", '"ping"', "{}", '{"jsonrpc":"2.0"}', '{"jsonrpc":"2.0","method":1,"id":null}',
    '{"jsonrpc":"1.0","id":null,"method":"ping"}', '{"jsonrpc":2.0,"id":null,"method":"ping"}',
    '{"id":null,"method":"ping"}', '{"jsonrpc":"2.0","id":null,"method":"ping","extra":1}',
    '{"jsonrpc":"2.0","id":null,"method":"ping","params":1}', '{"jsonrpc":"2.0","id":null,"method":"ping","params":"x"}',
    call_with('"id":{}'), call_with('"id":[]'), call_with('"id":1.5'), call_with('"id":true'),
    call_with('"id":9007199254740992'), call_with('"id":1e300'), call_with('"id":123456789012345678901234567890'),
    "[]",
])
def test_no_request(client, text):
    assert failed(client, text) == "invalid_request"
    assert client.call("ping") == {}


@pytest.mark.parametrize("ident", [0, -1, 9007199254740991, -9007199254740991, "", "x", "ä", "\U0001f600", "1"])
def test_ids_come_back(client, ident):
    client.raw(json.dumps({"jsonrpc": "2.0", "id": ident, "method": "ping"}) + "\n")
    assert client.answer(ident) == {}


@pytest.mark.parametrize("filling", range(30, 66))
@pytest.mark.parametrize("name,method,param", [("method_not_found", "", None), ("bad_address", "open", "addrs")])
def test_errors_cut_no_character(client, filling, name, method, param):
    long = "x" * filling + "\U0001f600" * 9  # an answer that is not UTF-8 has no JSON for the client
    client.fails(name, method or long, {param: [long]} if param else {})


def test_null_id_is_answered(client):
    client.raw('{"jsonrpc":"2.0","id":null,"method":"nosuch"}\n')
    assert client.stray_answer()["error"]["data"]["name"] == "method_not_found"


def test_minus_zero_is_zero(client):
    client.raw('{"jsonrpc":"2.0","id":-0,"method":"ping"}\n')
    assert client.answer(0) == {}


@pytest.mark.parametrize("text, key", [
    ('{"jsonrpc":"2.0","id":null,"id":null,"method":"ping"}', "id"),
    ('{"jsonrpc":"2.0","id":null,"method":"ping","params":{"a":1,"a":2}}', "a"),
    ('{"jsonrpc":"2.0","id":null,"method":"ping","params":{"x":[{"b":{"a":1,"\\u0061":2}}]}}', "a"),
    ('{"a":1,"\\u0061":1}', "a"),
    ('[{"a":1},{"b":1,"b":1}]', "b"),
])
def test_duplicate_keys(client, text, key):
    error = reply(client, text)["error"]
    assert error["data"]["name"] == "duplicate_key"
    assert f'"{key}"' in error["message"]
    assert client.call("ping") == {}


@pytest.mark.parametrize("text", [
    "[" * 33 + "]" * 33, "[" * 100000, '{"a":' * 33 + "1" + "}" * 33, '{"a":' * 100000, "[{\"a\":" * 17 + "1" + "}]" * 17,
])
def test_depth(client, text):
    assert failed(client, text) == "too_deep"
    assert client.call("ping") == {}


def test_deepest(client):
    assert failed(client, '{"a":' * 31 + "[]" + "}" * 31) == "invalid_request"


def padded(size, ident=7):
    head, tail = '{"jsonrpc":"2.0","id":%d,"method":"nosuch","params":{"x":"' % ident, '"}}'
    return head + "y" * (size - len(head) - len(tail)) + tail


def test_line_at_the_limit(client):
    client.raw(padded(LONG) + "\n")
    with pytest.raises(sctpd.RpcError, match="method_not_found"):
        client.answer(7)
    assert client.call("ping") == {}


def test_the_end_of_a_line_at_the_limit_comes_later(client):
    """All but the newline is read, and it is not too long yet."""
    client.raw(padded(LONG))
    deadline = time.monotonic() + client.timeout
    while fcntl.ioctl(client.sock, termios.TIOCOUTQ, bytes(4)) != bytes(4):
        assert time.monotonic() < deadline, "the daemon does not read"
        time.sleep(0.01)
    client.raw("\n")
    with pytest.raises(sctpd.RpcError, match="method_not_found"):
        client.answer(7)


@pytest.mark.parametrize("text", [padded(LONG + 1) + "\n", padded(LONG + 1), "x" * (LONG + 100000), " " * (LONG + 2)])
def test_line_over_the_limit(daemon, client, text):
    with contextlib.suppress(BrokenPipeError):  # it does not read the rest
        client.raw(text)
    error = client.stray_answer()["error"]
    assert error["data"] == {"name": "line_too_long", "limit": LONG}
    assert client.closed()
    assert daemon.client().call("ping") == {}


def test_blank_lines_and_crlf(client):
    client.raw(b'\r\n\n  \t \n\r\n{"jsonrpc":"2.0","id":1,"method":"ping"}\r\n \n')
    assert client.answer(1) == {}
    assert not client.stray


def test_byte_by_byte(client):
    for byte in b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n':
        client.write(bytes([byte]))
    client.sent[1] = ("ping", {})
    assert client.answer(1) == {}


def test_notifications_are_not_answered(client):
    client.raw('{"jsonrpc":"2.0","method":"ping"}\n{"jsonrpc":"2.0","method":"nosuch"}\n'
               '{"jsonrpc":"2.0","method":"open","params":{"port":"x"}}\n')
    client.quiet()
    assert not client.stray and not client.notes


def test_a_notification_has_effect(client):
    client.raw('{"jsonrpc":"2.0","method":"open","params":{"addrs":["127.0.0.1"],"name":"quiet"}}\n')
    assert [s["name"] for s in client.list()["sockets"]] == ["quiet"]


def batch(n):
    return json.dumps([{"jsonrpc": "2.0", "id": 100 + i, "method": "ping"} for i in range(n)])


@pytest.mark.parametrize("n", [1, 2, 64])
def test_batch(client, n):
    client.raw(batch(n) + "\n")
    assert sorted(a["id"] for a in client.stray_answer()) == list(range(100, 100 + n))


def test_batch_too_long(client):
    client.raw(batch(65) + "\n")
    error = client.stray_answer()["error"]
    assert error["data"] == {"name": "batch_too_long", "limit": 64}
    client.sent.clear()
    assert client.call("ping") == {}


def test_batch_of_everything(client):
    client.raw('[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"ping"},1,[],'
               '{"jsonrpc":"2.0","id":2,"method":"nosuch"},{"jsonrpc":"2.0","method":"nosuch"},'
               '{"jsonrpc":"2.0","id":3,"method":"open","params":{"port":70000}}]\n')
    answers = client.stray_answer()
    by_id = {a["id"]: a for a in answers if a["id"] is not None}
    assert by_id[1]["result"] == {}
    assert by_id[2]["error"]["data"]["name"] == "method_not_found"
    assert by_id[3]["error"]["data"]["param"] == "port"
    assert [a["error"]["data"]["name"] for a in answers if a["id"] is None] == ["invalid_request"] * 2
    assert len(answers) == 5


def test_batch_of_notifications_is_not_answered(client):
    client.raw('[{"jsonrpc":"2.0","method":"ping"},{"jsonrpc":"2.0","method":"ping"}]\n')
    client.quiet()
    assert not client.stray


def test_batch_waits_for_the_last(pair):
    """One array, when all are answered; what comes meanwhile is answered before."""
    pair.settle()
    pair.a.raw(json.dumps([{"jsonrpc": "2.0", "id": "r", "method": "recv", "params": {"assoc": pair.assoc_a}},
                           {"jsonrpc": "2.0", "id": "p", "method": "ping"}]) + "\n")
    pair.a.quiet()
    assert not pair.a.stray
    pair.say("now")
    assert {a["id"] for a in pair.a.stray_answer()} == {"r", "p"}


def test_positional_params(client):
    client.raw('{"jsonrpc":"2.0","id":1,"method":"open","params":["127.0.0.1"]}\n')
    with pytest.raises(sctpd.RpcError) as e:
        client.answer(1)
    assert e.value.name in ("invalid_params", "invalid_request")
    assert "object" in e.value.message


@pytest.mark.parametrize("name", ["Ping", "ping ", "pin", "pingg", "rpc.Discover", "", "rpc.", "öpen", "a" * 10000])
def test_unknown_method(client, name):
    error = client.error(name)
    assert error.name == "method_not_found"
    assert len(error.message) < 300


def test_requests_after_an_error_in_one_write(client):
    client.raw('{\n{"jsonrpc":"2.0","id":1,"method":"ping"}\n[\n{"jsonrpc":"2.0","id":2,"method":"ping"}\n')
    assert client.answer(1) == {} and client.answer(2) == {}
    assert [client.stray_answer()["error"]["code"] for _ in range(2)] == [-32700, -32700]
