# A watcher sees an association come and go, and everything that can be asked of it meanwhile.
daemon {"linger_ms": 0, "socket_mode": 438}
watcher {"ack": "auto", "client": "watch"}
watcher subscribe {}
    watcher = {"snapshot": {"sockets": [], "assocs": []}, "sub": 1, "cursor": 0}
a {"ack": "explicit", "session": "server"}
b {"ack": "explicit"}
a open {"addrs": ["127.0.0.1"], "listen": true, "name": "first"}
    a = {"socket": 1, "addrs": ["127.0.0.1"], "port": 32768}
    watcher event {"sub": 1, "cursor": 1, "event": "socket_opened", "ts": "<time>", "socket": 1, "port": 32768, "owner": 2}
b open {"addrs": ["127.0.0.2"]}
    b = {"socket": 2, "addrs": ["127.0.0.2"], "port": 32769}
    watcher event {"sub": 1, "cursor": 2, "event": "socket_opened", "ts": "<time>", "socket": 2, "port": 32769, "owner": 3}
b connect {"socket": 2, "addrs": ["127.0.0.1"], "port": 32768}
    b = {"socket": 2, "assoc": 1, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
    watcher event {"sub": 1, "cursor": 3, "event": "assoc_opened", "ts": "<time>", "socket": 2, "assoc": 1, "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 4, "event": "assoc_opened", "ts": "<time>", "socket": 1, "assoc": 2, "peer": "127.0.0.2", "peer_port": 32769, "local_port": 32768, "incoming": true, "name": "first"}
    watcher event {"sub": 1, "cursor": 5, "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 6, "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.2", "peer_port": 32769, "local_port": 32768, "incoming": true, "name": "first"}
a recv {"socket": 1, "max": 8}
    a = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.2", "peer_port": 32769, "local_port": 32768, "incoming": true, "name": "first"}]}
b recv {"assoc": 1, "max": 8}
    b = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}]}
b send {"assoc": 1, "text": "one", "stream": 3, "ppid": 7, "context": 9}
    b = {"message": 1}
b send {"assoc": 1, "text": "two", "unordered": true}
    b = {"message": 2}
b send {"assoc": 1, "data": "AAEC"}
    b = {"message": 3}
a recv {"assoc": 2, "max": 2}
    a = {"items": [{"type": "data", "socket": 1, "assoc": 2, "seq": 2, "stream": 3, "ssn": 0, "ppid": 7, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.2", "data": "b25l"}, {"type": "data", "socket": 1, "assoc": 2, "seq": 3, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "cumtsn": "<tsn>", "unordered": true, "from": "127.0.0.2", "data": "dHdv"}]}
watcher list {}
    watcher = {"sockets": [{"socket": 1, "name": "first", "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 2, "stack": "fake", "addrs": ["127.0.0.2"], "wildcard": false, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 2, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 1, "paused": false, "messages_sent": 3, "bytes_sent": 9, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.2", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 4, "acked": 0, "unacked": 3, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 3, "bytes_received": 9, "send_waiting": 0, "recv_queued": 4, "recv_queued_bytes": 206, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}], "clients": [{"client": 1, "name": "watch", "pid": "<pid>", "uid": 0, "session": 1, "sockets": 0, "waiting": 1, "calls": 30}, {"client": 2, "pid": "<pid>", "uid": 0, "session": 2, "sockets": 1, "waiting": 0, "calls": 27}, {"client": 3, "pid": "<pid>", "uid": 0, "session": 3, "sockets": 1, "waiting": 0, "calls": 28}], "subs": [{"sub": 1, "client": 1, "data": false, "cursor": 6}], "sessions": [{"session": 1, "user": 0, "connected": true, "client": 1, "sockets": 0}, {"session": 2, "name": "server", "user": 0, "connected": true, "client": 2, "sockets": 1}, {"session": 3, "user": 0, "connected": true, "client": 3, "sockets": 1}], "accounts": [{"user": 0, "clients": 3, "requests": 1, "subs": 1, "sockets": 2, "assocs": 2, "bytes": "<bytes>", "stack_bytes": "<bytes>", "limits": "<limits>"}]}
watcher status {"assoc": 1}
    watcher = {"assoc": {"assoc": 1, "socket": 2, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 1, "paused": false, "messages_sent": 3, "bytes_sent": 9, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.2"]}}
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.2", "peer_port": 32769, "outbound_streams": 64, "inbound_streams": 64, "seq": 4, "acked": 0, "unacked": 3, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 3, "bytes_received": 9, "send_waiting": 0, "recv_queued": 4, "recv_queued_bytes": 206, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.2", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1"]}}
watcher status {"socket": 1}
    watcher = {"socket": {"socket": 1, "name": "first", "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}}
watcher stats {"assoc": 1}
    watcher = {"messages_sent": 3, "bytes_sent": 9, "send_max": 3, "messages_received": 0, "bytes_received": 0, "recv_max": 0, "events_received": 1, "send_failed": 0, "send_waiting": 0, "send_waiting_bytes": 0, "recv_queued": 1, "recv_queued_bytes": 184, "stack": {"pr_assoc_status": {"abandoned_unsent": 0, "abandoned_sent": 0}, "get_assoc_stats": {"maxrto": 0, "isacks": 0, "osacks": 0, "opackets": 0, "ipackets": 0, "rtxchunks": 0, "outofseqtsns": 0, "idupchunks": 0, "gapcnt": 0, "ouodchunks": 0, "iuodchunks": 0, "oodchunks": 0, "iodchunks": 0, "octrlchunks": 0, "ictrlchunks": 0}}}
watcher stats {"assoc": 2}
    watcher = {"messages_sent": 0, "bytes_sent": 0, "send_max": 0, "messages_received": 3, "bytes_received": 9, "recv_max": 3, "events_received": 1, "send_failed": 0, "send_waiting": 0, "send_waiting_bytes": 0, "recv_queued": 4, "recv_queued_bytes": 206, "stack": {"pr_assoc_status": {"abandoned_unsent": 0, "abandoned_sent": 0}, "get_assoc_stats": {"maxrto": 0, "isacks": 0, "osacks": 0, "opackets": 0, "ipackets": 0, "rtxchunks": 0, "outofseqtsns": 0, "idupchunks": 0, "gapcnt": 0, "ouodchunks": 0, "iuodchunks": 0, "oodchunks": 0, "iodchunks": 0, "octrlchunks": 0, "ictrlchunks": 0}}}
watcher stats {"socket": 1}
    watcher = {"messages_sent": 0, "bytes_sent": 0, "send_max": 0, "messages_received": 3, "bytes_received": 9, "recv_max": 3, "events_received": 1, "send_failed": 0, "send_waiting": 0, "send_waiting_bytes": 0, "recv_queued": 4, "recv_queued_bytes": 206, "assocs": 1}
watcher addrs {"assoc": 1}
    watcher = {"local": ["127.0.0.2"], "port": 32769, "peer": ["127.0.0.1"], "peer_port": 32768}
watcher addrs {"socket": 1}
    watcher = {"local": ["127.0.0.1"], "port": 32768}
watcher paths {"assoc": 2}
    watcher = {"paths": [{"addr": "127.0.0.2", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}]}
a ack {"assoc": 2, "seq": 1}
    a = {"acked": 1, "unacked": 2}
a ack {"assoc": 2, "seq": 9}
    a failed {"code": 509, "message": "9 was not delivered: 3 was the latest", "acked": 1, "seq": 3, "param": "seq", "name": "ack_beyond"}
b ack {"assoc": 2, "seq": 1}
    b failed {"code": 400, "message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 1, "owner": 2, "param": "assoc", "name": "not_owner"}
a close {"socket": 1}
    a = {"unread": {"messages": 1, "bytes": 3}}
    watcher event {"sub": 1, "cursor": 7, "event": "shutdown", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 2}
    watcher event {"sub": 1, "cursor": 8, "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 3, "state": "shutdown_comp", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 9, "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 2, "seq": 5, "state": "shutdown_comp", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "peer": "127.0.0.2", "peer_port": 32769, "local_port": 32768, "incoming": true, "name": "first"}
    watcher event {"sub": 1, "cursor": 10, "event": "assoc_closed", "ts": "<time>", "socket": 1, "assoc": 2, "peer": "127.0.0.2", "peer_port": 32769, "local_port": 32768, "incoming": true, "name": "first"}
    watcher event {"sub": 1, "cursor": 11, "event": "socket_closed", "ts": "<time>", "socket": 1, "port": 32768}
b recv {"assoc": 1, "max": 8}
    b = {"items": [{"type": "event", "event": "shutdown", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 2}, {"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 3, "state": "shutdown_comp", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}]}
b recv {"assoc": 1, "timeout_ms": 0}
    b failed {"code": 301, "message": "the association has ended, and everything was read", "param": "assoc", "errno": "EPIPE", "name": "assoc_closed"}
b status {"assoc": 1}
    b = {"assoc": {"assoc": 1, "socket": 2, "state": "closed", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 3, "acked": 0, "unacked": 3, "paused": false, "messages_sent": 3, "bytes_sent": 9, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 3, "recv_queued_bytes": 404, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": []}}
b close {"socket": 2}
    b = {}
    watcher event {"sub": 1, "cursor": 12, "event": "assoc_closed", "ts": "<time>", "socket": 2, "assoc": 1, "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 13, "event": "socket_closed", "ts": "<time>", "socket": 2, "port": 32769}
watcher list {}
    watcher = {"sockets": [], "assocs": [], "clients": [{"client": 1, "name": "watch", "pid": "<pid>", "uid": 0, "session": 1, "sockets": 0, "waiting": 1, "calls": 76}, {"client": 2, "pid": "<pid>", "uid": 0, "session": 2, "sockets": 0, "waiting": 0, "calls": 66}, {"client": 3, "pid": "<pid>", "uid": 0, "session": 3, "sockets": 0, "waiting": 0, "calls": 69}], "subs": [{"sub": 1, "client": 1, "data": false, "cursor": 13}], "sessions": [{"session": 1, "user": 0, "connected": true, "client": 1, "sockets": 0}, {"session": 2, "name": "server", "user": 0, "connected": true, "client": 2, "sockets": 0}, {"session": 3, "user": 0, "connected": true, "client": 3, "sockets": 0}], "accounts": [{"user": 0, "clients": 3, "requests": 1, "subs": 1, "sockets": 0, "assocs": 0, "bytes": "<bytes>", "stack_bytes": "<bytes>", "limits": "<limits>"}]}
