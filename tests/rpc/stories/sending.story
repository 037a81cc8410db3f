# What is sent waits where the peer does not read, arrives in pieces, is lost, and is told; and its limits.
daemon {"linger_ms": 0, "recv_queue_messages": 2, "send_queue_messages": 2, "send_queue_bytes": 3000, "requests_per_client": 5}
watcher {"ack": "auto"}
watcher subscribe {"events": ["paused", "resumed", "send_failed", "sender_dry", "shutdown", "assoc_change", "partial_delivery"]}
    watcher = {"snapshot": {"sockets": [], "assocs": []}, "sub": 1, "cursor": 0}
a {"ack": "explicit"}
b {"ack": "auto"}
c {"ack": "auto"}
a open {"addrs": ["127.0.0.1"], "listen": true, "options": {"recbuf": 4096}}
    a = {"socket": 1, "addrs": ["127.0.0.1"], "port": 32768}
b connect {"addrs": ["127.0.0.1"], "port": 32768, "options": {"sndbuf": 4096}}
    b = {"socket": 2, "assoc": 1, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
    watcher event {"sub": 1, "cursor": 5, "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 6, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
    watcher event {"sub": 1, "cursor": 7, "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}
    watcher event {"sub": 1, "cursor": 8, "event": "sender_dry", "ts": "<time>", "socket": 1, "assoc": 2}
b recv {"assoc": 1, "max": 4}
    b = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}]}
a recv {"assoc": 2, "max": 4}
    a = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}]}
b subscribe {"assoc": 1, "events": ["sender_dry"]}
    b = {"snapshot": {"sockets": [{"socket": 2, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 1, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 0, "recv_queued_bytes": 0, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}]}, "sub": 2, "cursor": 8}
# In pieces.
b fake {"control": {"do": "split", "bytes": 4}}
    b = {"control": {}}
b send {"assoc": 1, "text": "in pieces", "stream": 1, "ppid": 3}
    b = {"message": 1}
    watcher event {"sub": 1, "cursor": 9, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 1}
    watcher event {"sub": 1, "cursor": 10, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
    b event {"sub": 2, "cursor": 10, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
a recv {"assoc": 2, "encoding": "text"}
    a = {"items": [{"type": "data", "socket": 1, "assoc": 2, "seq": 2, "stream": 1, "ssn": 0, "ppid": 3, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "text": "in pieces"}]}
a ack {"assoc": 2, "seq": 2}
    a = {"acked": 2, "unacked": 0}
    watcher event {"sub": 1, "cursor": 11, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 4, "queued": 0, "unacked": 0}
b fake {"control": {"do": "break", "times": 1}}
    b = {"control": {}}
b send {"assoc": 1, "text": "never whole", "stream": 1}
    b = {"message": 2}
    watcher event {"sub": 1, "cursor": 12, "event": "partial_delivery", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 5, "indication": "partial_delivery_aborted", "stream": 1, "sequence": 1}
    watcher event {"sub": 1, "cursor": 13, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
    b event {"sub": 2, "cursor": 13, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
a recv {"assoc": 2, "max": 4}
    a = {"items": [{"type": "event", "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 1}, {"type": "event", "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 4, "queued": 0, "unacked": 0}, {"type": "event", "event": "partial_delivery", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 5, "indication": "partial_delivery_aborted", "stream": 1, "sequence": 1}]}
a ack {"assoc": 2, "seq": 3}
    a = {"acked": 3, "unacked": 2}
b fake {"control": {"do": "reset"}}
    b = {"control": {}}
# With all that can stand beside it.
b send {"assoc": 1, "text": "é", "stream": 2, "ppid": 4294967295, "unordered": true, "sack_immediately": true, "context": 4294967295}
    b = {"message": 3}
    watcher event {"sub": 1, "cursor": 14, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 7, "mark": "assoc", "queued": 2, "unacked": 2}
    watcher event {"sub": 1, "cursor": 15, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
    b event {"sub": 2, "cursor": 15, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
a recv {"assoc": 2, "encoding": "text"}
    a = {"items": [{"type": "data", "socket": 1, "assoc": 2, "seq": 6, "stream": 2, "ssn": 0, "ppid": 4294967295, "tsn": "<tsn>", "cumtsn": "<tsn>", "unordered": true, "from": "127.0.0.1", "text": "é"}]}
b send {"assoc": 1, "data": "/w==", "stream": 63}
    b = {"message": 4}
b send {"assoc": 1, "data": "/w==", "stream": 64}
    b failed {"code": 502, "message": "there is no stream 64: the association has 64 outbound streams, from 0", "limit": 64, "param": "stream", "errno": "EINVAL", "name": "bad_stream"}
b send {"assoc": 1, "data": "/w=", "stream": 0}
    b failed {"code": -32602, "message": "data: not base64 (RFC 4648 4, with padding and without white space)", "param": "data", "errno": "EINVAL", "name": "invalid_params"}
b send {"assoc": 1, "text": "x", "ppid": 4294967296}
    b failed {"code": -32602, "message": "ppid: expected an integer from 0 to 4294967295, got 4294967296", "param": "ppid", "errno": "EINVAL", "name": "invalid_params"}
b send {"assoc": 1, "text": "x", "pr_policy": "ttl"}
    b = {"message": 5}
b send {"assoc": 1, "text": "x", "pr_policy": "none", "pr_value": 3}
    b failed {"code": -32602, "message": "`pr_value` needs a `pr_policy`", "param": "pr_value", "errno": "EINVAL", "name": "invalid_params"}
b send {"assoc": 1, "text": "x", "pr_value": 3}
    b failed {"code": -32602, "message": "`pr_value` needs a `pr_policy`", "param": "pr_value", "errno": "EINVAL", "name": "invalid_params"}
b send {"assoc": 1, "text": "x", "addr": "127.0.0.1"}
    b = {"message": 6}
b stats {"assoc": 1}
    b = {"messages_sent": 6, "bytes_sent": 25, "send_max": 11, "messages_received": 0, "bytes_received": 0, "recv_max": 0, "events_received": 5, "send_failed": 0, "send_waiting": 0, "send_waiting_bytes": 0, "recv_queued": 0, "recv_queued_bytes": 0, "stack": {"pr_assoc_status": {"abandoned_unsent": 0, "abandoned_sent": 0}, "get_assoc_stats": {"maxrto": 0, "isacks": 0, "osacks": 0, "opackets": 0, "ipackets": 0, "rtxchunks": 0, "outofseqtsns": 0, "idupchunks": 0, "gapcnt": 0, "ouodchunks": 0, "iuodchunks": 0, "oodchunks": 0, "iodchunks": 0, "octrlchunks": 0, "ictrlchunks": 0}}}
a stats {"assoc": 2}
    a = {"messages_sent": 0, "bytes_sent": 0, "send_max": 0, "messages_received": 2, "bytes_received": 11, "recv_max": 9, "events_received": 3, "send_failed": 0, "send_waiting": 0, "send_waiting_bytes": 0, "recv_queued": 2, "recv_queued_bytes": 94, "stack": {"pr_assoc_status": {"abandoned_unsent": 0, "abandoned_sent": 0}, "get_assoc_stats": {"maxrto": 0, "isacks": 0, "osacks": 0, "opackets": 0, "ipackets": 0, "rtxchunks": 0, "outofseqtsns": 0, "idupchunks": 0, "gapcnt": 0, "ouodchunks": 0, "iuodchunks": 0, "oodchunks": 0, "iodchunks": 0, "octrlchunks": 0, "ictrlchunks": 0}}}
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 7, "acked": 3, "unacked": 3, "paused": true, "messages_sent": 0, "bytes_sent": 0, "messages_received": 2, "bytes_received": 11, "send_waiting": 0, "recv_queued": 2, "recv_queued_bytes": 94, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 3, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
a recv {"assoc": 2, "encoding": "text", "max": 256}
    a = {"items": [{"type": "event", "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 7, "mark": "assoc", "queued": 2, "unacked": 2}]}
a recv {"assoc": 2, "max": 257}
    a failed {"code": -32602, "message": "max: expected an integer from 1 to 256, got 257", "param": "max", "errno": "EINVAL", "name": "invalid_params"}
a recv {"assoc": 2, "max": 0}
    a failed {"code": -32602, "message": "max: expected an integer from 1 to 256, got 0", "param": "max", "errno": "EINVAL", "name": "invalid_params"}
a ack {"assoc": 2, "seq": 5}
    a = {"acked": 5, "unacked": 2}
    watcher event {"sub": 1, "cursor": 16, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 8, "queued": 1, "unacked": 2}
    watcher event {"sub": 1, "cursor": 17, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 10, "mark": "assoc", "queued": 2, "unacked": 2}
a recv {"socket": 1, "max": 9, "encoding": "text", "ack": "auto"}
    a = {"items": [{"type": "event", "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 8, "queued": 1, "unacked": 2}, {"type": "data", "socket": 1, "assoc": 2, "seq": 9, "stream": 63, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "/w=="}, {"type": "event", "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 10, "mark": "assoc", "queued": 2, "unacked": 2}, {"type": "event", "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 11, "queued": 1, "unacked": 0}]}
    watcher event {"sub": 1, "cursor": 18, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 11, "queued": 1, "unacked": 0}
    watcher event {"sub": 1, "cursor": 19, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 14, "mark": "assoc", "queued": 2, "unacked": 0}
    watcher event {"sub": 1, "cursor": 20, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
    b event {"sub": 2, "cursor": 20, "event": "sender_dry", "ts": "<time>", "socket": 2, "assoc": 1}
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 14, "acked": 11, "unacked": 0, "paused": true, "messages_sent": 0, "bytes_sent": 0, "messages_received": 5, "bytes_received": 14, "send_waiting": 0, "recv_queued": 2, "recv_queued_bytes": 2, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
# Whose calls wait, in turn; one too many.
a ~recv {"assoc": 2, "timeout_ms": 60000}
watcher list {"what": ["clients"]}
    watcher = {"clients": [{"client": 1, "pid": "<pid>", "uid": 0, "session": 1, "sockets": 0, "waiting": 1, "calls": 84}, {"client": 2, "pid": "<pid>", "uid": 0, "session": 2, "sockets": 1, "waiting": 0, "calls": 90}, {"client": 3, "pid": "<pid>", "uid": 0, "session": 3, "sockets": 1, "waiting": 0, "calls": 92}, {"client": 4, "pid": "<pid>", "uid": 0, "session": 4, "sockets": 0, "waiting": 0, "calls": 72}]}
b send {"assoc": 1, "text": "for who waits"}
    b = {"message": 7}
a wait
    a = {"items": [{"type": "data", "socket": 1, "assoc": 2, "seq": 12, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "eA=="}]}
a recv {"assoc": 2, "timeout_ms": 1}
    a = {"items": [{"type": "data", "socket": 1, "assoc": 2, "seq": 13, "stream": 0, "ssn": 1, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "eA=="}]}
a recv {"socket": 1, "timeout_ms": 0}
    a = {"items": [{"type": "event", "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 14, "mark": "assoc", "queued": 2, "unacked": 0}]}
a ~recv {"socket": 1}
b abort {"assoc": 1, "reason": "enough"}
    b = {}
    watcher event {"sub": 1, "cursor": 21, "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "aborted", "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
a wait
    a failed {"code": 508, "message": "the unacknowledged items have reached the limit: call `ack`, or use ack:auto", "param": "socket", "name": "unacknowledged"}
a recv {"assoc": 2, "timeout_ms": 0}
    a failed {"code": 508, "message": "the unacknowledged items have reached the limit: call `ack`, or use ack:auto", "acked": 11, "seq": 14, "param": "assoc", "name": "unacknowledged"}
a recv {"socket": 1, "timeout_ms": 0}
    a failed {"code": 508, "message": "the unacknowledged items have reached the limit: call `ack`, or use ack:auto", "param": "socket", "name": "unacknowledged"}
b recv {"assoc": 1, "max": 9}
    b = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "aborted", "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}]}
watcher list {"what": ["sockets", "assocs"]}
    watcher = {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 14, "acked": 11, "unacked": 3, "paused": true, "messages_sent": 0, "bytes_sent": 0, "messages_received": 5, "bytes_received": 14, "send_waiting": 0, "recv_queued": 2, "recv_queued_bytes": 2, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}]}
# The end, from either side.
b connect {"addrs": ["127.0.0.1"], "port": 32768, "options": {"sndbuf": 4096}}
    b = {"socket": 3, "assoc": 3, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
    watcher event {"sub": 1, "cursor": 27, "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 3, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32770, "incoming": false}
    watcher event {"sub": 1, "cursor": 28, "event": "sender_dry", "ts": "<time>", "socket": 3, "assoc": 3}
    watcher event {"sub": 1, "cursor": 29, "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 4, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32770, "local_port": 32768, "incoming": true}
    watcher event {"sub": 1, "cursor": 30, "event": "sender_dry", "ts": "<time>", "socket": 1, "assoc": 4}
c connect {"addrs": ["127.0.0.1"], "port": 32768}
    c = {"socket": 4, "assoc": 5, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
    watcher event {"sub": 1, "cursor": 34, "event": "assoc_change", "ts": "<time>", "socket": 4, "assoc": 5, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32771, "incoming": false}
    watcher event {"sub": 1, "cursor": 35, "event": "sender_dry", "ts": "<time>", "socket": 4, "assoc": 5}
    watcher event {"sub": 1, "cursor": 36, "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 6, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32771, "local_port": 32768, "incoming": true}
    watcher event {"sub": 1, "cursor": 37, "event": "sender_dry", "ts": "<time>", "socket": 1, "assoc": 6}
b send {"assoc": 3, "text": "last"}
    b = {"message": 1}
    watcher event {"sub": 1, "cursor": 38, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 4, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 0}
    watcher event {"sub": 1, "cursor": 39, "event": "sender_dry", "ts": "<time>", "socket": 3, "assoc": 3}
b eof {"assoc": 3}
    b = {}
    watcher event {"sub": 1, "cursor": 40, "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 3, "seq": 2, "state": "shutdown_comp", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32770, "incoming": false}
    watcher event {"sub": 1, "cursor": 41, "event": "paused", "ts": "<time>", "socket": 3, "assoc": 3, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 0}
a recv {"socket": 1, "max": 9, "encoding": "text"}
    a = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 4, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32770, "local_port": 32768, "incoming": true}, {"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 6, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32771, "local_port": 32768, "incoming": true}, {"type": "data", "socket": 1, "assoc": 4, "seq": 2, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "text": "last"}, {"type": "event", "event": "paused", "ts": "<time>", "socket": 1, "assoc": 4, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 0}]}
b recv {"assoc": 3, "max": 9}
    b = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 3, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32770, "incoming": false}, {"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 3, "seq": 2, "state": "shutdown_comp", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32770, "incoming": false}, {"type": "event", "event": "paused", "ts": "<time>", "socket": 3, "assoc": 3, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 0}]}
    watcher event {"sub": 1, "cursor": 42, "event": "resumed", "ts": "<time>", "socket": 3, "assoc": 3, "queued": 1, "unacked": 0}
a abort {"assoc": 6, "reason": "a reason that is given"}
    a = {}
    watcher event {"sub": 1, "cursor": 45, "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 6, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "aborted", "peer": "127.0.0.1", "peer_port": 32771, "local_port": 32768, "incoming": true}
    watcher event {"sub": 1, "cursor": 46, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 6, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 1}
    watcher event {"sub": 1, "cursor": 47, "event": "assoc_change", "ts": "<time>", "socket": 4, "assoc": 5, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "peer_aborted", "info": [{"code": 12, "cause": "user_initiated_abort", "reason": "a reason that is given"}], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32771, "incoming": false}
    watcher event {"sub": 1, "cursor": 48, "event": "paused", "ts": "<time>", "socket": 4, "assoc": 5, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 0}
c recv {"assoc": 5, "max": 9}
    c = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 4, "assoc": 5, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32771, "incoming": false}, {"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 4, "assoc": 5, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "peer_aborted", "info": [{"code": 12, "cause": "user_initiated_abort", "reason": "a reason that is given"}], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32771, "incoming": false}, {"type": "event", "event": "paused", "ts": "<time>", "socket": 4, "assoc": 5, "seq": 3, "mark": "assoc", "queued": 2, "unacked": 0}]}
    watcher event {"sub": 1, "cursor": 49, "event": "resumed", "ts": "<time>", "socket": 4, "assoc": 5, "queued": 1, "unacked": 0}
a close {"socket": 1}
    a = {}
    watcher event {"sub": 1, "cursor": 52, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "queued": 0, "unacked": 0}
    watcher event {"sub": 1, "cursor": 54, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 4, "queued": 0, "unacked": 0}
    watcher event {"sub": 1, "cursor": 56, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 6, "queued": 0, "unacked": 0}
watcher list {"what": ["sockets", "assocs"]}
    watcher = {"sockets": [], "assocs": []}
