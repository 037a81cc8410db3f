# Options: of a socket, of one association, of all on a socket; read, set, in part, and what cannot be.
daemon {"linger_ms": 0}
a {"ack": "auto"}
b {"ack": "auto"}
a open {"addrs": ["127.0.0.1"], "listen": true, "options": {"sndbuf": 60000}}
    a = {"socket": 1, "addrs": ["127.0.0.1"], "port": 32768}
a open {"addrs": ["127.0.0.1"], "listen": true, "options": {"sndbuf": 60000}}
    a = {"socket": 2, "addrs": ["127.0.0.1"], "port": 32769}
b connect {"addrs": ["127.0.0.1"], "port": 32769, "options": {"initmsg": {"num_ostreams": 3, "max_attempts": 2}, "rtoinfo": {"max": 7000}}}
    b = {"socket": 3, "assoc": 1, "state": "established", "outbound_streams": 3, "inbound_streams": 64}
b connect {"addrs": ["127.0.0.1"], "port": 32769}
    b = {"socket": 4, "assoc": 3, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
b connect {"addrs": ["127.0.0.1"], "port": 32769, "options": {"rtoinfo": {"max": 7000, "min": 8000}}}
    b = {"socket": 5, "assoc": 5, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
b connect {"addrs": ["127.0.0.1"], "port": 32769, "options": {"none": 1}}
    b failed {"code": 600, "message": "options.none: there is no such option", "param": "options.none", "errno": "ENOPROTOOPT", "name": "no_such_option"}
b connect {"addrs": ["127.0.0.1"], "port": 32769, "options": {"status": {}}}
    b failed {"code": 602, "message": "options.status: can only be read", "param": "options.status", "errno": "ENOPROTOOPT", "name": "option_read_only"}
a getopts {"socket": 2, "options": ["get_assoc_id_list", "get_assoc_number", "sndbuf", "rtoinfo", "initmsg"]}
    a = {"options": {"get_assoc_id_list": {"value": [2, 4, 6]}, "get_assoc_number": {"value": 3}, "sndbuf": {"value": 60000}, "rtoinfo": {"initial": 3000, "max": 60000, "min": 1000}, "initmsg": {"num_ostreams": 64, "max_instreams": 65535, "max_attempts": 8, "max_init_timeo": 60000}}}
a getopts {"assoc": 2, "options": ["rtoinfo", "status", "peer_addr_params"]}
    a = {"options": {"rtoinfo": {"initial": 3000, "max": 60000, "min": 1000}, "status": {"state": "established", "rwnd": 106496, "unackdata": 0, "penddata": 0, "instrms": 3, "outstrms": 64, "fragmentation_point": 1452, "primary": "127.0.0.1"}, "peer_addr_params": {"hbinterval": 30000, "pathmaxrxt": 5, "pathmtu": 1500, "sackdelay": 200, "flags": [], "ipv6_flowlabel": 0, "dscp": 0}}}
a getopts {"assoc": 2, "options": {"get_peer_addr_info": {"address": "127.0.0.1"}, "rtoinfo": {}}}
    a = {"options": {"get_peer_addr_info": {"address": "127.0.0.1", "state": "active", "cwnd": 4380, "srtt": 0, "rto": 1000, "mtu": 1500}, "rtoinfo": {"initial": 3000, "max": 60000, "min": 1000}}}
a getopts {"assoc": 2, "options": {"get_peer_addr_info": {"address": "127.0.0.7"}}}
    a = {"options": {}, "failed": {"get_peer_addr_info": {"name": "bad_option_value", "message": "options.get_peer_addr_info: Invalid argument"}}}
a getopts {"assoc": 2, "options": {"get_peer_addr_info": {}}}
    a failed {"code": 603, "message": "options.get_peer_addr_info.address: is missing", "param": "options.get_peer_addr_info.address", "errno": "EINVAL", "name": "bad_option_value"}
a getopts {"assoc": 2, "options": {"rtoinfo": {"max": 5}}}
    a failed {"code": 603, "message": "options.rtoinfo.max: has no meaning when an option is read", "param": "options.rtoinfo.max", "errno": "EINVAL", "name": "bad_option_value"}
a getopts {"assoc": 2, "options": ["rtoinfo", "none"]}
    a failed {"code": 600, "message": "options.none: there is no such option", "param": "options.none", "errno": "ENOPROTOOPT", "name": "no_such_option"}
a getopts {"assoc": 2, "options": []}
    a = {"options": {}}
a getopts {"assoc": 2, "options": {}}
    a = {"options": {}}
a getopts {"assoc": 2, "options": 5}
    a failed {"code": -32602, "message": "options: expected an array of names, or an object of names with keys, got 5", "param": "options", "errno": "EINVAL", "name": "invalid_params"}
a getopts {"socket": 2, "options": ["status"]}
    a failed {"code": 606, "message": "options.status: is an option of one association, not of a socket", "param": "options.status", "errno": "ENOPROTOOPT", "name": "option_scope"}
a getopts {"assoc": 2, "options": ["initmsg"]}
    a failed {"code": 606, "message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
a setopts {"socket": 2, "options": {"rtoinfo": {}}}
    a failed {"code": 603, "message": "options.rtoinfo: has no field to set", "param": "options.rtoinfo", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"rtoinfo": {"none": 1}}}
    a failed {"code": 600, "message": "options.rtoinfo.none: there is no such field", "param": "options.rtoinfo.none", "errno": "ENOPROTOOPT", "name": "no_such_option"}
a setopts {"socket": 2, "options": {"rtoinfo": 5}}
    a failed {"code": 603, "message": "options.rtoinfo: expected an object of fields", "param": "options.rtoinfo", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"rtoinfo": {"max": -1}}}
    a failed {"code": 603, "message": "options.rtoinfo.max: expected an integer from 0 to 4294967295", "param": "options.rtoinfo.max", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"rtoinfo": {"max": 4294967295}}}
    a = {}
a setopts {"socket": 2, "options": {"rtoinfo": {"max": 4294967296}}}
    a failed {"code": 603, "message": "options.rtoinfo.max: expected an integer from 0 to 4294967295", "param": "options.rtoinfo.max", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"rtoinfo": {"max": "5"}}}
    a failed {"code": 603, "message": "options.rtoinfo.max: expected an integer from 0 to 4294967295", "param": "options.rtoinfo.max", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"nodelay": 1}}
    a failed {"code": 603, "message": "options.nodelay.value: expected true or false", "param": "options.nodelay.value", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"nodelay": {"value": true}, "maxseg": 1000}}
    a = {}
a setopts {"socket": 2, "options": {}}
    a failed {"code": -32602, "message": "expected at least one option", "param": "options", "errno": "EINVAL", "name": "invalid_params"}
a setopts {"socket": 2, "options": {"status": {"rwnd": 1}}}
    a failed {"code": 602, "message": "options.status: can only be read", "param": "options.status", "errno": "ENOPROTOOPT", "name": "option_read_only"}
a setopts {"assoc": 2, "options": {"initmsg": {"num_ostreams": 1}}}
    a failed {"code": 606, "message": "options.initmsg: is an option of a socket, not of one association", "param": "options.initmsg", "errno": "ENOPROTOOPT", "name": "option_scope"}
a setopts {"socket": 2, "options": {"rtoinfo": {"initial": 2000, "max": 9000, "min": 500}}, "scope": "all"}
    a = {}
a setopts {"socket": 2, "options": {"rtoinfo": {"initial": 2100}}, "scope": "future"}
    a = {}
a setopts {"socket": 2, "options": {"rtoinfo": {"min": 600}}, "scope": "current"}
    a = {}
a setopts {"assoc": 2, "options": {"rtoinfo": {"min": 700}}, "scope": "current"}
    a failed {"code": -32602, "message": "`scope` needs `socket`", "param": "scope", "errno": "EINVAL", "name": "invalid_params"}
a setopts {"assoc": 4, "options": {"rtoinfo": {"min": 800}}}
    a = {}
b connect {"addrs": ["127.0.0.1"], "port": 32769}
    b = {"socket": 6, "assoc": 7, "state": "established", "outbound_streams": 64, "inbound_streams": 64}
a getopts {"socket": 2, "options": ["rtoinfo", "nodelay", "maxseg"]}
    a = {"options": {"rtoinfo": {"initial": 2100, "max": 9000, "min": 500}, "nodelay": {"value": true}, "maxseg": {"value": 1000}}}
a getopts {"assoc": 2, "options": ["rtoinfo", "nodelay", "maxseg"]}
    a = {"options": {"rtoinfo": {"initial": 2000, "max": 9000, "min": 600}, "nodelay": {"value": false}, "maxseg": {"value": 0}}}
a getopts {"assoc": 4, "options": ["rtoinfo", "nodelay", "maxseg"]}
    a = {"options": {"rtoinfo": {"initial": 2000, "max": 9000, "min": 800}, "nodelay": {"value": false}, "maxseg": {"value": 0}}}
a getopts {"assoc": 6, "options": ["rtoinfo", "nodelay", "maxseg"]}
    a = {"options": {"rtoinfo": {"initial": 2000, "max": 9000, "min": 600}, "nodelay": {"value": false}, "maxseg": {"value": 0}}}
# What fails in the middle puts back what was set before.
a fake {"control": {"do": "fault", "op": "set_option", "error": "EINVAL", "after": 1}}
    a = {"control": {}}
a setopts {"socket": 2, "options": {"rtoinfo": {"max": 10000}, "maxseg": 900, "nodelay": false}}
    a failed {"code": 603, "message": "options.maxseg: Invalid argument", "param": "options.maxseg", "errno": "EINVAL", "name": "bad_option_value"}
a getopts {"socket": 2, "options": ["rtoinfo", "nodelay", "maxseg"]}
    a = {"options": {"rtoinfo": {"initial": 2100, "max": 9000, "min": 500}, "nodelay": {"value": true}, "maxseg": {"value": 1000}}}
a fake {"control": {"do": "fault", "op": "set_option", "error": "EPERM", "after": 3}}
    a = {"control": {}}
a setopts {"socket": 2, "options": {"rtoinfo": {"max": 10000}}, "scope": "all"}
    a failed {"code": 603, "message": "options.rtoinfo: Operation not permitted", "param": "options.rtoinfo", "errno": "EPERM", "name": "bad_option_value"}
a getopts {"assoc": 2, "options": ["rtoinfo"]}
    a = {"options": {"rtoinfo": {"initial": 2000, "max": 9000, "min": 600}}}
a getopts {"assoc": 4, "options": ["rtoinfo"]}
    a = {"options": {"rtoinfo": {"initial": 2000, "max": 9000, "min": 800}}}
a getopts {"assoc": 6, "options": ["rtoinfo"]}
    a = {"options": {"rtoinfo": {"initial": 2000, "max": 9000, "min": 600}}}
a getopts {"socket": 2, "options": ["rtoinfo"]}
    a = {"options": {"rtoinfo": {"initial": 2100, "max": 9000, "min": 500}}}
a fake {"control": {"do": "fault", "op": "get_option", "error": "ENOPROTOOPT", "times": 1}}
    a = {"control": {}}
a getopts {"socket": 2, "options": ["rtoinfo"]}
    a = {"options": {}, "failed": {"rtoinfo": {"name": "option_not_supported", "message": "options.rtoinfo: not supported by the fake stack"}}}
a fake {"control": {"do": "fault", "op": "set_option", "error": "ENOBUFS", "times": 1}}
    a = {"control": {}}
a setopts {"socket": 2, "options": {"rtoinfo": {"max": 10000}}}
    a failed {"code": 603, "message": "options.rtoinfo: No buffer space available", "what": "memory", "retry": true, "param": "options.rtoinfo", "errno": "ENOBUFS", "name": "bad_option_value"}
a getopts {"socket": 2, "options": ["events", "hmac_ident", "delayed_sack", "default_sndinfo", "default_prinfo", "stream_scheduler", "autoclose", "recbuf", "linger"]}
    a = {"options": {"events": {"value": ["assoc_change", "peer_addr_change", "remote_error", "send_failed", "shutdown", "adaptation_indication", "partial_delivery", "authentication", "stream_reset", "assoc_reset", "stream_change", "notifications_stopped"]}, "hmac_ident": {"idents": []}, "delayed_sack": {"delay": 200, "freq": 2}, "default_sndinfo": {"stream": 0, "flags": [], "ppid": 0, "context": 0}, "default_prinfo": {"policy": "none", "value": 0}, "stream_scheduler": {"value": "fcfs"}, "autoclose": {"value": 0}, "recbuf": {"value": 212992}, "linger": {"onoff": false, "linger": 0}}}
a getopts {"assoc": 2, "options": ["peer_auth_chunks", "local_auth_chunks", "delayed_sack", "default_sndinfo", "stream_scheduler", "get_assoc_stats", "events", "peer_addr_thlds"]}
    a = {"options": {"peer_auth_chunks": {"chunks": []}, "local_auth_chunks": {"chunks": []}, "delayed_sack": {"delay": 200, "freq": 2}, "default_sndinfo": {"stream": 0, "flags": [], "ppid": 0, "context": 0}, "stream_scheduler": {"value": "fcfs"}, "get_assoc_stats": {"maxrto": 0, "isacks": 0, "osacks": 0, "opackets": 0, "ipackets": 0, "rtxchunks": 0, "outofseqtsns": 0, "idupchunks": 0, "gapcnt": 0, "ouodchunks": 0, "iuodchunks": 0, "oodchunks": 0, "iodchunks": 0, "octrlchunks": 0, "ictrlchunks": 0}, "events": {"value": ["assoc_change", "peer_addr_change", "remote_error", "send_failed", "shutdown", "adaptation_indication", "partial_delivery", "authentication", "stream_reset", "assoc_reset", "stream_change", "notifications_stopped"]}, "peer_addr_thlds": {"pathmaxrxt": 0, "pathpfthld": 0}}}
a setopts {"assoc": 2, "options": {"default_sndinfo": {"stream": 70000}}}
    a failed {"code": 603, "message": "options.default_sndinfo.stream: the number is too large for the option", "param": "options.default_sndinfo.stream", "errno": "ERANGE", "name": "bad_option_value"}
a setopts {"assoc": 2, "options": {"default_sndinfo": {"ppid": 5, "stream": 1}}}
    a = {}
a setopts {"assoc": 2, "options": {"stream_scheduler": "none"}}
    a failed {"code": 603, "message": "options.stream_scheduler.value: expected one of the names rpc.discover lists", "param": "options.stream_scheduler.value", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"assoc": 2, "options": {"stream_scheduler": "rr"}}
    a = {}
a setopts {"assoc": 2, "options": {"primary_addr": "127.0.0.7"}}
    a = {}
a setopts {"assoc": 2, "options": {"primary_addr": "nonsense"}}
    a failed {"code": 603, "message": "options.primary_addr.addr: expected an address as text", "param": "options.primary_addr.addr", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"hmac_ident": ["sha1", "sha256"]}}
    a failed {"code": 308, "message": "options.hmac_ident: needs auth_supported, which is off", "param": "options.hmac_ident", "errno": "EINVAL", "name": "not_negotiated"}
a setopts {"socket": 2, "options": {"auth_key": {"keynumber": 1, "key": "AAEC"}}}
    a = {}
a setopts {"socket": 2, "options": {"auth_key": {"keynumber": 1, "key": 5}}}
    a failed {"code": 603, "message": "options.auth_key.key: expected base64", "param": "options.auth_key.key", "errno": "EINVAL", "name": "bad_option_value"}
a getopts {"socket": 2, "options": ["auth_key"]}
    a failed {"code": 605, "message": "options.auth_key: can only be set", "param": "options.auth_key", "errno": "ENOPROTOOPT", "name": "option_write_only"}
a getopts {"assoc": 2, "options": ["default_sndinfo", "primary_addr", "stream_scheduler"]}
    a = {"options": {"default_sndinfo": {"stream": 1, "flags": [], "ppid": 5, "context": 0}, "primary_addr": {}, "stream_scheduler": {"value": "rr"}}}
a setopts {"socket": 2, "options": {"hmac_ident": ["sha256", "none"]}}
    a failed {"code": 603, "message": "options.hmac_ident.idents: expected an array of names rpc.discover lists", "param": "options.hmac_ident.idents", "errno": "EINVAL", "name": "bad_option_value"}
a getopts {"socket": 2, "options": ["hmac_ident"]}
    a = {"options": {"hmac_ident": {"idents": []}}}
a setopts {"socket": 2, "options": {"auth_chunk": "data"}}
    a = {}
a setopts {"assoc": 2, "options": {"auth_active_key": 1}}
    a = {}
a setopts {"socket": 2, "options": {"events": ["shutdown"]}}
    a = {}
a setopts {"socket": 2, "options": {"events": ["none"]}}
    a failed {"code": 603, "message": "options.events.value: expected an array of names rpc.discover lists", "param": "options.events.value", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"events": {"shutdown": false}}}
    a failed {"code": 600, "message": "options.events.shutdown: there is no such field", "param": "options.events.shutdown", "errno": "ENOPROTOOPT", "name": "no_such_option"}
a getopts {"socket": 2, "options": ["events"]}
    a = {"options": {"events": {"value": ["shutdown"]}}}
a setopts {"socket": 2, "options": {"autoclose": 500}}
    a = {}
a getopts {"socket": 2, "options": ["autoclose"]}
    a = {"options": {"autoclose": {"value": 500}}}
a setopts {"socket": 2, "options": {"autoclose": -1}}
    a failed {"code": 603, "message": "options.autoclose.value: expected an integer from 0 to 4294967295", "param": "options.autoclose.value", "errno": "EINVAL", "name": "bad_option_value"}
a setopts {"socket": 2, "options": {"bind_to_device": "lo"}}
    a failed {"code": 606, "message": "options.bind_to_device: can be set by open alone, before the socket is bound", "param": "options.bind_to_device", "errno": "ENOPROTOOPT", "name": "option_scope"}
a setopts {"socket": 2, "options": {"bind_to_device": "a name that is much too long"}}
    a failed {"code": 606, "message": "options.bind_to_device: can be set by open alone, before the socket is bound", "param": "options.bind_to_device", "errno": "ENOPROTOOPT", "name": "option_scope"}
a getopts {"socket": 2}
    a = {"options": "<all of them>"}
