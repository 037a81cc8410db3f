# An association and its socket go from owner to owner: by offer, by claim, by theft, and by release; and who may not.
daemon {"linger_ms": 0, "socket_mode": 438, "rules": ["allow all any"]}
watcher {"ack": "auto"}
watcher subscribe {"events": ["held", "resumed_owner", "lapsed", "offered", "offer_ended", "owner_changed", "assoc_moved", "socket_closed", "assoc_closed"]}
    watcher = {"snapshot": {"sockets": [], "assocs": []}, "sub": 1, "cursor": 0}
a {"session": "first", "linger_ms": 60000}
b {"session": "second"}
as 1 c {"session": "third"}
peer {"ack": "auto"}
a open {"addrs": ["127.0.0.1"], "listen": true}
    a = {"socket": 1, "addrs": ["127.0.0.1"], "port": 32768}
peer connect {"addrs": ["127.0.0.1"], "port": 32768}
    peer = {"socket": 2, "assoc": 1, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
peer connect {"addrs": ["127.0.0.1"], "port": 32768}
    peer = {"socket": 3, "assoc": 3, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
a note {"assoc": 2, "text": "at 42"}
    a = {"bytes": 5}
a note {"socket": 1, "data": "AAE="}
    a = {"bytes": 2}
a note {"socket": 1}
    a failed {"code": -32602, "message": "expected exactly one of `data` and `text`", "param": "data", "errno": "EINVAL", "name": "invalid_params"}
a note {"socket": 1, "data": "AAE=", "text": "both"}
    a failed {"code": -32602, "message": "expected exactly one of `data` and `text`", "param": "data", "errno": "EINVAL", "name": "invalid_params"}
a note {}
    a failed {"code": -32602, "message": "expected exactly one of `assoc` and `socket`", "param": "assoc", "errno": "EINVAL", "name": "invalid_params"}
a note {"socket": 1, "assoc": 2, "text": "both"}
    a failed {"code": -32602, "message": "expected exactly one of `assoc` and `socket`", "param": "assoc", "errno": "EINVAL", "name": "invalid_params"}
peer send {"assoc": 1, "text": "one"}
    peer = {"message": 1}
peer send {"assoc": 1, "text": "two"}
    peer = {"message": 2}
a recv {"assoc": 2, "max": 2}
    a = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}, {"type": "data", "socket": 1, "assoc": 2, "seq": 2, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "b25l"}]}
# By offer, with a token and to one session.
a handoff {"assoc": 2, "to": "first"}
    a failed {"code": 405, "message": "session 2 is the caller's own", "param": "to", "name": "offer_to_self"}
a handoff {"assoc": 2, "to": "nobody"}
    a failed {"code": 114, "message": "there is no connected session nobody", "param": "to", "name": "no_such_session"}
a handoff {"assoc": 2, "to": 99}
    a failed {"code": 114, "message": "there is no connected session 99", "param": "to", "name": "no_such_session"}
a handoff {"assoc": 2, "to": true}
    a failed {"code": -32602, "message": "to: expected a session's name or its id, got true", "param": "to", "errno": "EINVAL", "name": "invalid_params"}
a handoff {"assoc": 2, "to": "1/second"}
    a failed {"code": 114, "message": "there is no connected session 1/second", "param": "to", "name": "no_such_session"}
b handoff {"assoc": 2}
    b failed {"code": 400, "message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 1, "owner": 2, "param": "assoc", "name": "not_owner"}
a handoff {"assoc": 2, "ttl_ms": 86400000}
    a = {"token": "<token>", "epoch": 1, "ttl_ms": 86400000}
    watcher event {"sub": 1, "cursor": 12, "event": "offered", "ts": "<time>", "socket": 1, "assoc": 2, "epoch": 1, "owner": 2}
a handoff {"assoc": 2}
    a failed {"code": 404, "message": "it is already offered: `withdraw` ends the offer", "param": "assoc", "name": "already_offered"}
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 3, "acked": 0, "unacked": 2, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 2, "bytes_received": 6, "send_waiting": 0, "recv_queued": 3, "recv_queued_bytes": 190, "epoch": 1, "ownership": "offered", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 5, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
watcher status {"socket": 1}
    watcher = {"socket": {"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 2, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 2}}
a withdraw {"assoc": 2}
    a = {}
    watcher event {"sub": 1, "cursor": 13, "event": "offer_ended", "ts": "<time>", "socket": 1, "assoc": 2, "epoch": 1, "owner": 2, "how": "withdrawn"}
a withdraw {"assoc": 2}
    a failed {"code": 406, "message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
a withdraw {"socket": 1}
    a failed {"code": 406, "message": "it is not offered", "param": "socket", "name": "no_such_offer"}
b withdraw {"socket": 1}
    b failed {"code": 400, "message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
a handoff {"assoc": 2, "to": "1/third"}
    a = {"token": "<token>", "epoch": 1, "ttl_ms": 30000}
    watcher event {"sub": 1, "cursor": 14, "event": "offered", "ts": "<time>", "socket": 1, "assoc": 2, "epoch": 1, "owner": 2, "to": 4}
    c event {"session": 4, "event": "offered", "ts": "<time>", "socket": 1, "assoc": 2, "epoch": 1, "owner": 2, "to": 4}
b claim {"assoc": 2}
    b failed {"code": 402, "message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "assoc", "name": "owned"}
a claim {"assoc": 2}
    a failed {"code": 403, "message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
b claim {"assoc": 2, "token": "$token.a"}
    b failed {"code": 110, "message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
c claim {"assoc": 2, "expect_epoch": 2}
    c failed {"code": 401, "message": "the epoch is 1, not 2", "epoch": 1, "param": "expect_epoch", "name": "wrong_epoch"}
c claim {"assoc": 2, "expect_epoch": 1, "encoding": "text", "linger_ms": 5}
    c = {"assoc": 2, "epoch": 2, "seq": 3, "acked": 0, "unacked": 3, "paused": false, "state": "established", "note": {"text": "at 42"}, "socket": 4, "status": {"assoc": 2, "socket": 4, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 3, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 2, "bytes_received": 6, "send_waiting": 0, "recv_queued": 3, "recv_queued_bytes": 190, "epoch": 2, "ownership": "owned", "owner": 4, "user": 1, "linger_ms": 5, "note_bytes": 5, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}, "options": "<all of them>"}
    watcher event {"sub": 1, "cursor": 16, "event": "assoc_moved", "ts": "<time>", "socket": 4, "assoc": 2, "from": 1}
    watcher event {"sub": 1, "cursor": 17, "event": "offer_ended", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 1, "owner": 2, "to": 4, "how": "taken"}
    watcher event {"sub": 1, "cursor": 18, "event": "owner_changed", "ts": "<time>", "socket": 4, "epoch": 2, "from": 2, "to": 4, "how": "handed_off"}
    watcher event {"sub": 1, "cursor": 19, "event": "owner_changed", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 2, "seq": 3, "acked": 0, "from": 2, "to": 4, "how": "handed_off"}
    a event {"session": 2, "event": "offer_ended", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 1, "owner": 2, "to": 4, "how": "taken"}
    a event {"session": 2, "event": "owner_changed", "ts": "<time>", "socket": 4, "epoch": 2, "from": 2, "to": 4, "how": "handed_off"}
    a event {"session": 2, "event": "owner_changed", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 2, "seq": 3, "acked": 0, "from": 2, "to": 4, "how": "handed_off"}
watcher list {"what": ["sockets", "assocs", "sessions"]}
    watcher = {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 2}, {"socket": 2, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 3, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32770, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 4, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": false, "closing": false, "peeled_off": true, "assocs": 1, "epoch": 2, "ownership": "owned", "owner": 4, "user": 1, "linger_ms": 5, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 2, "bytes_sent": 6, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 2, "socket": 4, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 3, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 2, "bytes_received": 6, "send_waiting": 0, "recv_queued": 3, "recv_queued_bytes": 190, "epoch": 2, "ownership": "owned", "owner": 4, "user": 1, "linger_ms": 5, "note_bytes": 5}, {"assoc": 3, "socket": 3, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 4, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32770, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "sessions": [{"session": 1, "user": 0, "connected": true, "client": 1, "sockets": 0}, {"session": 2, "name": "first", "user": 0, "connected": true, "client": 2, "sockets": 1}, {"session": 3, "name": "second", "user": 0, "connected": true, "client": 3, "sockets": 0}, {"session": 4, "name": "third", "user": 1, "connected": true, "client": 4, "sockets": 1}, {"session": 5, "user": 0, "connected": true, "client": 5, "sockets": 2}]}
a recv {"assoc": 2, "epoch": 1}
    a failed {"code": 400, "message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 2, "owner": 4, "param": "assoc", "name": "not_owner"}
c recv {"assoc": 2, "max": 9, "epoch": 2}
    c = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true, "redelivered": true}, {"type": "data", "socket": 4, "assoc": 2, "seq": 2, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "b25l", "redelivered": true}, {"type": "data", "socket": 4, "assoc": 2, "seq": 3, "stream": 0, "ssn": 1, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "dHdv"}]}
c recv {"assoc": 2, "timeout_ms": 0, "epoch": 1}
    c failed {"code": 401, "message": "the epoch is 2, not 1", "epoch": 2, "param": "epoch", "name": "wrong_epoch"}
c send {"assoc": 2, "text": "x", "epoch": 1}
    c failed {"code": 401, "message": "the epoch is 2, not 1", "epoch": 2, "param": "epoch", "name": "wrong_epoch"}
c handoff {"socket": 4}
    c = {"token": "<token>", "epoch": 2, "ttl_ms": 30000}
    watcher event {"sub": 1, "cursor": 20, "event": "offered", "ts": "<time>", "socket": 4, "epoch": 2, "owner": 4}
b claim {"socket": 4, "token": "$token.a"}
    b failed {"code": 110, "message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
b claim {"socket": 4, "token": "$token.c", "encoding": "text"}
    b = {"epoch": 3, "addrs": ["127.0.0.1"], "port": 32768, "assocs": [{"assoc": 2, "epoch": 3, "seq": 3, "acked": 0, "unacked": 3, "paused": false, "state": "established", "note": {"text": "at 42"}}], "socket": 4, "options": "<all of them>"}
    watcher event {"sub": 1, "cursor": 21, "event": "offer_ended", "ts": "<time>", "socket": 4, "epoch": 2, "owner": 4, "how": "taken"}
    watcher event {"sub": 1, "cursor": 22, "event": "owner_changed", "ts": "<time>", "socket": 4, "epoch": 3, "from": 4, "to": 3, "how": "handed_off"}
    watcher event {"sub": 1, "cursor": 23, "event": "owner_changed", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 3, "seq": 3, "acked": 0, "from": 4, "to": 3, "how": "handed_off"}
    c event {"session": 4, "event": "offer_ended", "ts": "<time>", "socket": 4, "epoch": 2, "owner": 4, "how": "taken"}
    c event {"session": 4, "event": "owner_changed", "ts": "<time>", "socket": 4, "epoch": 3, "from": 4, "to": 3, "how": "handed_off"}
    c event {"session": 4, "event": "owner_changed", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 3, "seq": 3, "acked": 0, "from": 4, "to": 3, "how": "handed_off"}
b recv {"assoc": 2, "max": 9}
    b = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true, "redelivered": true}, {"type": "data", "socket": 4, "assoc": 2, "seq": 2, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "b25l", "redelivered": true}, {"type": "data", "socket": 4, "assoc": 2, "seq": 3, "stream": 0, "ssn": 1, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "dHdv", "redelivered": true}]}
b ack {"assoc": 2, "seq": 2}
    b = {"acked": 2, "unacked": 1}
# Stolen, alone and with the socket.
c steal {"assoc": 2, "expect_epoch": 2}
    c failed {"code": 401, "message": "the epoch is 3, not 2", "epoch": 3, "param": "expect_epoch", "name": "wrong_epoch"}
c steal {"assoc": 2, "expect_epoch": 3}
    c = {"assoc": 2, "epoch": 4, "seq": 3, "acked": 2, "unacked": 1, "paused": false, "state": "established", "note": {"data": "YXQgNDI="}, "socket": 4, "status": {"assoc": 2, "socket": 4, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 3, "acked": 2, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 2, "bytes_received": 6, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 3, "epoch": 4, "ownership": "owned", "owner": 4, "user": 1, "linger_ms": 5, "note_bytes": 5, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}, "options": "<all of them>"}
    watcher event {"sub": 1, "cursor": 24, "event": "owner_changed", "ts": "<time>", "socket": 4, "epoch": 4, "from": 3, "to": 4, "how": "stolen"}
    watcher event {"sub": 1, "cursor": 25, "event": "owner_changed", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 4, "seq": 3, "acked": 2, "from": 3, "to": 4, "how": "stolen"}
    b event {"session": 3, "event": "owner_changed", "ts": "<time>", "socket": 4, "epoch": 4, "from": 3, "to": 4, "how": "stolen"}
    b event {"session": 3, "event": "owner_changed", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 4, "seq": 3, "acked": 2, "from": 3, "to": 4, "how": "stolen"}
c steal {"assoc": 2}
    c failed {"code": 403, "message": "this session owns it already", "epoch": 4, "param": "assoc", "name": "already_owner"}
c steal {"socket": 1, "encoding": "base64"}
    c = {"epoch": 2, "note": {"data": "AAE="}, "addrs": ["127.0.0.1"], "port": 32768, "assocs": [{"assoc": 4, "epoch": 2, "seq": 1, "acked": 0, "unacked": 1, "paused": false, "state": "established"}], "socket": 1, "options": "<all of them>"}
    watcher event {"sub": 1, "cursor": 26, "event": "owner_changed", "ts": "<time>", "socket": 1, "epoch": 2, "from": 2, "to": 4, "how": "stolen"}
    watcher event {"sub": 1, "cursor": 27, "event": "owner_changed", "ts": "<time>", "socket": 1, "assoc": 4, "epoch": 2, "seq": 1, "acked": 0, "from": 2, "to": 4, "how": "stolen"}
    a event {"session": 2, "event": "owner_changed", "ts": "<time>", "socket": 1, "epoch": 2, "from": 2, "to": 4, "how": "stolen"}
    a event {"session": 2, "event": "owner_changed", "ts": "<time>", "socket": 1, "assoc": 4, "epoch": 2, "seq": 1, "acked": 0, "from": 2, "to": 4, "how": "stolen"}
a close {"socket": 1}
    a failed {"code": 400, "message": "socket 1 belongs to another session", "socket": 1, "epoch": 2, "owner": 4, "param": "socket", "name": "not_owner"}
b steal {"socket": 1, "linger_ms": 60000}
    b = {"epoch": 3, "note": {"data": "AAE="}, "addrs": ["127.0.0.1"], "port": 32768, "assocs": [{"assoc": 4, "epoch": 3, "seq": 1, "acked": 0, "unacked": 1, "paused": false, "state": "established"}], "socket": 1, "options": "<all of them>"}
    watcher event {"sub": 1, "cursor": 28, "event": "owner_changed", "ts": "<time>", "socket": 1, "epoch": 3, "from": 4, "to": 3, "how": "stolen"}
    watcher event {"sub": 1, "cursor": 29, "event": "owner_changed", "ts": "<time>", "socket": 1, "assoc": 4, "epoch": 3, "seq": 1, "acked": 0, "from": 4, "to": 3, "how": "stolen"}
    c event {"session": 4, "event": "owner_changed", "ts": "<time>", "socket": 1, "epoch": 3, "from": 4, "to": 3, "how": "stolen"}
    c event {"session": 4, "event": "owner_changed", "ts": "<time>", "socket": 1, "assoc": 4, "epoch": 3, "seq": 1, "acked": 0, "from": 4, "to": 3, "how": "stolen"}
b steal {"socket": 9}
    b failed {"code": 200, "message": "there is no socket 9", "socket": 9, "param": "socket", "errno": "EBADF", "name": "no_such_socket"}
# Released, and nobody's.
b release {"socket": 1, "linger_ms": 60000}
    b = {}
    watcher event {"sub": 1, "cursor": 30, "event": "owner_changed", "ts": "<time>", "socket": 1, "epoch": 4, "from": 3, "how": "released"}
    watcher event {"sub": 1, "cursor": 31, "event": "owner_changed", "ts": "<time>", "socket": 1, "assoc": 4, "epoch": 4, "seq": 1, "acked": 0, "from": 3, "how": "released"}
    watcher event {"sub": 1, "cursor": 32, "event": "held", "ts": "<time>", "socket": 1, "linger_ms": 60000}
b release {"socket": 1}
    b failed {"code": 400, "message": "socket 1 has no owner: claim it", "socket": 1, "epoch": 4, "param": "socket", "name": "not_owner"}
watcher list {"what": ["sockets", "assocs", "sessions", "accounts"]}
    watcher = {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 4, "ownership": "unowned", "user": 0, "linger_ms": 60000, "note_bytes": 2}, {"socket": 2, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 3, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32770, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 4, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": false, "closing": false, "peeled_off": true, "assocs": 1, "epoch": 4, "ownership": "owned", "owner": 4, "user": 1, "linger_ms": 5, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 2, "bytes_sent": 6, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 2, "socket": 4, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 3, "acked": 2, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 2, "bytes_received": 6, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 3, "epoch": 4, "ownership": "owned", "owner": 4, "user": 1, "linger_ms": 5, "note_bytes": 5}, {"assoc": 3, "socket": 3, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 4, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32770, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 4, "ownership": "unowned", "user": 0, "linger_ms": 60000, "note_bytes": 0}], "sessions": [{"session": 1, "user": 0, "connected": true, "client": 1, "sockets": 0}, {"session": 2, "name": "first", "user": 0, "connected": true, "client": 2, "sockets": 0}, {"session": 3, "name": "second", "user": 0, "connected": true, "client": 3, "sockets": 0}, {"session": 4, "name": "third", "user": 1, "connected": true, "client": 4, "sockets": 1}, {"session": 5, "user": 0, "connected": true, "client": 5, "sockets": 2}], "accounts": [{"user": 0, "clients": 4, "requests": 1, "subs": 1, "sockets": 3, "assocs": 3, "bytes": "<bytes>", "stack_bytes": "<bytes>", "limits": "<limits>"}, {"user": 1, "clients": 1, "requests": 0, "subs": 0, "sockets": 1, "assocs": 1, "bytes": "<bytes>", "stack_bytes": "<bytes>", "limits": "<limits>"}]}
a claim {"socket": 1}
    a = {"epoch": 5, "note": {"data": "AAE="}, "addrs": ["127.0.0.1"], "port": 32768, "assocs": [{"assoc": 4, "epoch": 5, "seq": 1, "acked": 0, "unacked": 1, "paused": false, "state": "established"}], "socket": 1, "options": "<all of them>"}
    watcher event {"sub": 1, "cursor": 33, "event": "owner_changed", "ts": "<time>", "socket": 1, "epoch": 5, "to": 2, "how": "claimed"}
    watcher event {"sub": 1, "cursor": 34, "event": "owner_changed", "ts": "<time>", "socket": 1, "assoc": 4, "epoch": 5, "seq": 1, "acked": 0, "to": 2, "how": "claimed"}
until watcher socket_closed c release {"assoc": 2, "linger_ms": 1}
    c = {}
    watcher event {"sub": 1, "cursor": 35, "event": "owner_changed", "ts": "<time>", "socket": 4, "epoch": 5, "from": 4, "how": "released"}
    watcher event {"sub": 1, "cursor": 36, "event": "owner_changed", "ts": "<time>", "socket": 4, "assoc": 2, "epoch": 5, "seq": 3, "acked": 2, "from": 4, "how": "released"}
    watcher event {"sub": 1, "cursor": 37, "event": "held", "ts": "<time>", "socket": 4, "linger_ms": 1}
    watcher event {"sub": 1, "cursor": 38, "event": "lapsed", "ts": "<time>", "socket": 4, "port": 32768}
    watcher event {"sub": 1, "cursor": 42, "event": "assoc_closed", "ts": "<time>", "socket": 4, "assoc": 2, "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}
    watcher event {"sub": 1, "cursor": 43, "event": "socket_closed", "ts": "<time>", "socket": 4, "port": 32768}
watcher list {"what": ["sockets", "assocs"]}
    watcher = {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 5, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 2}, {"socket": 2, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 3, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32770, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "closed", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 3, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 2, "bytes_sent": 6, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 3, "recv_queued_bytes": 404, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 3, "socket": 3, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 4, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32770, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 5, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}]}
# Held, resumed, and gone.
a gone
    watcher event {"sub": 1, "cursor": 44, "event": "held", "ts": "<time>", "socket": 1, "owner": 2, "linger_ms": 60000}
b claim {"socket": 1, "expect_epoch": 1}
    b failed {"code": 401, "message": "the epoch is 5, not 1", "epoch": 5, "param": "expect_epoch", "name": "wrong_epoch"}
a2 {"resume": "$resume.a", "session": "again"}
    watcher event {"sub": 1, "cursor": 45, "event": "resumed_owner", "ts": "<time>", "socket": 1, "port": 32768, "owner": 2}
a2 recv {"socket": 1, "max": 9}
    a2 = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 4, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32770, "local_port": 32768, "incoming": true}]}
a2 handoff {"socket": 1, "to": "second"}
    a2 = {"token": "<token>", "epoch": 5, "ttl_ms": 30000}
    watcher event {"sub": 1, "cursor": 46, "event": "offered", "ts": "<time>", "socket": 1, "epoch": 5, "owner": 2, "to": 3}
    b event {"session": 3, "event": "offered", "ts": "<time>", "socket": 1, "epoch": 5, "owner": 2, "to": 3}
b gone
    watcher event {"sub": 1, "cursor": 47, "event": "offer_ended", "ts": "<time>", "socket": 1, "epoch": 5, "owner": 2, "to": 3, "how": "target_gone"}
    a2 event {"session": 2, "event": "offer_ended", "ts": "<time>", "socket": 1, "epoch": 5, "owner": 2, "to": 3, "how": "target_gone"}
a2 gone
    watcher event {"sub": 1, "cursor": 48, "event": "held", "ts": "<time>", "socket": 1, "owner": 2, "linger_ms": 60000}
watcher hello {"resume": "0123"}
    watcher failed {"code": 110, "message": "there is no session with that token", "param": "resume", "name": "bad_token"}
watcher hello {"resume": "$resume.a2"}
    watcher = {"server": "sctpd", "version": "<version>", "protocol": 1, "boot": "<boot>", "session": 2, "session_name": "again", "resume": "<resume>", "resumed": true, "owns": {"sockets": [1], "assocs": [4]}, "ack": "explicit", "linger_ms": 60000, "stack": "fake", "stacks": [{"name": "fake", "version": "<version>", "transport": "memory", "udp_port": 0, "capabilities": ["multihoming", "ipv6", "partial_delivery"]}], "limits": "<limits>"}
    watcher event {"sub": 1, "cursor": 49, "event": "resumed_owner", "ts": "<time>", "socket": 1, "port": 32768, "owner": 2}
peer hello {"resume": "$resume.a2"}
    peer failed {"code": 111, "message": "session 2 has a connection", "retry": true, "param": "resume", "name": "session_in_use"}
watcher list {"what": ["sockets", "assocs", "sessions"]}
    watcher = {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 5, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 2}, {"socket": 2, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 3, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32770, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "closed", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 3, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 2, "bytes_sent": 6, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 3, "recv_queued_bytes": 404, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 3, "socket": 3, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 5, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 4, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32770, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 5, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "sessions": [{"session": 2, "name": "again", "user": 0, "connected": true, "client": 1, "sockets": 1}, {"session": 4, "name": "third", "user": 1, "connected": true, "client": 4, "sockets": 0}, {"session": 5, "user": 0, "connected": true, "client": 5, "sockets": 2}]}
