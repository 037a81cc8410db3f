# What each method says of a thing in each of its states, and to whom.
daemon {"linger_ms": 60000, "socket_mode": 438, "shutdown_timeout_ms": 9000}
root {"ack": "auto"}
a {"session": "first", "ack": "explicit"}
b {"ack": "auto"}
as 1 stranger {"ack": "auto"}
# There is no such thing.
a each {"assoc": 1, "socket": 1, "any": 1}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, withdraw, note, release, claim, claim (token), steal, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: {"message": "there is no association 1", "assoc": 1, "param": "assoc", "errno": "EINVAL", "name": "no_such_assoc"}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, withdraw, note, release, claim, claim (token), steal, listen, connect, group, group (none), join, leave, close: {"message": "there is no socket 1", "socket": 1, "param": "socket", "errno": "EBADF", "name": "no_such_socket"}
    any: open, connect, subscribe, hello, list, reload: would
a open {"addrs": ["127.0.0.1"], "listen": true}
    a = {"socket": 1, "addrs": ["127.0.0.1"], "port": 32768}
a open {"addrs": ["127.0.0.1"]}
    a = {"socket": 2, "addrs": ["127.0.0.1"], "port": 32769}
b connect {"addrs": ["127.0.0.1"], "port": 32768}
    b = {"socket": 3, "assoc": 1, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
# It is up, and one's own; another session's; another user's.
a each {"assoc": 2, "socket": 1, "any": 1}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, handoff, note, release, send, stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: would
    assoc: bindx: {"message": "association 2 cannot tell its peer: both ends need asconf_supported as it begins, and on the kernel's stack auth_supported too, or net.sctp.addip_noauth_enable", "param": "assoc", "errno": "EOPNOTSUPP", "name": "not_negotiated"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 0, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, note, release, listen, connect, group, close: would
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: group (none), join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
    any: open, connect, subscribe, hello, list, reload: would
a each {"socket": 2}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, note, release, listen, connect, close: would
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: group: {"message": "socket 2 does not listen: a group shares new associations", "socket": 2, "param": "socket", "name": "not_shareable"}
    socket: group (none), join, leave: {"message": "socket 2 has no group", "socket": 2, "param": "socket", "name": "no_such_group"}
b each {"assoc": 2, "socket": 1}
    assoc: subscribe, getopts, status, addrs, stats, steal, paths: would
    assoc: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, peeloff, eof, abort: {"message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 1, "owner": 2, "param": "assoc", "name": "not_owner"}
    assoc: claim: {"message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "assoc", "name": "owned"}
    assoc: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: subscribe, getopts, status, addrs, stats, steal: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
    socket: claim: {"message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "socket", "name": "owned"}
    socket: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
b each {"socket": 3}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, handoff, note, release, listen, connect, close: would
    socket: bindx: {"message": "socket 3 was opened for every address of the host: none can be added or removed", "param": "socket", "errno": "EINVAL", "name": "bound_to_all"}
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: group: {"message": "socket 3 was made by connect: it ends with its association", "socket": 3, "param": "socket", "name": "not_shareable"}
    socket: group (none), join, leave: {"message": "socket 3 has no group", "socket": 3, "param": "socket", "name": "no_such_group"}
stranger each {"assoc": 2, "socket": 1, "any": 1}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, withdraw, note, release, claim, claim (token), steal, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: {"message": "there is no association 2 that user 1 may observe", "assoc": 2, "param": "assoc", "errno": "EINVAL", "name": "no_such_assoc"}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, withdraw, note, release, claim, claim (token), steal, listen, connect, group, group (none), join, leave, close: {"message": "there is no socket 1 that user 1 may observe", "socket": 1, "param": "socket", "errno": "EBADF", "name": "no_such_socket"}
    any: open: {"message": "user 1 may not own sockets and associations: no rule allows it", "verb": "own", "rule": "none", "missing": ["allow own user:1"], "errno": "EACCES", "name": "not_allowed"}
    any: connect: {"message": "user 1 may not own sockets and associations, nor connect to 127.0.0.1 port 9: no rule allows it", "verb": "own", "rule": "none", "missing": ["allow own user:1", "allow connect user:1 port 9 peer 127.0.0.1"], "errno": "EACCES", "name": "not_allowed"}
    any: subscribe, list: would
    any: hello: {"message": "user 1 may not own sockets and associations: no rule allows it", "verb": "own", "rule": "none", "missing": ["allow own user:1"], "param": "session", "errno": "EACCES", "name": "not_allowed"}
    any: reload: {"message": "user 1 may not administer the daemon: no rule allows it", "verb": "administer", "rule": "none", "missing": ["allow administer user:1"], "errno": "EACCES", "name": "not_allowed"}
# It is read by a subscription.
b subscribe {"data": true}
    b = {"snapshot": {"sockets": [{"socket": 1, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32768, "listening": true, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}, {"socket": 2, "stack": "fake", "addrs": ["127.0.0.1"], "wildcard": false, "port": 32769, "listening": false, "closing": false, "peeled_off": false, "assocs": 0, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}, {"socket": 3, "stack": "fake", "addrs": ["127.0.0.1", "::1"], "wildcard": true, "port": 32770, "listening": false, "closing": false, "peeled_off": false, "assocs": 1, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 60000, "note_bytes": 0}], "assocs": [{"assoc": 1, "socket": 3, "state": "established", "incoming": false, "peer": "127.0.0.1", "peer_port": 32768, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 3, "user": 0, "linger_ms": 60000, "note_bytes": 0}, {"assoc": 2, "socket": 1, "state": "established", "incoming": true, "peer": "127.0.0.1", "peer_port": 32770, "outbound_streams": 64, "inbound_streams": 64, "seq": 1, "acked": 0, "unacked": 0, "paused": false, "messages_sent": 0, "bytes_sent": 0, "messages_received": 0, "bytes_received": 0, "send_waiting": 0, "recv_queued": 1, "recv_queued_bytes": 184, "epoch": 1, "ownership": "owned", "owner": 2, "user": 0, "linger_ms": 60000, "note_bytes": 0}]}, "sub": 1, "cursor": 7}
    b event {"sub": 1, "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 1, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32770, "incoming": false}
b each {"assoc": 1, "socket": 3}
    assoc: subscribe, subscribe (data), setopts, getopts, status, addrs, stats, handoff, note, release, send, ack, stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: would
    assoc: recv: {"message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
    assoc: bindx: {"message": "socket 3 was opened for every address of the host: none can be added or removed", "param": "assoc", "errno": "EINVAL", "name": "bound_to_all"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    socket: subscribe, subscribe (data), setopts, getopts, status, addrs, stats, handoff, note, release, listen, connect, close: would
    socket: recv: {"message": "a subscription gets the data", "param": "socket", "name": "data_subscribed"}
    socket: bindx: {"message": "socket 3 was opened for every address of the host: none can be added or removed", "param": "socket", "errno": "EINVAL", "name": "bound_to_all"}
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: group: {"message": "socket 3 was made by connect: it ends with its association", "socket": 3, "param": "socket", "name": "not_shareable"}
    socket: group (none), join, leave: {"message": "socket 3 has no group", "socket": 3, "param": "socket", "name": "no_such_group"}
# It has a group.
a group {"socket": 1, "mode": "loadshare"}
    a = {"socket": 1, "mode": "loadshare", "takeover_ms": 0, "members": [2], "active": 2, "has": [{"socket": 1, "epoch": 1, "assocs": [{"assoc": 2, "epoch": 1, "seq": 1, "acked": 0}]}], "owns": {"sockets": [1, 2], "assocs": [2]}}
a each {"socket": 1}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, note, release, listen, connect, group, group (none), leave, close: would
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: join: {"message": "this session is already a member of the group", "param": "socket", "name": "already_member"}
b each {"socket": 1}
    socket: subscribe, getopts, status, addrs, stats, steal, join: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
    socket: claim: {"message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "socket", "name": "owned"}
    socket: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: leave: {"message": "this session is not a member of the group", "param": "socket", "name": "not_member"}
stranger each {"socket": 1}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, withdraw, note, release, claim, claim (token), steal, listen, connect, group, group (none), join, leave, close: {"message": "there is no socket 1 that user 1 may observe", "socket": 1, "param": "socket", "errno": "EBADF", "name": "no_such_socket"}
b join {"socket": 1}
    b = {"socket": 1, "mode": "loadshare", "takeover_ms": 0, "members": [2, 3], "active": 2, "has": [], "owns": {"sockets": [3], "assocs": [1]}}
    a event {"session": 2, "event": "group_changed", "ts": "<time>", "socket": 1, "mode": "loadshare", "takeover_ms": 0, "members": [2, 3], "active": 2, "how": "joined", "member": 3}
b each {"socket": 1}
    socket: subscribe, getopts, status, addrs, stats, steal, leave: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
    socket: claim: {"message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "socket", "name": "owned"}
    socket: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: join: {"message": "this session is already a member of the group", "param": "socket", "name": "already_member"}
b leave {"socket": 1}
    b = {"socket": 1, "mode": "loadshare", "takeover_ms": 0, "members": [2], "active": 2, "has": [], "owns": {"sockets": [3], "assocs": [1]}}
    a event {"session": 2, "event": "group_changed", "ts": "<time>", "socket": 1, "mode": "loadshare", "takeover_ms": 0, "members": [2], "active": 2, "how": "left", "member": 3}
a group {"socket": 1, "mode": "none"}
    a = {"socket": 1, "mode": "none", "takeover_ms": 0, "members": [], "has": [], "owns": {"sockets": [1, 2], "assocs": [2]}}
# It is offered, to one and to whoever has the token.
a handoff {"socket": 1}
    a = {"token": "<token>", "epoch": 1, "ttl_ms": 30000}
a each {"assoc": 2, "socket": 1}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, handoff, note, release, send, stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: would
    assoc: bindx: {"message": "association 2 cannot tell its peer: both ends need asconf_supported as it begins, and on the kernel's stack auth_supported too, or net.sctp.addip_noauth_enable", "param": "assoc", "errno": "EOPNOTSUPP", "name": "not_negotiated"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 0, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, withdraw, note, release, listen, connect, group, close: would
    socket: handoff: {"message": "it is already offered: `withdraw` ends the offer", "param": "socket", "name": "already_offered"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: group (none), join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
b each {"assoc": 2, "socket": 1}
    assoc: subscribe, getopts, status, addrs, stats, steal, paths: would
    assoc: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, peeloff, eof, abort: {"message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 1, "owner": 2, "param": "assoc", "name": "not_owner"}
    assoc: claim: {"message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "assoc", "name": "owned"}
    assoc: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: subscribe, getopts, status, addrs, stats, steal: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
    socket: claim: {"message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "socket", "name": "owned"}
    socket: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
a withdraw {"socket": 1}
    a = {}
a handoff {"assoc": 2, "to": 3}
    a = {"token": "<token>", "epoch": 1, "ttl_ms": 30000}
    b event {"session": 3, "event": "offered", "ts": "<time>", "socket": 1, "assoc": 2, "epoch": 1, "owner": 2, "to": 3}
a each {"assoc": 2, "socket": 1}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, withdraw, note, release, send, stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: would
    assoc: bindx: {"message": "association 2 cannot tell its peer: both ends need asconf_supported as it begins, and on the kernel's stack auth_supported too, or net.sctp.addip_noauth_enable", "param": "assoc", "errno": "EOPNOTSUPP", "name": "not_negotiated"}
    assoc: handoff: {"message": "it is already offered: `withdraw` ends the offer", "param": "assoc", "name": "already_offered"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 0, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, note, release, listen, connect, group, close: would
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: group (none), join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
b each {"assoc": 2, "socket": 1}
    assoc: subscribe, getopts, status, addrs, stats, claim, steal, paths: would
    assoc: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, peeloff, eof, abort: {"message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 1, "owner": 2, "param": "assoc", "name": "not_owner"}
    assoc: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: subscribe, getopts, status, addrs, stats, steal: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
    socket: claim: {"message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "socket", "name": "owned"}
    socket: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
root each {"assoc": 2}
    assoc: subscribe, getopts, status, addrs, stats, steal, paths: would
    assoc: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, peeloff, eof, abort: {"message": "assoc 2 belongs to another session", "assoc": 2, "epoch": 1, "owner": 2, "param": "assoc", "name": "not_owner"}
    assoc: claim: {"message": "session 2 owns it", "epoch": 1, "owner": 2, "param": "assoc", "name": "owned"}
    assoc: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
a withdraw {"assoc": 2}
    a = {}
    b event {"session": 3, "event": "offer_ended", "ts": "<time>", "socket": 1, "assoc": 2, "epoch": 1, "owner": 2, "to": 3, "how": "withdrawn"}
# It has a socket of its own.
a peeloff {"assoc": 2}
    a = {"socket": 4, "assoc": 2}
a each {"assoc": 2, "socket": 4}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, handoff, note, release, send, stream_reset, add_streams, assoc_reset, paths, eof, abort: would
    assoc: bindx: {"message": "association 2 cannot tell its peer: both ends need asconf_supported as it begins, and on the kernel's stack auth_supported too, or net.sctp.addip_noauth_enable", "param": "assoc", "errno": "EOPNOTSUPP", "name": "not_negotiated"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 0, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    assoc: peeloff: {"message": "it is already peeled off, on socket 4", "socket": 4, "param": "assoc", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, handoff, note, release, close: would
    socket: bindx: {"message": "socket 4 belongs to one association, which was peeled off: it cannot change its addresses; `assoc` does", "socket": 4, "param": "socket", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: listen: {"message": "socket 4 belongs to one association, which was peeled off: it cannot listen", "socket": 4, "param": "socket", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: connect: {"message": "socket 4 belongs to one association, which was peeled off: it cannot connect", "socket": 4, "param": "socket", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: group, group (none): {"message": "socket 4 belongs to one association, which was peeled off: it cannot be shared by a group", "socket": 4, "param": "socket", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: join, leave: {"message": "socket 4 has no group", "socket": 4, "param": "socket", "name": "no_such_group"}
# It is nobody's.
a release {"socket": 4}
    a = {}
a each {"assoc": 2, "socket": 4}
    assoc: subscribe, getopts, status, addrs, stats, claim, steal, paths: would
    assoc: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, peeloff, eof, abort: {"message": "assoc 2 has no owner: claim it", "assoc": 2, "epoch": 2, "param": "assoc", "name": "not_owner"}
    assoc: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: subscribe, getopts, status, addrs, stats, claim, steal: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 4 has no owner: claim it", "socket": 4, "epoch": 2, "param": "socket", "name": "not_owner"}
    socket: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: join, leave: {"message": "socket 4 has no group", "socket": 4, "param": "socket", "name": "no_such_group"}
stranger each {"assoc": 2, "socket": 4}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, withdraw, note, release, claim, claim (token), steal, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: {"message": "there is no association 2 that user 1 may observe", "assoc": 2, "param": "assoc", "errno": "EINVAL", "name": "no_such_assoc"}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, withdraw, note, release, claim, claim (token), steal, listen, connect, group, group (none), join, leave, close: {"message": "there is no socket 4 that user 1 may observe", "socket": 4, "param": "socket", "errno": "EBADF", "name": "no_such_socket"}
a claim {"socket": 4}
    a = {"epoch": 3, "addrs": ["127.0.0.1"], "port": 32768, "assocs": [{"assoc": 2, "epoch": 3, "seq": 1, "acked": 0, "unacked": 1, "paused": false, "state": "established"}], "socket": 4, "options": "<all of them>"}
# It has ended, and is not read to its end.
b abort {"assoc": 1}
    b = {}
    b event {"sub": 1, "event": "assoc_change", "ts": "<time>", "socket": 3, "assoc": 1, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "aborted", "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32770, "incoming": false}
a each {"assoc": 2, "socket": 4}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, handoff, note, release, paths: would
    assoc: bindx, send, stream_reset, add_streams, assoc_reset, peeloff, eof, abort: {"message": "association 2 has ended", "param": "assoc", "errno": "EPIPE", "name": "assoc_closed"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 3, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 0, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, handoff, note, release, close: would
    socket: bindx: {"message": "socket 4 belongs to one association, which was peeled off: it cannot change its addresses; `assoc` does", "socket": 4, "param": "socket", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 3, "param": "socket", "name": "already_owner"}
    socket: listen: {"message": "socket 4 belongs to one association, which was peeled off: it cannot listen", "socket": 4, "param": "socket", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: connect: {"message": "socket 4 belongs to one association, which was peeled off: it cannot connect", "socket": 4, "param": "socket", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: group, group (none): {"message": "socket 4 belongs to one association, which was peeled off: it cannot be shared by a group", "socket": 4, "param": "socket", "errno": "EOPNOTSUPP", "name": "peeled_off"}
    socket: join, leave: {"message": "socket 4 has no group", "socket": 4, "param": "socket", "name": "no_such_group"}
b each {"socket": 3}
    socket: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, bindx, handoff, withdraw, note, release, claim, claim (token), steal, listen, connect, group, group (none), join, leave, close: {"message": "there is no socket 3", "socket": 3, "param": "socket", "errno": "EBADF", "name": "no_such_socket"}
a close {"socket": 4}
    a = {}
# It is being set up.
b fake {"control": {"do": "silent"}}
    b = {"control": {}}
b open {"addrs": ["127.0.0.1"]}
    b = {"socket": 5, "addrs": ["127.0.0.1"], "port": 32771}
b connect {"socket": 5, "addrs": ["198.51.100.1"], "port": 9, "wait": false}
    b = {"socket": 5, "assoc": 3, "state": "cookie_wait"}
b each {"assoc": 3, "socket": 5}
    assoc: subscribe, subscribe (data), setopts, getopts, status, addrs, stats, note, paths, eof, abort: would
    assoc: recv: {"message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
    assoc: bindx, send, stream_reset, add_streams, assoc_reset, peeloff: {"message": "association 3 is not established yet", "param": "assoc", "errno": "ENOTCONN", "name": "not_connected"}
    assoc: handoff, release: {"message": "association 3 is not established yet: until then it belongs to its socket 5", "param": "assoc", "errno": "ENOTCONN", "name": "not_connected"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 0, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    socket: subscribe, subscribe (data), setopts, getopts, status, addrs, stats, bindx, handoff, note, release, listen, connect, close: would
    socket: recv: {"message": "a subscription gets the data", "param": "socket", "name": "data_subscribed"}
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: group: {"message": "socket 5 does not listen: a group shares new associations", "socket": 5, "param": "socket", "name": "not_shareable"}
    socket: group (none), join, leave: {"message": "socket 5 has no group", "socket": 5, "param": "socket", "name": "no_such_group"}
a each {"assoc": 3, "socket": 5}
    assoc: subscribe, getopts, status, addrs, stats, paths: would
    assoc: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, peeloff, eof, abort: {"message": "assoc 3 belongs to another session", "assoc": 3, "epoch": 1, "owner": 3, "param": "assoc", "name": "not_owner"}
    assoc: claim, claim (token), steal: {"message": "association 3 is not established yet: until then it belongs to its socket 5", "param": "assoc", "errno": "ENOTCONN", "name": "not_connected"}
    socket: subscribe, getopts, status, addrs, stats, steal: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 5 belongs to another session", "socket": 5, "epoch": 1, "owner": 3, "param": "socket", "name": "not_owner"}
    socket: claim: {"message": "session 3 owns it", "epoch": 1, "owner": 3, "param": "socket", "name": "owned"}
    socket: claim (token): {"message": "that token offers nothing to this session", "param": "token", "name": "bad_token"}
    socket: join, leave: {"message": "socket 5 has no group", "socket": 5, "param": "socket", "name": "no_such_group"}
b abort {"assoc": 3}
    b = {}
    b event {"sub": 1, "event": "assoc_change", "ts": "<time>", "socket": 5, "assoc": 3, "seq": 1, "state": "cant_assoc", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 0, "inbound_streams": 0, "reason": "aborted", "peer": "198.51.100.1", "peer_port": 9, "local_port": 32771, "incoming": false}
b fake {"control": {"do": "reset"}}
    b = {"control": {}}
# It is being shut down.
b connect {"addrs": ["127.0.0.1"], "port": 32768}
    b = {"socket": 6, "assoc": 4, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
    b event {"sub": 1, "event": "assoc_change", "ts": "<time>", "socket": 6, "assoc": 4, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32772, "incoming": false}
b fake {"control": {"do": "silent"}}
    b = {"control": {}}
b ~eof {"assoc": 4}
b each {"assoc": 4, "socket": 6}
    assoc: subscribe, subscribe (data), setopts, getopts, status, addrs, stats, handoff, note, release, ack, paths, peeloff, eof, abort: would
    assoc: recv: {"message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
    assoc: bindx: {"message": "socket 6 was opened for every address of the host: none can be added or removed", "param": "assoc", "errno": "EINVAL", "name": "bound_to_all"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: send, stream_reset, add_streams, assoc_reset: {"message": "association 4 is being shut down", "param": "assoc", "errno": "EPIPE", "name": "assoc_closed"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    socket: subscribe, subscribe (data), setopts, getopts, status, addrs, stats, handoff, note, release, listen, connect, close: would
    socket: recv: {"message": "a subscription gets the data", "param": "socket", "name": "data_subscribed"}
    socket: bindx: {"message": "socket 6 was opened for every address of the host: none can be added or removed", "param": "socket", "errno": "EINVAL", "name": "bound_to_all"}
    socket: withdraw: {"message": "it is not offered", "param": "socket", "name": "no_such_offer"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: group: {"message": "socket 6 was made by connect: it ends with its association", "socket": 6, "param": "socket", "name": "not_shareable"}
    socket: group (none), join, leave: {"message": "socket 6 has no group", "socket": 6, "param": "socket", "name": "no_such_group"}
a each {"assoc": 5}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, handoff, note, release, send, stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: would
    assoc: bindx: {"message": "association 5 cannot tell its peer: both ends need asconf_supported as it begins, and on the kernel's stack auth_supported too, or net.sctp.addip_noauth_enable", "param": "assoc", "errno": "EOPNOTSUPP", "name": "not_negotiated"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 0, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
b abort {"assoc": 4}
    b = {}
    b event {"sub": 1, "event": "assoc_change", "ts": "<time>", "socket": 6, "assoc": 4, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "aborted", "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32772, "incoming": false}
b wait
    b = {}
a recv {"socket": 1, "max": 9}
    a = {"items": [{"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 5, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32772, "local_port": 32768, "incoming": true}, {"type": "event", "event": "assoc_change", "ts": "<time>", "socket": 1, "assoc": 5, "seq": 2, "state": "comm_lost", "error": 12, "cause": "user_initiated_abort", "outbound_streams": 64, "inbound_streams": 64, "reason": "peer_aborted", "info": [{"code": 12, "cause": "user_initiated_abort"}], "peer": "127.0.0.1", "peer_port": 32772, "local_port": 32768, "incoming": true}]}
a ack {"assoc": 5, "seq": 3}
    a failed {"code": 509, "message": "3 was not delivered: 2 was the latest", "acked": 0, "seq": 2, "param": "seq", "name": "ack_beyond"}
# Its socket is being closed.
b fake {"control": {"do": "reset"}}
    b = {"control": {}}
b connect {"addrs": ["127.0.0.1"], "port": 32768}
    b = {"socket": 7, "assoc": 6, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
    b event {"sub": 1, "event": "assoc_change", "ts": "<time>", "socket": 7, "assoc": 6, "seq": 1, "state": "comm_up", "error": 0, "outbound_streams": 64, "inbound_streams": 64, "features": [], "peer": "127.0.0.1", "peer_port": 32768, "local_port": 32773, "incoming": false}
b fake {"control": {"do": "silent"}}
    b = {"control": {}}
a ~close {"socket": 1}
a each {"assoc": 7, "socket": 1}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, note, paths, eof, abort: would
    assoc: bindx, send, stream_reset, add_streams, assoc_reset: {"message": "association 7 is being shut down", "param": "assoc", "errno": "EPIPE", "name": "assoc_closed"}
    assoc: handoff, release: {"message": "socket 1 is being closed", "socket": 1, "param": "assoc", "errno": "EBADF", "name": "socket_closing"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 1, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    assoc: peeloff: {"message": "its socket 1 is being closed", "socket": 1, "param": "assoc", "errno": "EBADF", "name": "socket_closing"}
    socket: subscribe, getopts, status, addrs, stats: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 1 is being closed", "param": "socket", "errno": "EBADF", "name": "socket_closing"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
b each {"assoc": 6, "socket": 1}
    assoc: subscribe, subscribe (data), setopts, getopts, status, addrs, stats, handoff, note, release, send, ack, stream_reset, add_streams, assoc_reset, paths, peeloff, eof, abort: would
    assoc: recv: {"message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
    assoc: bindx: {"message": "socket 7 was opened for every address of the host: none can be added or removed", "param": "assoc", "errno": "EINVAL", "name": "bound_to_all"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    socket: subscribe, getopts, status, addrs, stats: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, connect, group, group (none), close: {"message": "socket 1 belongs to another session", "socket": 1, "epoch": 1, "owner": 2, "param": "socket", "name": "not_owner"}
    socket: claim, claim (token), steal: {"message": "socket 1 is being closed", "socket": 1, "param": "socket", "errno": "EBADF", "name": "socket_closing"}
    socket: join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
b each {"assoc": 7}
    assoc: subscribe, getopts, status, addrs, stats, paths: would
    assoc: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, send, ack, setopts (socket's), stream_reset, add_streams, assoc_reset, peeloff, eof, abort: {"message": "assoc 7 belongs to another session", "assoc": 7, "epoch": 1, "owner": 2, "param": "assoc", "name": "not_owner"}
    assoc: claim, claim (token), steal: {"message": "socket 1 is being closed", "socket": 1, "param": "assoc", "errno": "EBADF", "name": "socket_closing"}
# The daemon is about to end.
stop
a each {"assoc": 7, "socket": 1, "any": 1}
    assoc: subscribe, subscribe (data), recv, setopts, getopts, status, addrs, stats, note, paths, eof, abort: would
    assoc: bindx, send, stream_reset, add_streams, assoc_reset: {"message": "association 7 is being shut down", "param": "assoc", "errno": "EPIPE", "name": "assoc_closed"}
    assoc: handoff, release: {"message": "socket 1 is being closed", "socket": 1, "param": "assoc", "errno": "EBADF", "name": "socket_closing"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: ack: {"message": "1 was not delivered: 0 was the latest", "acked": 1, "seq": 0, "param": "seq", "name": "ack_beyond"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    assoc: peeloff: {"message": "its socket 1 is being closed", "socket": 1, "param": "assoc", "errno": "EBADF", "name": "socket_closing"}
    socket: subscribe, getopts, status, addrs, stats: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, group, group (none), close: {"message": "socket 1 is being closed", "param": "socket", "errno": "EBADF", "name": "socket_closing"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: connect: {"message": "the daemon is shutting down", "name": "shutting_down"}
    socket: join, leave: {"message": "socket 1 has no group", "socket": 1, "param": "socket", "name": "no_such_group"}
    any: open, connect, reload: {"message": "the daemon is shutting down", "name": "shutting_down"}
    any: subscribe, hello, list: would
b each {"assoc": 6, "socket": 7, "any": 1}
    assoc: subscribe, subscribe (data), setopts, getopts, status, addrs, stats, note, ack, paths, eof, abort: would
    assoc: recv: {"message": "a subscription gets the data", "param": "assoc", "name": "data_subscribed"}
    assoc: bindx: {"message": "socket 7 was opened for every address of the host: none can be added or removed", "param": "assoc", "errno": "EINVAL", "name": "bound_to_all"}
    assoc: handoff, release: {"message": "socket 7 is being closed", "socket": 7, "param": "assoc", "errno": "EBADF", "name": "socket_closing"}
    assoc: withdraw: {"message": "it is not offered", "param": "assoc", "name": "no_such_offer"}
    assoc: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "assoc", "name": "already_owner"}
    assoc: send, stream_reset, add_streams, assoc_reset: {"message": "association 6 is being shut down", "param": "assoc", "errno": "EPIPE", "name": "assoc_closed"}
    assoc: setopts (socket's): {"message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
    assoc: peeloff: {"message": "its socket 7 is being closed", "socket": 7, "param": "assoc", "errno": "EBADF", "name": "socket_closing"}
    socket: subscribe, getopts, status, addrs, stats: would
    socket: subscribe (data), recv, setopts, bindx, handoff, withdraw, note, release, listen, group, group (none), close: {"message": "socket 7 is being closed", "param": "socket", "errno": "EBADF", "name": "socket_closing"}
    socket: claim, claim (token), steal: {"message": "this session owns it already", "epoch": 1, "param": "socket", "name": "already_owner"}
    socket: connect: {"message": "the daemon is shutting down", "name": "shutting_down"}
    socket: join, leave: {"message": "socket 7 has no group", "socket": 7, "param": "socket", "name": "no_such_group"}
    any: open, connect, reload: {"message": "the daemon is shutting down", "name": "shutting_down"}
    any: subscribe, hello, list: would
stranger each {"any": 1}
    any: open: {"message": "user 1 may not own sockets and associations: no rule allows it", "verb": "own", "rule": "none", "missing": ["allow own user:1"], "errno": "EACCES", "name": "not_allowed"}
    any: connect: {"message": "the daemon is shutting down", "name": "shutting_down"}
    any: subscribe, list: would
    any: hello: {"message": "user 1 may not own sockets and associations: no rule allows it", "verb": "own", "rule": "none", "missing": ["allow own user:1"], "param": "session", "errno": "EACCES", "name": "not_allowed"}
    any: reload: {"message": "user 1 may not administer the daemon: no rule allows it", "verb": "administer", "rule": "none", "missing": ["allow administer user:1"], "errno": "EACCES", "name": "not_allowed"}
last b abort {"assoc": 6}
