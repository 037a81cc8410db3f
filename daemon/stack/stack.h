/* The only SCTP interface the daemon sees: an SCTP stack behind one table of functions.
 *
 * Everything happens in the event loop's thread. No function blocks. A function returns 0 (or a count) or a
 * negative errno. An endpoint is what a client calls a socket: one local port with its addresses,
 * one-to-many. An association has a descriptor of its own from its first moment, so one that stalls never
 * delays another. */
#pragma once

#include "stack/codec.h"
#include "util/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct pulse;
struct stack;
struct stack_endpoint;
struct stack_assoc;

/* The functions by which a stack reports to the daemon. Called from the loop, never from inside a call
 * into the stack (stack_ops.recv and the rest), unless said otherwise. A callback may call any function of
 * the stack, also free the object it is about. */
struct stack_sink {
	/* A peer set up an association with @endpoint's user. The daemon keeps @assoc and returns its own
	 * object, which becomes the association's user; or NULL to refuse, and the stack aborts it with the
	 * reason @refusal if the daemon set one. The first item recv() gives is the assoc_change that
	 * announced it. */
	void *(*accepted)(void *endpoint_user, struct stack_assoc *assoc, const char **refusal);
	/* recv() has an item, and STACK_READ is wanted: called again in each turn of the loop until recv()
	 * returns 0. */
	void (*readable)(void *assoc_user);
	/* A send() that returned -EAGAIN may succeed now. Called while STACK_WRITE is wanted. */
	void (*writable)(void *assoc_user);
	/* An association that a peer set up was lost for want of a descriptor or memory: for the log. */
	void (*accept_failed)(void *endpoint_user, int error);
	/* The endpoint accepts no associations of peers for a while. -EMFILE: peers are refused,
	 * descriptors are short; otherwise they wait. The stack resumes by itself. */
	void (*accept_paused)(void *endpoint_user, int error);
};

struct stack_config {
	uint16_t udp_port; /* UDP encapsulation: local port of usrsctp; 0: none */
	bool raw;          /* usrsctp on raw IP sockets; needs CAP_NET_RAW and no SCTP in the kernel */
	bool asked;        /* the stack was asked for by name: probing it may load the kernel's module */
};

struct stack_info {
	const char *name;      /* "kernel", "usrsctp" */
	char version[64];      /* "Linux 6.1.176", "usrsctp 0.9.5" */
	const char *transport; /* "ip", "udp" */
	uint16_t udp_port;     /* of UDP encapsulation, 0 for none */
	const char *const
	    *caps; /* capabilities, NULL at the end: "multihoming", "ipv6", "udp_encapsulation", … */
	const char *notice; /* a sentence for the operator, without its full stop; NULL: none */
};

/* The packets of peers that a stack dropped unread for one reason. */
struct stack_drop {
	const char *name;    /* a word */
	const char *summary; /* for people: follows "because" */
	uint64_t count;      /* since the start */
};

struct stack_open {
	const struct address *addrs; /* none: the wildcard address, IPv6 and IPv4 where the host has both */
	size_t addrs_n;
	uint16_t port; /* 0: the stack chooses one */
	/* Options set before bind, in order. *@bad_option tells which one failed, *@bad_field its field or
	 * FIELD_COUNT. */
	struct record *options;
	size_t options_n;
	size_t *bad_option;
	enum field_id *bad_field;
	/* the index of the address that could not be bound, if that was the failure */
	size_t *bad_addr;
	const char *netns; /* network namespace, by name or path; NULL: the daemon's */
};

/* A message to send, with its parameters: RFC 6458 5.3.4, 5.3.7, 5.3.8. */
struct stack_send {
	const void *data;
	size_t len;
	uint16_t stream;
	uint32_t ppid; /* host order */
	uint32_t context;
	bool unordered, sack_immediately;
	const struct address *addr; /* this path instead of the primary; NULL: the primary */
	enum name_id pr_policy;     /* NAME_pr_policy_none: reliable */
	uint32_t pr_value;          /* ms, retransmissions or priority, as the policy says */
	bool has_auth_key;          /* use @auth_key in place of the active one: RFC 6458 5.3.8 */
	uint16_t auth_key;
};

enum stack_item_kind { STACK_DATA, STACK_EVENT };

/* One thing received. Pointers are borrowed until the next call into the stack. */
struct stack_item {
	enum stack_item_kind kind;
	/* STACK_DATA: a message or a piece of one; RFC 6458 5.3.5 */
	const uint8_t *data;
	size_t len;
	bool end; /* the message's last piece (MSG_EOR) */
	uint16_t stream, ssn;
	uint32_t ppid; /* host order */
	uint32_t tsn, context;
	uint32_t cumtsn; /* if @unordered */
	bool unordered;
	struct address from; /* the peer's address it came from; sa_family 0: not known */
	/* STACK_EVENT: complete, however many pieces the stack read */
	struct record event;
	int unknown_event; /* the stack's number of an event the catalog does not know; 0: @event is valid */
};

enum stack_want { STACK_READ = 1, STACK_WRITE = 2 };

struct stack_ops {
	const char *name;
	const char *summary;
	const struct stack_layout *layout; /* its events, options and names */

	/* Whether the stack can run here with @config: 0, or -errno and the reason in @why. Changes nothing;
	 * in particular it does not load a kernel module unless the stack was asked for by name. */
	int (*probe)(const struct stack_config *config, char *why, size_t why_len);

	/* Starts the stack. @sink is borrowed and outlives it. */
	int (*start)(const struct stack_config *config, struct event_base *base,
	             const struct stack_sink *sink, struct stack **ret);
	/* Stops it after every endpoint and association is gone. Takes a bounded time. */
	void (*stop)(struct stack *s);
	void (*describe)(struct stack *s, struct stack_info *ret);
	/* The @i-th reason for which the stack drops packets of peers, from 0; false after the last. NULL:
	 * the stack drops none. */
	bool (*drop)(struct stack *s, unsigned i, struct stack_drop *ret);
	/* The pulse of the @i-th thread that the stack needs, from 0; NULL after the last. A pulse is
	 * never freed. NULL: the stack has no threads. */
	struct pulse *(*pulse)(struct stack *s, unsigned i);

	/* Whether sockets can be opened in the network namespace @name: 0, -ENOENT, -EINVAL (not a network
	 * namespace), -EPERM and others. NULL: the stack knows only the daemon's namespace. */
	int (*check_netns)(const char *name);
	/* Opens an endpoint as @how says: all of it or nothing. */
	int (*open)(struct stack *s, const struct stack_open *how, void *user, struct stack_endpoint **ret);
	/* Closes the endpoint. Its associations that are up or over stay. */
	void (*close)(struct stack_endpoint *e);
	/* Adds or removes local addresses (RFC 6458 9.1), for associations to come. *@bad_addr is the
	 * index of the address that failed; those before it are restored. */
	int (*bindx)(struct stack_endpoint *e, bool add, const struct address *addrs, size_t n,
	             size_t *bad_addr);
	/* 0 stops listening. */
	int (*listen)(struct stack_endpoint *e, int backlog);
	/* Local addresses of the endpoint, each with the port. The caller frees *@ret with free(). Returns
	 * their number. */
	int (*local_addrs)(struct stack_endpoint *e, struct address **ret);

	/* While held, the endpoint takes no packets that begin an association of a peer; they wait, or the
	 * peer sends them again. So options that are set meanwhile apply only to an association of our
	 * own. 0, or a negative errno if it cannot be held now; ending the hold does not fail. NULL: no
	 * peer could begin one meanwhile. */
	int (*hold)(struct stack_endpoint *e, bool on);
	/* Whether an association takes the endpoint's settings when the peer has answered, not when it
	 * began: the negotiated features, and the keys, which it never takes earlier. */
	bool negotiates_late;
	/* Whether packets follow the host's routes. */
	bool host_routes;
	/* Whether the primary path of an association that is being set up is the address whose turn it is. */
	bool setup_moves_primary;
	/* Begins an association with a peer that has the addresses @addrs (each with the port); RFC 6458
	 * 9.9. The outcome is an assoc_change: comm_up or cant_assoc. -EISCONN: there is one with that
	 * peer. */
	int (*connect)(struct stack_endpoint *e, const struct address *addrs, size_t n, void *user,
	               struct stack_assoc **ret);

	/* Queues one whole message, or returns -EAGAIN; never a part. -EMSGSIZE: over max_message().
	 * -EPIPE: the association takes no more. -EINVAL: there is no such stream, or the message is
	 * empty. -EOPNOTSUPP: the stack cannot choose the path of one message, and @addr is not the path
	 * in use. */
	int (*send)(struct stack_assoc *a, const struct stack_send *message);
	/* 1 and an item, 0: there is none now, or -errno: the descriptor is broken and gives no more.
	 * Items may come after the comm_lost or cant_assoc that ends the association (its send_failed): it
	 * is over when 0 follows. */
	int (*recv)(struct stack_assoc *a, struct stack_item *ret);
	/* Turns the report of @event on or off for @a, RFC 6458 6.2.2. At first all are on except
	 * sender_dry, which comes after every pause; when turned on, it comes at once if no message waits
	 * for its acknowledgement. */
	int (*set_event)(struct stack_assoc *a, enum record_id event, bool on);
	/* Sets which callbacks the daemon wants, enum stack_want; none at first. */
	void (*want)(struct stack_assoc *a, unsigned want);
	/* Begins a graceful shutdown after all queued messages (SCTP_EOF). */
	int (*eof)(struct stack_assoc *a);
	/* Sends an ABORT with a User Initiated Abort cause that carries @reason. */
	int (*abort)(struct stack_assoc *a, const void *reason, size_t len);
	/* Closes the association's descriptor and frees it; aborts an association that is not over yet. */
	void (*free_assoc)(struct stack_assoc *a);
	size_t (*max_message)(struct stack_assoc *a);
	/* The amount of messages that send() took and the peer has not acknowledged, and the part that a
	 * message of @len bytes, just taken, adds to it: in a measure of the stack's own. */
	size_t (*unacked)(struct stack_assoc *a);
	size_t (*weigh)(struct stack_assoc *a, size_t len);
	/* The memory of this process that the stack keeps for the association now, without messages: a
	 * peer may ask for thousands of streams. NULL: none. */
	size_t (*kept)(struct stack_assoc *a);
	/* The memory that the stack keeps for an endpoint. */
	size_t endpoint_kept;
	/* The peer's, or our own addresses of one association; as local_addrs(). */
	int (*peer_addrs)(struct stack_assoc *a, struct address **ret);
	int (*assoc_local_addrs)(struct stack_assoc *a, struct address **ret);
	/* Whether the stack can reach link-local IPv6 addresses and bind to them. */
	bool link_local;
	/* Whether an address can be added to an endpoint and its associations at once. */
	bool shares_addrs;
	/* Whether an association can give up its last address before its peer has accepted another. */
	bool exchanges_addrs;
	/* Adds or removes our addresses of one association that has negotiated asconf_supported, and tells
	 * its peer (RFC 5061). All or nothing; the peer's answer comes later, or not at all. */
	int (*assoc_bindx)(struct stack_assoc *a, bool add, const struct address *addrs, size_t n);

	/* Reads or sets one option of the association @a, or if @a is NULL of the endpoint @e (and so of
	 * associations to come). @r has its KEY fields; get_option fills in the rest. -EOPNOTSUPP: this
	 * stack does not have it; *@bad is the field (or FIELD_COUNT for the whole option). -ERANGE: *@bad
	 * does not fit. */
	int (*get_option)(struct stack_endpoint *e, struct stack_assoc *a, struct record *r,
	                  enum field_id *bad);
	int (*set_option)(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
	                  enum field_id *bad);
};

extern const struct stack_ops kernel_stack_ops;  /* stack/kernel */
extern const struct stack_ops usrsctp_stack_ops; /* stack/usrsctp */
