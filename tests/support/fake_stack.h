/* SCTP in memory, inside one process, as one more stack of the daemon: fast, deterministic, and able to fail
 * on demand.
 *
 * What it does as a real one does:
 *   Every address is on this host, except TEST-NET-3 (203.0.113.0/24): -EADDRNOTAVAIL. 198.51.100.0/24 never
 * answers: an association to it stays in cookie_wait until it is aborted. A connect to an address and port
 * that an endpoint of the same process listens on gives both sides comm_up, on a later turn of the loop; to
 * any other, cant_assoc. A message counts in the sender's buffer (option sndbuf, 212992 bytes) until the peer
 * has recv()d all of it. eof(): when the peer has read everything it gets `shutdown`; when we have read
 * everything too, both get shutdown_comp. abort(): both get comm_lost, the peer with the reason; what the
 * peer had sent and we had not read comes back to it as send_failed; what we had sent stays readable for the
 * peer. sender_dry comes once the peer has read everything, where set_event() turned it on. assoc_bindx()
 * changes the peer's paths at once, and gives it peer_addr_change. free_assoc() of a living association
 * aborts it. What it does not do: paths that fail by themselves, retransmission, heartbeats, restart: inject
 * their events. PR-SCTP policies are accepted and never drop a message. Options are kept, and only initmsg
 * and sndbuf have an effect. */
#pragma once

#include "stack/stack.h"

struct json_object;
struct shape_error;

extern const struct stack_ops fake_stack_ops;

enum fake_op {
	FAKE_PROBE,
	FAKE_START,
	FAKE_OPEN,
	FAKE_BINDX,
	FAKE_LISTEN,
	FAKE_LOCAL_ADDRS,
	FAKE_CONNECT,
	FAKE_ACCEPT, /* no call: a peer's association is lost, sink->accept_failed() is told @error */
	FAKE_SEND,
	FAKE_RECV,
	FAKE_EOF,
	FAKE_ABORT,
	FAKE_PEER_ADDRS,
	FAKE_ASSOC_LOCAL_ADDRS,
	FAKE_ASSOC_BINDX,
	FAKE_GET_OPTION,
	FAKE_SET_OPTION,
	FAKE_OPS
};

/* The settings are one set for the process; fake_reset() takes all back. */

/* After @after more calls of @op the next @times calls fail with -@error; @times -1: all, 0: none (takes a
 * fault back). */
void fake_fault(enum fake_op op, int error, unsigned after, int times);
/* How often @op was called since fake_reset(). */
unsigned long fake_calls(enum fake_op op);
/* recv() gives messages in pieces of at most @bytes; 0: whole. */
void fake_split(size_t bytes);
/* The next @times messages that are read in pieces break off after the first piece, with a partial_delivery
 * event. */
void fake_break(unsigned times);
/* The next @times events are recv()d with none of their fields. */
void fake_truncate(unsigned times);
/* Whether peers leave requests of RFC 6525 unanswered (inject what they answer), and a SHUTDOWN, and
 * acknowledge no message before it is read: what they have not read of one that aborts comes back to that
 * one. */
void fake_silent(bool on);
/* Whether the daemon is told nothing for now, so that what is called meanwhile happens all at once. */
void fake_hold(bool on);
/* Whether ports below 1024 are refused with -EACCES. */
void fake_privileged(bool on);
void fake_reset(void);
/* Whether nothing is to be told to the daemon: what was done has all its effect. */
bool fake_is_idle(void);

/* Each queues something for @a's user to recv(). 0 or -ENOMEM. */
int fake_event(struct stack_assoc *a, const struct record *event); /* bytes are copied */
int fake_unknown_event(struct stack_assoc *a, int number);
int fake_path(struct stack_assoc *a, const struct address *addr, enum name_id state);
/* The association breaks down on both sides: comm_lost with the cause @error. */
void fake_lose(struct stack_assoc *a, unsigned error);

/* The same by JSON, for a group of RPC methods. @a: the association meant, or NULL. @params has "do" and what
 * it takes:
 *   {"do":"fault","op":"send","error":"ENOBUFS","after":0,"times":1}   op as in enum fake_op, in lower case;
 * times -1: all
 *   {"do":"split","bytes":100} {"do":"break","times":1} {"do":"truncate","times":1}
 * {"do":"privileged","on":true} {"do":"silent","on":true} {"do":"hold","on":true}
 *   {"do":"drift","option":"rtoinfo","bytes":12,"absent":false}   or "event": the running kernel's length of
 * the struct (0: the header's, which is the result's "length"), or that it does not have the option
 *   {"do":"reset"}
 *   {"do":"idle"}   the result's "idle": whether all that was done has had its effect
 *   {"do":"event","event":"peer_addr_change","fields":{"addr":"192.0.2.1","state":"addr_unreachable"}}
 *        names for NAME fields, arrays of names for FLAGS, strings for ADDR and tails (their bytes as they
 * are), else numbers
 *   {"do":"unknown","number":99} {"do":"lose","number":3}
 *   {"do":"calls","op":"send"}
 *   {"do":"sent"}   the result's "stream", "ppid", "addr" …: what the last message was sent with
 * The last five but "calls" need @a. *@result is a new object. 0, or -EINVAL and @error. */
int fake_control(struct stack_assoc *a, struct json_object *params, struct json_object **result,
                 struct shape_error *error);
