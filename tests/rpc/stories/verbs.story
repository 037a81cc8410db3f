# What is done with an association: sent, reset, taken to a socket of its own, ended.
daemon {"linger_ms": 0}
watcher {"ack": "auto"}
watcher subscribe {}
    watcher = {"snapshot": {"sockets": [], "assocs": []}, "sub": 1, "cursor": 0}
a {"ack": "auto"}
b {"ack": "auto"}
a open {"addrs": ["127.0.0.1", "::1"], "port": 5000, "listen": true, "name": "server", "options": {"initmsg": {"max_instreams": 4}}}
    a = {"socket": 1, "addrs": ["127.0.0.1", "::1"], "port": 5000}
    watcher event {"sub": 1, "cursor": 1, "event": "socket_opened", "ts": "<time>", "socket": 1, "port": 5000, "owner": 2}
b open {"addrs": ["127.0.0.1"], "port": 5000}
    b failed {"code": 201, "message": "cannot bind 127.0.0.1 port 5000: Address already in use", "param": "addrs[0]", "errno": "EADDRINUSE", "name": "address_in_use"}
b open {"addrs": ["127.0.0.1"], "port": 5000, "stack": "none"}
    b failed {"code": 205, "message": "there is no stack \"none\"; there are kernel, usrsctp, fake", "param": "stack", "errno": "EPROTONOSUPPORT", "name": "stack_not_available"}
b open {"addrs": [], "port": 1}
    b failed {"code": -32602, "message": "addrs: expected 1 to 64 strings, got 0", "param": "addrs", "errno": "EINVAL", "name": "invalid_params"}
b open {"addrs": ["nonsense"]}
    b failed {"code": 203, "message": "addrs[0]: \"nonsense\" is not an IPv4 or IPv6 address (names are not looked up)", "param": "addrs[0]", "errno": "EINVAL", "name": "bad_address"}
b open {"addrs": ["127.0.0.1", "127.0.0.1"], "port": 70000}
    b failed {"code": -32602, "message": "port: expected an integer from 0 to 65535, got 70000", "param": "port", "errno": "EINVAL", "name": "invalid_params"}
b open {"options": {"nodelay": 5}}
    b failed {"code": 603, "message": "options.nodelay.value: expected true or false", "param": "options.nodelay.value", "errno": "EINVAL", "name": "bad_option_value"}
b open {"options": {"none_such": 5}}
    b failed {"code": 600, "message": "options.none_such: there is no such option", "param": "options.none_such", "errno": "ENOPROTOOPT", "name": "no_such_option"}
b listen {"socket": 1}
    b failed {"code": 400, "message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
a listen {"socket": 1, "backlog": 0}
    a = {}
b connect {"addrs": ["127.0.0.1"], "port": 5000}
    b failed {"code": 302, "message": "the peer refused the association", "assoc": 1, "reason": "refused", "errno": "ECONNREFUSED", "name": "connection_refused"}
    watcher event {"sub": 1, "cursor": 2, "event": "socket_opened", "ts": "<time>", "socket": 2, "port": 32768, "owner": 3}
    watcher event {"sub": 1, "cursor": 3, "event": "assoc_opened", "ts": "<time>", "socket": 2, "assoc": 1, "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32768, "incoming": false}
    watcher event {"sub": 1, "cursor": 4, "event": "assoc_change", "ts": "<time>", "socket": 2, "assoc": 1, "seq": 1, "state": "cant_assoc", "error": 0, "outbound_streams": 0, "inbound_streams": 0, "reason": "refused", "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32768, "incoming": false}
    watcher event {"sub": 1, "cursor": 5, "event": "assoc_closed", "ts": "<time>", "socket": 2, "assoc": 1, "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32768, "incoming": false}
    watcher event {"sub": 1, "cursor": 6, "event": "socket_closed", "ts": "<time>", "socket": 2, "port": 32768}
a listen {"socket": 1, "backlog": 5}
    a = {}
b connect {"addrs": ["127.0.0.1", "::1"], "port": 5000, "options": {"initmsg": {"num_ostreams": 7}}, "linger_ms": 9}
    b = {"socket": 3, "assoc": 2, "state": "established", "outbound_streams": 4, "inbound_streams": 64}
    watcher event {"sub": 1, "cursor": 7, "event": "socket_opened", "ts": "<time>", "socket": 3, "port": 32769, "owner": 3}
    watcher event {"sub": 1, "cursor": 8, "event": "assoc_opened", "ts": "<time>", "socket": 3, "assoc": 2, "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 9, "event": "assoc_opened", "ts": "<time>", "socket": 1, "assoc": 3, "peer": "127.0.0.1", "peer_port": 32769, "local_port": 5000, "incoming": true, "name": "server"}
    watcher event {"sub": 1, "cursor": 10, "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 4, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 11, "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 4, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 5000, "incoming": true, "name": "server"}
b connect {"socket": 1, "addrs": ["127.0.0.1"], "port": 5000}
    b failed {"code": 400, "message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
b connect {"socket": 2, "addrs": ["127.0.0.1"], "port": 5000}
    b failed {"code": 200, "message": "there is no socket 2", "socket": 2, "param": "socket", "errno": "EBADF", "name": "no_such_socket"}
b send {"assoc": 2, "text": "none"}
    b = {"message": 1}
b send {"assoc": 2, "text": "x", "stream": 99}
    b failed {"code": 502, "message": "there is no stream 99: the association has 4 outbound streams, from 0", "limit": 4, "param": "stream", "errno": "EINVAL", "name": "bad_stream"}
b send {"assoc": 2}
    b failed {"code": -32602, "message": "expected exactly one of `data` and `text`", "param": "data", "errno": "EINVAL", "name": "invalid_params"}
b send {"assoc": 2, "text": ""}
    b failed {"code": 503, "message": "SCTP has no empty messages (RFC 9260 3.3.1)", "param": "text", "errno": "EINVAL", "name": "bad_payload"}
b send {"assoc": 2, "text": "x", "timetolive": 5, "pr_policy": "ttl", "pr_value": 5}
    b failed {"code": -32602, "message": "`timetolive` is `pr_policy` ttl with `pr_value`: give only one of the two", "param": "timetolive", "errno": "EINVAL", "name": "invalid_params"}
b send {"assoc": 2, "text": "x", "auth_key": 9}
    b failed {"code": 308, "message": "options.auth_key: needs auth_supported, which the association has not negotiated", "param": "auth_key", "errno": "EOPNOTSUPP", "name": "not_negotiated"}
b send {"assoc": 2, "text": "x", "addr": "192.0.2.1"}
    b failed {"code": 203, "message": "192.0.2.1 is not an address of the peer", "param": "addr", "errno": "EINVAL", "name": "bad_address"}
b send {"assoc": 2, "text": "x", "timetolive": 5}
    b = {"message": 2}
b send {"assoc": 2, "text": "x", "pr_policy": "rtx", "pr_value": 2, "stream": 1}
    b = {"message": 3}
b stream_reset {"assoc": 2, "streams": [1, 2]}
    b = {"direction": "outgoing"}
    watcher event {"sub": 1, "cursor": 12, "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 2, "flags": ["outgoing"], "streams": [1, 2]}
    watcher event {"sub": 1, "cursor": 13, "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 5, "flags": ["incoming"], "streams": [1, 2]}
b stream_reset {"assoc": 2, "streams": [99]}
    b failed {"code": 502, "message": "streams[0]: there is no stream 99 to reset, or it is given twice: there are 4, from 0", "limit": 4, "param": "streams[0]", "errno": "EINVAL", "name": "bad_stream"}
b stream_reset {"assoc": 2, "streams": [1, 1]}
    b = {"direction": "outgoing"}
    watcher event {"sub": 1, "cursor": 14, "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 3, "flags": ["outgoing"], "streams": [1, 1]}
    watcher event {"sub": 1, "cursor": 15, "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 6, "flags": ["incoming"], "streams": [1, 1]}
b stream_reset {"assoc": 2, "direction": "both", "streams": [1]}
    b = {"direction": "both"}
    watcher event {"sub": 1, "cursor": 16, "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 4, "flags": ["outgoing"], "streams": [1]}
    watcher event {"sub": 1, "cursor": 17, "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 5, "flags": ["incoming"], "streams": [1]}
    watcher event {"sub": 1, "cursor": 18, "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 7, "flags": ["incoming"], "streams": [1]}
    watcher event {"sub": 1, "cursor": 19, "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 8, "flags": ["outgoing"], "streams": [1]}
b stream_reset {"assoc": 2, "direction": "incoming"}
    b = {"direction": "incoming"}
    watcher event {"sub": 1, "cursor": 20, "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 9, "flags": ["outgoing"]}
    watcher event {"sub": 1, "cursor": 21, "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 6, "flags": ["incoming"]}
b setopts {"assoc": 2, "options": {"enable_stream_reset": {"flags": ["reset_stream", "reset_assoc", "change_assoc"]}}}
    b failed {"code": 600, "message": "options.enable_stream_reset.flags: there is no such field", "param": "options.enable_stream_reset.flags", "errno": "ENOPROTOOPT", "name": "no_such_option"}
b stream_reset {"assoc": 2, "streams": [1, 2]}
    b = {"direction": "outgoing"}
    watcher event {"sub": 1, "cursor": 22, "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 7, "flags": ["outgoing"], "streams": [1, 2]}
    watcher event {"sub": 1, "cursor": 23, "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 10, "flags": ["incoming"], "streams": [1, 2]}
b add_streams {"assoc": 2, "outbound": 2, "inbound": 1}
    b = {"outbound_streams": 6, "inbound_streams": 65}
    watcher event {"sub": 1, "cursor": 24, "event": "stream_change", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 8, "flags": [], "inbound_streams": 64, "outbound_streams": 6}
    watcher event {"sub": 1, "cursor": 25, "event": "stream_change", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 9, "flags": [], "inbound_streams": 65, "outbound_streams": 6}
    watcher event {"sub": 1, "cursor": 26, "event": "stream_change", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 11, "flags": [], "inbound_streams": 6, "outbound_streams": 64}
    watcher event {"sub": 1, "cursor": 27, "event": "stream_change", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 12, "flags": [], "inbound_streams": 6, "outbound_streams": 65}
b add_streams {"assoc": 2}
    b failed {"code": -32602, "message": "expected streams to add in `outbound`, `inbound` or both", "param": "outbound", "errno": "EINVAL", "name": "invalid_params"}
b add_streams {"assoc": 2, "outbound": 65535}
    b failed {"code": 502, "message": "there would be 65541 streams, the limit is 65535", "limit": 65535, "param": "outbound", "errno": "EINVAL", "name": "bad_stream"}
b assoc_reset {"assoc": 2}
    b = {"local_tsn": 1, "remote_tsn": 1}
    watcher event {"sub": 1, "cursor": 28, "event": "assoc_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 10, "flags": [], "local_tsn": 1, "remote_tsn": 1}
    watcher event {"sub": 1, "cursor": 29, "event": "assoc_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 13, "flags": [], "local_tsn": 1, "remote_tsn": 1}
watcher status {"assoc": 2}
    watcher = {"assoc": {"assoc": 2, "socket": 3, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 5000, "outbound_streams": 6, "inbound_streams": 65, "seq": 10, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 3, "bytes_sent": 6, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 10, "recv_queued_bytes": 996, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 9, "note_bytes": 0, "max_message": 212992, "max_send": 212992, "paths": [{"addr": "127.0.0.1", "primary": true, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, {"addr": "::1", "primary": false, "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}], "rwnd": 106496, "unackdata": 0, "penddata": 0, "fragmentation_point": 1452, "local_addrs": ["127.0.0.1", "::1"]}}
a bindx {"socket": 1, "add": ["127.0.0.3"]}
    a = {"told": [], "not_told": [3], "addrs": ["127.0.0.1", "::1", "127.0.0.3"]}
a bindx {"socket": 1, "remove": ["127.0.0.3"]}
    a = {"told": [], "not_told": [3], "addrs": ["127.0.0.1", "::1"]}
a bindx {"socket": 1, "remove": ["127.0.0.9"]}
    a failed {"code": 202, "message": "cannot remove 127.0.0.9: Cannot assign requested address", "param": "remove[0]", "errno": "EADDRNOTAVAIL", "name": "address_not_available"}
a bindx {"socket": 1, "add": ["127.0.0.1"]}
    a failed {"code": 201, "message": "cannot add 127.0.0.1: Address already in use", "param": "add[0]", "errno": "EADDRINUSE", "name": "address_in_use"}
a bindx {"socket": 1}
    a failed {"code": -32602, "message": "expected addresses in `add`, `remove` or both", "param": "add", "errno": "EINVAL", "name": "invalid_params"}
a bindx {"assoc": 1, "add": ["127.0.0.3"]}
    a failed {"code": 300, "message": "there is no association 1", "assoc": 1, "param": "assoc", "errno": "EINVAL", "name": "no_such_assoc"}
a addrs {"socket": 1}
    a = {"local": ["127.0.0.1", "::1"], "port": 5000}
a peeloff {"assoc": 3}
    a = {"socket": 4, "assoc": 3}
    watcher event {"sub": 1, "cursor": 30, "event": "socket_opened", "ts": "<time>", "socket": 4, "port": 5000, "owner": 2}
    watcher event {"sub": 1, "cursor": 31, "event": "assoc_moved", "ts": "<time>", "socket": 4, "assoc": 3, "from": 1}
a peeloff {"assoc": 3}
    a failed {"code": 208, "message": "it is already peeled off, on socket 4", "socket": 4, "param": "assoc", "errno": "EOPNOTSUPP", "name": "peeled_off"}
a peeloff {"assoc": 2}
    a failed {"code": 400, "message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 1, "owner": 3, "param": "assoc", "name": "not_owner"}
a setopts {"assoc": 3, "options": {"rtoinfo": {"max": 9000}}}
    a = {}
a getopts {"assoc": 3, "options": ["rtoinfo", "nodelay"]}
    a = {"options": {"rtoinfo": {"initial": 3000, "max": 9000, "min": 1000}, "nodelay": {"value": false}}}
a getopts {"socket": 1, "options": ["rtoinfo"]}
    a = {"options": {"rtoinfo": {"initial": 3000, "max": 60000, "min": 1000}}}
a getopts {"options": ["rtoinfo"]}
    a failed {"code": -32602, "message": "expected exactly one of `assoc` and `socket`", "param": "assoc", "errno": "EINVAL", "name": "invalid_params"}
a addrs {"socket": 3}
    a = {"local": ["127.0.0.1", "::1"], "port": 32769}
a addrs {"assoc": 3}
    a = {"local": ["127.0.0.1", "::1"], "port": 5000, "peer": ["127.0.0.1", "::1"], "peer_port": 32769}
a close {"socket": 1}
    a = {}
    watcher event {"sub": 1, "cursor": 32, "event": "socket_closed", "ts": "<time>", "socket": 1, "port": 5000}
a eof {"assoc": 3}
    a = {}
    watcher event {"sub": 1, "cursor": 33, "event": "shutdown", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 11}
    watcher event {"sub": 1, "cursor": 34, "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 12, "state": "shutdown_comp", "error": 0, "outbound_streams": 6, "inbound_streams": 65, "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 35, "event": "assoc_change", "ts": "<time>", "socket": 4, "assoc": 3, "seq": 14, "state": "shutdown_comp", "error": 0, "outbound_streams": 65, "inbound_streams": 6, "peer": "127.0.0.1", "peer_port": 32769, "local_port": 5000, "incoming": true}
a eof {"assoc": 3}
    a failed {"code": 301, "message": "association 3 has ended", "param": "assoc", "errno": "EPIPE", "name": "assoc_closed"}
b recv {"assoc": 2, "max": 20}
    b = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 4, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32769, "incoming": false}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 2, "flags": ["outgoing"], "streams": [1, 2]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 3, "flags": ["outgoing"], "streams": [1, 1]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 4, "flags": ["outgoing"], "streams": [1]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 5, "flags": ["incoming"], "streams": [1]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 6, "flags": ["incoming"]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 7, "flags": ["outgoing"], "streams": [1, 2]}, {"type": "event", "event": "stream_change", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 8, "flags": [], "inbound_streams": 64, "outbound_streams": 6}, {"type": "event", "event": "stream_change", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 9, "flags": [], "inbound_streams": 65, "outbound_streams": 6}, {"type": "event", "event": "assoc_reset", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 10, "flags": [], "local_tsn": 1, "remote_tsn": 1}, {"type": "event", "event": "shutdown", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 11}, {"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 2, "seq": 12, "state": "shutdown_comp", "error": 0, "outbound_streams": 6, "inbound_streams": 65, "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32769, "incoming": false}]}
    watcher event {"sub": 1, "cursor": 36, "event": "assoc_closed", "ts": "<time>", "socket": 3, "assoc": 2, "peer": "127.0.0.1", "peer_port": 5000, "local_port": 32769, "incoming": false}
    watcher event {"sub": 1, "cursor": 37, "event": "socket_closed", "ts": "<time>", "socket": 3, "port": 32769}
b send {"assoc": 2, "text": "late"}
    b failed {"code": 300, "message": "there is no association 2", "assoc": 2, "param": "assoc", "errno": "EINVAL", "name": "no_such_assoc"}
b abort {"assoc": 2}
    b failed {"code": 300, "message": "there is no association 2", "assoc": 2, "param": "assoc", "errno": "EINVAL", "name": "no_such_assoc"}
b close {"socket": 2}
    b failed {"code": 200, "message": "there is no socket 2", "socket": 2, "param": "socket", "errno": "EBADF", "name": "no_such_socket"}
a open {"addrs": ["127.0.0.1"], "port": 5001, "listen": true}
    a = {"socket": 5, "addrs": ["127.0.0.1"], "port": 5001}
    watcher event {"sub": 1, "cursor": 38, "event": "socket_opened", "ts": "<time>", "socket": 5, "port": 5001, "owner": 2}
b connect {"addrs": ["127.0.0.1"], "port": 5001, "wait": false}
    b = {"socket": 6, "assoc": 4, "state": "cookie_wait"}
    watcher event {"sub": 1, "cursor": 39, "event": "socket_opened", "ts": "<time>", "socket": 6, "port": 32770, "owner": 3}
    watcher event {"sub": 1, "cursor": 40, "event": "assoc_opened", "ts": "<time>", "socket": 6, "assoc": 4, "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32770, "incoming": false}
    watcher event {"sub": 1, "cursor": 41, "event": "assoc_opened", "ts": "<time>", "socket": 5, "assoc": 5, "peer": "127.0.0.1", "peer_port": 32770, "local_port": 5001, "incoming": true}
    watcher event {"sub": 1, "cursor": 42, "event": "assoc_change", "ts": "<time>", "socket": 6, "assoc": 4, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32770, "incoming": false}
    watcher event {"sub": 1, "cursor": 43, "event": "assoc_change", "ts": "<time>", "socket": 5, "assoc": 5, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32770, "local_port": 5001, "incoming": true}
b abort {"assoc": 4, "reason": "enough"}
    b = {}
    watcher event {"sub": 1, "cursor": 44, "event": "assoc_change", "ts": "<time>", "socket": 6, "assoc": 4, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "aborted", "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32770, "incoming": false}
    watcher event {"sub": 1, "cursor": 45, "event": "assoc_change", "ts": "<time>", "socket": 5, "assoc": 5, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "peer_aborted", "info": [{"code": 12, "cause": "user_initiated_abort", "reason": "enough"}], "peer": "127.0.0.1", "peer_port": 32770, "local_port": 5001, "incoming": true}
b abort {"assoc": 4, "reason": "enough"}
    b failed {"code": 301, "message": "association 4 has ended", "param": "assoc", "errno": "EPIPE", "name": "assoc_closed"}
a recv {"socket": 4, "max": 9}
    a = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 4, "features": [], "peer": "127.0.0.1", "peer_port": 32769, "local_port": 5000, "incoming": true, "name": "server"}, {"type": "data", "socket": 4, "assoc": 3, "seq": 2, "stream": 0, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "bm9uZQ=="}, {"type": "data", "socket": 4, "assoc": 3, "seq": 3, "stream": 0, "ssn": 1, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "eA=="}, {"type": "data", "socket": 4, "assoc": 3, "seq": 4, "stream": 1, "ssn": 0, "ppid": 0, "tsn": "<tsn>", "unordered": false, "from": "127.0.0.1", "data": "eA=="}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 5, "flags": ["incoming"], "streams": [1, 2]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 6, "flags": ["incoming"], "streams": [1, 1]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 7, "flags": ["incoming"], "streams": [1]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 8, "flags": ["outgoing"], "streams": [1]}, {"type": "event", "event": "stream_reset", "ts": "<time>", "socket": 1, "assoc": 3, "seq": 9, "flags": ["outgoing"]}]}
b fake {"control": {"do": "silent"}}
    b = {"control": {}}
b connect {"addrs": ["127.0.0.1"], "port": 5001, "timeout_ms": 50}
    b = {"socket": 7, "assoc": 6, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
    watcher event {"sub": 1, "cursor": 46, "event": "socket_opened", "ts": "<time>", "socket": 7, "port": 32771, "owner": 3}
    watcher event {"sub": 1, "cursor": 47, "event": "assoc_opened", "ts": "<time>", "socket": 7, "assoc": 6, "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32771, "incoming": false}
    watcher event {"sub": 1, "cursor": 48, "event": "assoc_opened", "ts": "<time>", "socket": 5, "assoc": 7, "peer": "127.0.0.1", "peer_port": 32771, "local_port": 5001, "incoming": true}
    watcher event {"sub": 1, "cursor": 49, "event": "assoc_change", "ts": "<time>", "socket": 7, "assoc": 6, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32771, "incoming": false}
    watcher event {"sub": 1, "cursor": 50, "event": "assoc_change", "ts": "<time>", "socket": 5, "assoc": 7, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32771, "local_port": 5001, "incoming": true}
b ~connect {"addrs": ["127.0.0.1"], "port": 5001}
    watcher event {"sub": 1, "cursor": 51, "event": "socket_opened", "ts": "<time>", "socket": 8, "port": 32772, "owner": 3}
    watcher event {"sub": 1, "cursor": 52, "event": "assoc_opened", "ts": "<time>", "socket": 8, "assoc": 8, "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32772, "incoming": false}
    watcher event {"sub": 1, "cursor": 53, "event": "assoc_opened", "ts": "<time>", "socket": 5, "assoc": 9, "peer": "127.0.0.1", "peer_port": 32772, "local_port": 5001, "incoming": true}
    watcher event {"sub": 1, "cursor": 54, "event": "assoc_change", "ts": "<time>", "socket": 8, "assoc": 8, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32772, "incoming": false}
    watcher event {"sub": 1, "cursor": 55, "event": "assoc_change", "ts": "<time>", "socket": 5, "assoc": 9, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32772, "local_port": 5001, "incoming": true}
watcher list {"what": ["sockets", "assocs", "clients"]}
    watcher = {"sockets": [{"socket": 4, "stack": "fake", "wildcard": false, "port": 5000, "listening": false, "closing": false, "peeled_off": true, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 5, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 5001, "listening": true, "closing": false, "peeled_off": false, "assocs": 3, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 6, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32770, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 7, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32771, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"socket": 8, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32772, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}], "assocs": [{"assoc": 3, "socket": 4, "state": "closed", "incoming": true, "peer": "127.0.0.1", "peer_port": 32769, "outbound_streams": 65, "inbound_streams": 6, "seq": 14, "acked": 9, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 3, "bytes_received": 6, "send_waiting": 0, "recv_queued": 5, "recv_queued_bytes": 552, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 4, "socket": 6, "state": "closed", "incoming": false, "peer": "127.0.0.1", "peer_port": 5001, "outbound_streams": 64, "inbound_streams": 64, "seq": 2, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 2, "recv_queued_bytes": 360, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 5, "socket": 5, "state": "closed", "incoming": true, "peer": "127.0.0.1", "peer_port": 32770, "outbound_streams": 64, "inbound_streams": 64, "seq": 2, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 2, "recv_queued_bytes": 378, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 6, "socket": 7, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 5001, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 7, "socket": 5, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32771, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 8, "socket": 8, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 5001, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 0, "note_bytes": 0}, {"assoc": 9, "socket": 5, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32772, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 0, "note_bytes": 0}], "clients": [{"client": 1, "pid": "<pid>", "uid": 0, "session": 1, "sockets": 0, "waiting": 1, "calls": 147}, {"client": 2, "pid": "<pid>", "uid": 0, "session": 2, "sockets": 2, "waiting": 0, "calls": 164}, {"client": 3, "pid": "<pid>", "uid": 0, "session": 3, "sockets": 3, "waiting": 0, "calls": 180}]}
b close {"socket": 7}
    b = {}
    watcher event {"sub": 1, "cursor": 56, "event": "assoc_change", "ts": "<time>", "socket": 7, "assoc": 6, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "timeout", "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32771, "incoming": false}
    watcher event {"sub": 1, "cursor": 57, "event": "assoc_closed", "ts": "<time>", "socket": 7, "assoc": 6, "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32771, "incoming": false}
    watcher event {"sub": 1, "cursor": 58, "event": "socket_closed", "ts": "<time>", "socket": 7, "port": 32771}
    watcher event {"sub": 1, "cursor": 59, "event": "assoc_change", "ts": "<time>", "socket": 5, "assoc": 7, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "peer_aborted", "info": [{"code": 12, "cause": "user_initiated_abort", "reason": "shutdown timed out"}], "peer": "127.0.0.1", "peer_port": 32771, "local_port": 5001, "incoming": true}
b close {"socket": 6}
    b = {}
    watcher event {"sub": 1, "cursor": 60, "event": "assoc_closed", "ts": "<time>", "socket": 6, "assoc": 4, "peer": "127.0.0.1", "peer_port": 5001, "local_port": 32770, "incoming": false}
    watcher event {"sub": 1, "cursor": 61, "event": "socket_closed", "ts": "<time>", "socket": 6, "port": 32770}
watcher error_string {"code": 110}
    watcher = {"code": 110, "known": false, "text": "Unknown error cause"}
watcher reload {}
    watcher = {"rules": 0}
