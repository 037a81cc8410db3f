# Calls of an old owner that wait when it loses what they are about, and subscriptions; a session that is replaced.
daemon {"linger_ms": 60000, "rules": ["allow all any"]}
a {"session": "first"}
b {}
peer {"ack": "auto"}
a open {"addrs": ["127.0.0.1"], "listen": true}
    a = {"socket": 1, "addrs": ["127.0.0.1"], "port": 32768}
peer connect {"addrs": ["127.0.0.1"], "port": 32768}
    peer = {"socket": 2, "assoc": 1, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
a recv {"socket": 1, "max": 4}
    a = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}]}
a ack {"assoc": 2, "seq": 1}
    a = {"acked": 1, "unacked": 0}
a ~recv {"assoc": 2}
b steal {"assoc": 2}
    b = {"assoc": 2, "epoch": 2, "seq": 1, "acked": 1, "unacked": 0, "paused": false, "state": "established", "socket": 3, "status": {"assoc": 2, "socket": 3, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 1, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 0, "recv_queued_bytes": 0, "epoch": 2, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}, "options": "<all of them>"}
    a event {"session": 1, "event": "owner_changed", "ts": "<time>", "socket": 3, "epoch": 2, "from": 1, "to": 2, "how": "stolen"}
    a event {"session": 1, "event": "owner_changed", "ts": "<time>", "socket": 3, "assoc": 2, "epoch": 2, "seq": 1, "acked": 1, "from": 1, "to": 2, "how": "stolen"}
a wait
    a failed {"code": 400, "message": "it has another owner now", "assoc": 2, "socket": 3, "name": "not_owner"}
a recv {"assoc": 2, "timeout_ms": 0}
    a failed {"code": 400, "message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 2, "owner": 2, "param": "assoc", "name": "not_owner"}
a ~recv {"socket": 1}
b steal {"socket": 1}
    b = {"epoch": 2, "addrs": ["127.0.0.1"], "port": 32768, "assocs": [], "socket": 1, "options": "<all of them>"}
    a event {"session": 1, "event": "owner_changed", "ts": "<time>", "socket": 1, "epoch": 2, "from": 1, "to": 2, "how": "stolen"}
a wait
    a failed {"code": 400, "message": "it has another owner now", "socket": 1, "name": "not_owner"}
b subscribe {"data": true, "socket": 1}
    b = {"snapshot": {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 0, "epoch": 2, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "assocs": []}, "sub": 1, "cursor": 11}
b subscribe {"data": true, "assoc": 2}
    b = {"snapshot": {"sockets": [{"socket": 3, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": false, "closing": false, "peeled_off": true, "assocs": 1, "epoch": 2, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "assocs": [{"assoc": 2, "socket": 3, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 1, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 0, "recv_queued_bytes": 0, "epoch": 2, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}]}, "sub": 2, "cursor": 11}
a steal {"socket": 3}
    a = {"epoch": 3, "addrs": ["127.0.0.1"], "port": 32768, "assocs": [{"assoc": 2, "epoch": 3, "seq": 1, "acked": 1, "unacked": 0, "paused": false, "state": "established"}], "socket": 3, "options": "<all of them>"}
    b event {"session": 2, "event": "owner_changed", "ts": "<time>", "socket": 3, "epoch": 3, "from": 2, "to": 1, "how": "stolen"}
    b event {"session": 2, "event": "owner_changed", "ts": "<time>", "socket": 3, "assoc": 2, "epoch": 3, "seq": 1, "acked": 1, "from": 2, "to": 1, "how": "stolen"}
a steal {"socket": 1}
    a = {"epoch": 3, "addrs": ["127.0.0.1"], "port": 32768, "assocs": [], "socket": 1, "options": "<all of them>"}
    b event {"session": 2, "event": "owner_changed", "ts": "<time>", "socket": 1, "epoch": 3, "from": 2, "to": 1, "how": "stolen"}
peer send {"assoc": 1, "text": "one"}
    peer = {"message": 1}
a recv {"assoc": 2, "max": 9}
    a = {"items": [{"type": "data", "socket": 3, "assoc": 2, "seq": 2, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "b25l"}]}
b list {"what": ["subs", "sessions", "sockets", "assocs"]}
    b = {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 0, "epoch": 3, "ownership": "owned", "owner": 1, "user": 0, "linger_ms": 60000, "note_bytes": 0}, {"socket": 2, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 60000, "note_bytes": 0}, {"socket": 3, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": false, "closing": false, "peeled_off": true, "assocs": 1, "epoch": 3, "ownership": "owned", "owner": 1, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 1, "bytes_sent": 3, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 60000, "note_bytes": 0}, {"assoc": 2, "socket": 3, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 2, "acked": 1, "unacked": 1, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 1, "bytes_received": 3, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 3, "epoch": 3, "ownership": "owned", "owner": 1, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "subs": [{"sub": 1, "client": 2, "data": true, "socket": 1}, {"sub": 2, "client": 2, "data": true, "assoc": 2}], "sessions": [{"session": 1, "name": "first", "user": 0, "connected": true, "client": 1, "sockets": 2}, {"session": 2, "user": 0, "connected": true, "client": 2, "sockets": 0}, {"session": 3, "user": 0, "connected": true, "client": 3, "sockets": 1}]}
a release {"assoc": 2}
    a = {}
a release {"socket": 1, "linger_ms": 0}
    a = {}
peer recv {"assoc": 1, "max": 9}
    peer = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}]}
a handoff {"assoc": 2}
    a failed {"code": 400, "message": "assoc 2 has no owner: claim it", "assoc": 2, "epoch": 4, "param": "assoc", "name": "not_owner"}
b claim {"assoc": 2, "token": "0123"}
    b failed {"code": 110, "message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
b claim {"assoc": 2}
    b = {"assoc": 2, "epoch": 5, "seq": 2, "acked": 1, "unacked": 1, "paused": false, "state": "established", "socket": 3, "status": {"assoc": 2, "socket": 3, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 2, "acked": 1, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 1, "bytes_received": 3, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 3, "epoch": 5, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}, "options": "<all of them>"}
until b offer_ended b handoff {"socket": 3, "to": "first", "ttl_ms": 1}
    b = {"token": "<token>", "epoch": 5, "ttl_ms": 1}
    a event {"session": 1, "event": "offered", "ts": "<time>", "socket": 3, "epoch": 5, "owner": 2, "to": 1}
    a event {"session": 1, "event": "offer_ended", "ts": "<time>", "socket": 3, "epoch": 5, "owner": 2, "to": 1, "how": "expired"}
    b event {"session": 2, "event": "offer_ended", "ts": "<time>", "socket": 3, "epoch": 5, "owner": 2, "to": 1, "how": "expired"}
b note {"assoc": 2, "data": "AAECAw=="}
    b = {"bytes": 4}
b note {"assoc": 2, "text": "anew"}
    b = {"bytes": 4}
b status {"assoc": 2}
    b = {"assoc": {"assoc": 2, "socket": 3, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 2, "acked": 1, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 1, "bytes_received": 3, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 3, "epoch": 5, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 4, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
b list {"what": ["accounts"]}
    b = {"accounts": [{"user": 0, "clients": 3, "requests": 1, "subs": 2, "sockets": 2, "assocs": 2, "bytes": "<bytes>", "stack_bytes": "<bytes>", "limits": "<limits>"}]}
b gone
a claim {"assoc": 2, "encoding": "text"}
    a = {"assoc": 2, "epoch": 6, "seq": 2, "acked": 1, "unacked": 1, "paused": false, "state": "established", "note": {"text": "anew"}, "socket": 3, "status": {"assoc": 2, "socket": 3, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 2, "acked": 1, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 1, "bytes_received": 3, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 3, "epoch": 6, "ownership": "owned", "owner": 1, "user": 0, "linger_ms": 60000, "note_bytes": 4, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}, "options": "<all of them>"}
a close {"socket": 3, "mode": "abort"}
    a = {"unread": {"messages": 1, "bytes": 3}}
a list {"what": ["sockets", "assocs", "sessions", "accounts"]}
    a = {"sockets": [{"socket": 2, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "closed", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 2, "acked": 1, "unacked": 0, "paused": false, "messages_sent": 1, "bytes_sent": 3, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 188, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "sessions": [{"session": 1, "name": "first", "user": 0, "connected": true, "client": 1, "sockets": 0}, {"session": 3, "user": 0, "connected": true, "client": 3, "sockets": 1}], "accounts": [{"user": 0, "clients": 2, "requests": 1, "subs": 0, "sockets": 1, "assocs": 1, "bytes": "<bytes>", "stack_bytes": "<bytes>", "limits": "<limits>"}]}
