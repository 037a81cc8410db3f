# Who reads: calls that wait, subscriptions with credit, marks, gaps; and what cannot be.
daemon {"linger_ms": 0, "recv_queue_messages": 4, "requests_per_client": 3}
watcher {"ack": "auto"}
watcher subscribe {"events": ["paused", "resumed", "gap"], "tag": "w"}
    watcher = {"snapshot": {"sockets": [], "assocs": []}, "sub": 1, "cursor": 0}
watcher subscribe {"tag": 7, "events": ["paused"], "since": 0}
    watcher = {"snapshot": {"sockets": [], "assocs": []}, "sub": 2, "cursor": 0, "resumed": true}
watcher subscribe {"since": 99}
    watcher = {"snapshot": {"sockets": [], "assocs": []}, "sub": 3, "cursor": 0, "resumed": false}
watcher subscribe {"assoc": 1}
    watcher failed {"code": 300, "message": "there is no association 1", "assoc": 1, "param": "assoc", "errno": "EINVAL", "name": "no_such_assoc"}
watcher subscribe {"events": ["none such"]}
    watcher failed {"code": -32602, "message": "events[0]: expected one of \"assoc_change\", \"peer_addr_change\", \"remote_error\", \"send_failed\", ..., got \"none such\"", "param": "events[0]", "errno": "EINVAL", "name": "invalid_params"}
watcher subscribe {"credit": 5}
    watcher failed {"code": -32602, "message": "`credit` needs `data`: events take no credit", "param": "credit", "errno": "EINVAL", "name": "invalid_params"}
watcher subscribe {"data": true, "since": 1}
    watcher failed {"code": -32602, "message": "`since` cannot be given with `data`: unread items are kept for the owner anyway", "param": "since", "errno": "EINVAL", "name": "invalid_params"}
a {}
b {"ack": "auto"}
a open {"addrs": ["127.0.0.1"], "listen": true}
    a = {"socket": 1, "addrs": ["127.0.0.1"], "port": 32768}
    watcher event {"sub": 3, "cursor": 1, "event": "socket_opened", "ts": "<time>", "socket": 1, "port": 32768, "owner": 2}
b connect {"addrs": ["127.0.0.1"], "port": 32768}
    b = {"socket": 2, "assoc": 1, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
    watcher event {"sub": 3, "cursor": 2, "event": "socket_opened", "ts": "<time>", "socket": 2, "port": 32769, "owner": 3}
    watcher event {"sub": 3, "cursor": 3, "event": "assoc_opened", "ts": "<time>", "socket": 2, "assoc": 1, "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
    watcher event {"sub": 3, "cursor": 4, "event": "assoc_opened", "ts": "<time>", "socket": 1, "assoc": 2, "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}
    watcher event {"sub": 3, "cursor": 5, "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
    watcher event {"sub": 3, "cursor": 6, "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}
b subscribe {"data": true, "assoc": 2}
    b failed {"code": 400, "message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 1, "owner": 2, "param": "assoc", "name": "not_owner"}
b recv {"assoc": 1, "max": 1}
    b = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}]}
a recv {"assoc": 2, "max": 1}
    a = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}]}
a ~recv {"assoc": 2, "max": 2, "encoding": "text"}
a subscribe {"data": true, "assoc": 2}
    a = {"snapshot": {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 1, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}]}, "sub": 4, "cursor": 6}
b send {"assoc": 1, "text": "one"}
    b = {"message": 1}
    a data {"sub": 4, "socket": 1, "assoc": 2, "seq": 2, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "b25l"}
a wait
    a failed {"code": 504, "message": "a subscription gets the data from now on", "name": "data_subscribed"}
a ack {"assoc": 2, "seq": 2}
    a = {"acked": 2, "unacked": 0}
a subscribe {"data": true, "assoc": 2, "credit": 1, "encoding": "text", "tag": "mine", "events": ["assoc_change", "sender_dry"]}
    a failed {"code": 504, "message": "subscription 4 already gets the data", "sub": 4, "param": "data", "name": "data_subscribed"}
a subscribe {"data": true, "assoc": 2}
    a failed {"code": 504, "message": "subscription 4 already gets the data", "sub": 4, "param": "data", "name": "data_subscribed"}
a subscribe {"data": true, "socket": 1}
    a = {"snapshot": {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 2, "acked": 2, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 1, "bytes_received": 3, "send_waiting": 0, "recv_queued": 0, "recv_queued_bytes": 0, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}]}, "sub": 5, "cursor": 6}
a recv {"assoc": 2, "timeout_ms": 0}
    a failed {"code": 504, "message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
a recv {"socket": 1, "timeout_ms": 0}
    a failed {"code": 504, "message": "a subscription gets the data", "param": "socket", "name": "data_subscribed"}
b send {"assoc": 1, "text": "two"}
    b = {"message": 2}
    a data {"sub": 4, "socket": 1, "assoc": 2, "seq": 3, "stream": 0, "ssn": 1, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "dHdv"}
b send {"assoc": 1, "text": "three"}
    b = {"message": 3}
    a data {"sub": 4, "socket": 1, "assoc": 2, "seq": 4, "stream": 0, "ssn": 2, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "dGhyZWU="}
b send {"assoc": 1, "text": "four"}
    b = {"message": 4}
    a data {"sub": 4, "socket": 1, "assoc": 2, "seq": 5, "stream": 0, "ssn": 3, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "Zm91cg=="}
a credit {"sub": 5, "add": 1}
    a failed {"code": -32602, "message": "subscription 5 does not count credit", "param": "sub", "errno": "EINVAL", "name": "invalid_params"}
a credit {"sub": 4, "add": 1}
    a failed {"code": -32602, "message": "subscription 4 does not count credit", "param": "sub", "errno": "EINVAL", "name": "invalid_params"}
a credit {"sub": 4, "add": 4294967295}
    a failed {"code": -32602, "message": "add: expected an integer from 1 to 2147483648, got 4294967295", "param": "add", "errno": "EINVAL", "name": "invalid_params"}
watcher credit {"sub": 1, "add": 1}
    watcher failed {"code": -32602, "message": "subscription 1 does not count credit", "param": "sub", "errno": "EINVAL", "name": "invalid_params"}
a list {"what": ["subs"]}
    a = {"subs": [{"sub": 1, "client": 1, "data": false, "cursor": 6}, {"sub": 2, "client": 1, "data": false, "cursor": 6}, {"sub": 3, "client": 1, "data": false, "cursor": 6}, {"sub": 4, "client": 2, "data": true, "assoc": 2}, {"sub": 5, "client": 2, "data": true, "socket": 1}]}
watcher list {"what": ["subs", "clients"]}
    watcher = {"clients": [{"client": 1, "pid": "<pid>", "uid": 0, "session": 1, "sockets": 0, "waiting": 1, "calls": 77}, {"client": 2, "pid": "<pid>", "uid": 0, "session": 2, "sockets": 1, "waiting": 0, "calls": 66}, {"client": 3, "pid": "<pid>", "uid": 0, "session": 3, "sockets": 1, "waiting": 0, "calls": 57}], "subs": [{"sub": 1, "client": 1, "data": false, "cursor": 6}, {"sub": 2, "client": 1, "data": false, "cursor": 6}, {"sub": 3, "client": 1, "data": false, "cursor": 6}, {"sub": 4, "client": 2, "data": true, "assoc": 2}, {"sub": 5, "client": 2, "data": true, "socket": 1}]}
a unsubscribe {"sub": 1}
    a failed {"code": 505, "message": "this client has no subscription 1", "param": "sub", "name": "no_such_subscription"}
a unsubscribe {"sub": 4}
    a = {}
# Marks, each side of them.
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 5, "acked": 2, "unacked": 3, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 4, "bytes_received": 15, "send_waiting": 0, "recv_queued": 3, "recv_queued_bytes": 12, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
a ack {"assoc": 2, "seq": 5}
    a = {"acked": 5, "unacked": 0}
b send {"assoc": 1, "text": "five"}
    b = {"message": 5}
    a data {"sub": 5, "socket": 1, "assoc": 2, "seq": 6, "stream": 0, "ssn": 4, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "Zml2ZQ=="}
b send {"assoc": 1, "text": "six"}
    b = {"message": 6}
    a data {"sub": 5, "socket": 1, "assoc": 2, "seq": 7, "stream": 0, "ssn": 5, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "c2l4"}
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 7, "acked": 5, "unacked": 2, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 6, "bytes_received": 22, "send_waiting": 0, "recv_queued": 2, "recv_queued_bytes": 7, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
b send {"assoc": 1, "text": "seven"}
    b = {"message": 7}
    a data {"sub": 5, "socket": 1, "assoc": 2, "seq": 8, "stream": 0, "ssn": 6, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "c2V2ZW4="}
b send {"assoc": 1, "text": "eight"}
    b = {"message": 8}
    watcher event {"sub": 1, "tag": "w", "cursor": 7, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 10, "mark": "assoc", "queued": 4, "unacked": 3}
    watcher event {"sub": 3, "cursor": 7, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 10, "mark": "assoc", "queued": 4, "unacked": 3}
    watcher event {"sub": 2, "tag": 7, "cursor": 7, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 10, "mark": "assoc", "queued": 4, "unacked": 3}
    a data {"sub": 5, "socket": 1, "assoc": 2, "seq": 9, "stream": 0, "ssn": 7, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "ZWlnaHQ="}
    a event {"sub": 5, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 10, "mark": "assoc", "queued": 4, "unacked": 3}
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 10, "acked": 5, "unacked": 5, "paused": true, "messages_sent": 0, "bytes_sent": 0, "messages_received": 8, "bytes_received": 32, "send_waiting": 0, "recv_queued": 4, "recv_queued_bytes": 17, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
b send {"assoc": 1, "text": "nine"}
    b = {"message": 9}
b send {"assoc": 1, "text": "ten"}
    b = {"message": 10}
watcher stats {"assoc": 2}
    watcher = {"messages_sent": 0, "bytes_sent": 0, "send_max": 0, "messages_received": 8, "bytes_received": 32, "recv_max": 5, "events_received": 1, "send_failed": 0, "send_waiting": 0, "send_waiting_bytes": 0, "recv_queued": 4, "recv_queued_bytes": 17, "stack": {"pr_assoc_status": {"abandoned_unsent": 0, "abandoned_sent": 0}, "get_assoc_stats": {"maxrto": 0, "isacks": 0, "osacks": 0, "opackets": 0, "ipackets": 0, "rtxchunks": 0, "outofseqtsns": 0, "idupchunks": 0, "gapcnt": 0, "ouodchunks": 0, "iuodchunks": 0, "oodchunks": 0, "iodchunks": 0, "octrlchunks": 0, "ictrlchunks": 0}}}
watcher stats {"assoc": 1}
    watcher = {"messages_sent": 10, "bytes_sent": 39, "send_max": 5, "messages_received": 0, "bytes_received": 0, "recv_max": 0, "events_received": 1, "send_failed": 0, "send_waiting": 0, "send_waiting_bytes": 0, "recv_queued": 0, "recv_queued_bytes": 0, "stack": {"pr_assoc_status": {"abandoned_unsent": 0, "abandoned_sent": 0}, "get_assoc_stats": {"maxrto": 0, "isacks": 0, "osacks": 0, "opackets": 0, "ipackets": 0, "rtxchunks": 0, "outofseqtsns": 0, "idupchunks": 0, "gapcnt": 0, "ouodchunks": 0, "iuodchunks": 0, "oodchunks": 0, "iodchunks": 0, "octrlchunks": 0, "ictrlchunks": 0}}}
a recv {"assoc": 2, "max": 2}
    a failed {"code": 504, "message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
a ack {"assoc": 2, "seq": 7}
    a = {"acked": 7, "unacked": 3}
    watcher event {"sub": 1, "tag": "w", "cursor": 8, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 11, "queued": 2, "unacked": 3}
    watcher event {"sub": 3, "cursor": 8, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 11, "queued": 2, "unacked": 3}
    watcher event {"sub": 1, "tag": "w", "cursor": 9, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 14, "mark": "assoc", "queued": 4, "unacked": 4}
    watcher event {"sub": 3, "cursor": 9, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 14, "mark": "assoc", "queued": 4, "unacked": 4}
    watcher event {"sub": 2, "tag": 7, "cursor": 9, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 14, "mark": "assoc", "queued": 4, "unacked": 4}
    a event {"sub": 5, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 11, "queued": 2, "unacked": 3}
    a data {"sub": 5, "socket": 1, "assoc": 2, "seq": 12, "stream": 0, "ssn": 8, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "bmluZQ=="}
    a data {"sub": 5, "socket": 1, "assoc": 2, "seq": 13, "stream": 0, "ssn": 9, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "dGVu"}
    a event {"sub": 5, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 14, "mark": "assoc", "queued": 4, "unacked": 4}
a recv {"assoc": 2, "max": 1}
    a failed {"code": 504, "message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
a ack {"assoc": 2, "seq": 8}
    a = {"acked": 8, "unacked": 6}
a recv {"assoc": 2, "max": 9}
    a failed {"code": 504, "message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
a ack {"assoc": 2, "seq": 11}
    a = {"acked": 11, "unacked": 3}
    watcher event {"sub": 1, "tag": "w", "cursor": 10, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 15, "queued": 2, "unacked": 3}
    watcher event {"sub": 3, "cursor": 10, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 15, "queued": 2, "unacked": 3}
    a event {"sub": 5, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 15, "queued": 2, "unacked": 3}
a recv {"assoc": 2, "max": 9}
    a failed {"code": 504, "message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 15, "acked": 11, "unacked": 4, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 10, "bytes_received": 39, "send_waiting": 0, "recv_queued": 2, "recv_queued_bytes": 7, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
a recv {}
    a failed {"code": -32602, "message": "expected exactly one of `assoc` and `socket`", "param": "assoc", "errno": "EINVAL", "name": "invalid_params"}
a recv {"assoc": 2, "socket": 1}
    a failed {"code": -32602, "message": "expected exactly one of `assoc` and `socket`", "param": "assoc", "errno": "EINVAL", "name": "invalid_params"}
a recv {"assoc": 1}
    a failed {"code": 400, "message": "assoc 1 belongs to another session", "assoc": 1, "epoch": 1, "owner": 3, "param": "assoc", "name": "not_owner"}
# Of all that a session owns.
a ack {"assoc": 2, "seq": 14}
    a = {"acked": 14, "unacked": 1}
a subscribe {"data": true, "credit": 2, "credit_unit": "item", "ack": "auto"}
    a = {"snapshot": {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 2, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 1, "unacked": 0, "paused": false, "messages_sent": 10, "bytes_sent": 39, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 0, "recv_queued_bytes": 0, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 15, "acked": 14, "unacked": 1, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 10, "bytes_received": 39, "send_waiting": 0, "recv_queued": 0, "recv_queued_bytes": 0, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}]}, "sub": 6, "cursor": 10}
b send {"assoc": 1, "text": "eleven"}
    b = {"message": 11}
    a data {"sub": 5, "socket": 1, "assoc": 2, "seq": 16, "stream": 0, "ssn": 10, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "ZWxldmVu"}
a subscribe {"data": true}
    a failed {"code": 504, "message": "subscription 6 already gets the data", "sub": 6, "param": "data", "name": "data_subscribed"}
b fake {"assoc": 1, "control": {"do": "event", "event": "peer_addr_change", "fields": {"addr": "192.0.2.1", "state": "reachable", "error": 4}}}
    b = {"control": {}}
    watcher event {"sub": 3, "cursor": 11, "event": "peer_addr_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 2, "addr": "192.0.2.1", "state": 0, "error": 4}
a fake {"assoc": 2, "control": {"do": "event", "event": "peer_addr_change", "fields": {"addr": "192.0.2.1"}}}
    a = {"control": {}}
    watcher event {"sub": 3, "cursor": 12, "event": "peer_addr_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 17, "addr": "192.0.2.1"}
    a event {"sub": 5, "event": "peer_addr_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 17, "addr": "192.0.2.1"}
a fake {"assoc": 2, "control": {"do": "event", "event": "remote_error", "fields": {"error": 3}}}
    a = {"control": {}}
    watcher event {"sub": 3, "cursor": 13, "event": "remote_error", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 18, "error": 3, "cause": "stale_cookie"}
    a event {"sub": 5, "event": "remote_error", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 18, "error": 3, "cause": "stale_cookie"}
a fake {"assoc": 2, "control": {"do": "unknown", "number": 12345}}
    a = {"control": {}}
    watcher event {"sub": 1, "tag": "w", "cursor": 14, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 20, "mark": "assoc", "queued": 4, "unacked": 4}
    watcher event {"sub": 3, "cursor": 14, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 20, "mark": "assoc", "queued": 4, "unacked": 4}
    watcher event {"sub": 2, "tag": 7, "cursor": 14, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 20, "mark": "assoc", "queued": 4, "unacked": 4}
    a event {"sub": 5, "event": "unknown", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 19, "number": 12345}
    a event {"sub": 5, "event": "paused", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 20, "mark": "assoc", "queued": 4, "unacked": 4}
a fake {"assoc": 2, "control": {"do": "lose", "number": 3}}
    a = {"control": {}}
    watcher event {"sub": 3, "cursor": 15, "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 3, "state": "comm_lost", "error": 3, "cause": "stale_cookie", "outbound_streams": 64, "inbound_streams": 64, "reason": "peer_aborted", "info": [{"code": 3, "cause": "stale_cookie"}], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
b fake {"assoc": 1, "control": {"do": "event", "event": "send_failed", "fields": {"data": "back"}}}
    b failed {"code": -32602, "message": "assoc: is required", "param": "assoc", "errno": "EINVAL", "name": "invalid_params"}
b recv {"assoc": 1, "max": 9}
    b = {"items": [{"type": "event", "event": "peer_addr_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 2, "addr": "192.0.2.1", "state": 0, "error": 4}, {"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 3, "state": "comm_lost", "error": 3, "cause": "stale_cookie", "outbound_streams": 64, "inbound_streams": 64, "reason": "peer_aborted", "info": [{"code": 3, "cause": "stale_cookie"}], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}]}
    watcher event {"sub": 3, "cursor": 16, "event": "assoc_closed", "ts": "<time>", "socket": 2, "assoc": 1, "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
    watcher event {"sub": 3, "cursor": 17, "event": "socket_closed", "ts": "<time>", "socket": 2, "port": 32769}
a close {"socket": 1, "mode": "abort"}
    a = {}
    watcher event {"sub": 1, "tag": "w", "cursor": 18, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "queued": 0, "unacked": 0}
    watcher event {"sub": 3, "cursor": 18, "event": "resumed", "ts": "<time>", "socket": 1, "assoc": 2, "queued": 0, "unacked": 0}
    watcher event {"sub": 3, "cursor": 19, "event": "assoc_closed", "ts": "<time>", "socket": 1, "assoc": 2, "peer": "127.0.0.1", "peer_port": 32769, "local_port": 32768, "incoming": true}
    watcher event {"sub": 3, "cursor": 20, "event": "socket_closed", "ts": "<time>", "socket": 1, "port": 32768}
b recv {"assoc": 1, "max": 9}
    b failed {"code": 300, "message": "there is no association 1", "assoc": 1, "param": "assoc", "errno": "EINVAL", "name": "no_such_assoc"}
