/* Declarations for the usrsctp stack's own files. */
#pragma once

#include "stack/stack.h"
#include "stack/usrsctp/guard.h"

#include <sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <usrsctp.h>

struct event;
struct event_base;
struct pulse;
struct wake;
struct wake_slot;

extern const struct stack_layout usrsctp_layout;

/* --- wake.c: from the library's threads to the loop --- */

enum source_event { SOURCE_READ = 1, SOURCE_WRITE = 2 };

/* One socket of the library. It belongs to the loop's thread; the library's threads see only its slot. */
struct source {
	struct wake *wake;
	struct wake_slot *slot;
	struct socket *so; /* NULL: none, or closed */
	bool queued;
	TAILQ_ENTRY(source) run; /* sources to call in this turn or the next */
	TAILQ_ENTRY(source) all; /* all sources, in the order of the sweep */
	/* The socket may have news. Called from the loop; may free the source. */
	void (*woken)(struct source *source);
	/* Whether woken() is worth calling after events that the library did not report, @events of enum
	 * source_event. */
	bool (*due)(struct source *source, unsigned events);
};

int us_wake_new(struct event_base *base, struct wake **ret);
/* With @library_runs the library's threads may still call, so the memory they can reach is not freed.
 * Accepts NULL. Returns NULL. */
struct wake *us_wake_free(struct wake *wake, bool library_runs);

/* Makes the library report events of @source->so. -ENOMEM. */
int us_wake_add(struct wake *wake, struct source *source);
/* The same when @source->so was set later. */
void us_wake_attach(struct source *source);
/* Ends the reports for @source. The caller closes the socket afterwards. */
void us_wake_remove(struct source *source);
/* Calls woken() in the next turn of the loop, once. */
void us_wake_again(struct source *source);
/* The readiness of @so: enum source_event. */
unsigned us_wake_events(struct socket *so);
/* How often the library has reported to @source that its peer restarted. */
unsigned us_wake_restarts(struct source *source);

/* --- gate.c: the packets that the library receives, and its threads --- */

#define US_GATE_RECEIVERS                                                                                    \
	8 /* the most receiving threads that the library can have: it has four kinds of socket */

/* From now on threads that read the library's sockets get only packets that the guard accepts. To be
 * called by the thread that starts the library, before it does. */
void us_gate_shut(uint16_t udp_port);
/* To be called when the library has ended. */
void us_gate_open(void);
/* Whether the library receives from @fd. */
bool us_gate_is_receiving(int fd);
/* Keeps packets from the library until us_gate_release(). 0: it works on none now. -EAGAIN: it did not
 * finish its last packet in time, and packets are not held. Blocks for a few microseconds, for some ten
 * milliseconds at most. */
int us_gate_hold(void);
void us_gate_release(void);
/* How many threads of the library have called through the gate. */
unsigned us_gate_receivers(void);
/* The pulse of the @i-th of US_GATE_RECEIVERS. */
struct pulse *us_gate_pulse(unsigned i);
/* Packets dropped since the start. */
uint64_t us_gate_dropped(enum guard_reason why);

/* --- the objects --- */

#define US_PEER_BUCKETS 4096

/* One address of an association's peer, with its port. */
struct peer {
	LIST_ENTRY(peer) link; /* of a bucket */
	struct stack_assoc *assoc;
	struct address addr;
};

LIST_HEAD(peer_list, peer);
TAILQ_HEAD(assoc_list, stack_assoc);
TAILQ_HEAD(endpoint_list, stack_endpoint);

struct stack {
	const struct stack_sink *sink;
	struct wake *wake;
	uint16_t udp_port;
	bool raw;
	bool ipv6;
	struct endpoint_list endpoints;
	struct peer_list
	    peers[US_PEER_BUCKETS]; /* the peers of all associations that have a socket, by address */
	const char *caps[8];
	struct event *second; /* checks whether the library's timers go on */
	uint8_t *buffer;      /* the latest received data; items point into it */
	size_t buffer_size;
};

struct stack_endpoint {
	struct source
	    source; /* without a socket once the endpoint is closed; it stays for its associations */
	struct stack *stack;
	TAILQ_ENTRY(stack_endpoint) link;
	void *user;
	uint16_t port;
	bool closed;
	bool listening;
	bool ipv6;
	bool *freed;                /* set by close(), read by the function that is calling a callback */
	struct assoc_list assocs;   /* with sockets of their own */
	struct assoc_list unpeeled; /* associations whose items come from the endpoint's socket */
};

/* A message, a fragment of one, or a whole notification, in the stack's buffer. */
struct received {
	struct sctp_rcvinfo info;
	struct address from; /* with a message; sa_family 0: not known */
	int flags;           /* MSG_NOTIFICATION, MSG_EOR */
	bool cut;            /* a notification with an incomplete payload, which is not shown */
	size_t len;
};

/* A message that could not be delivered, as far as its fragments have been reported. */
struct failed {
	/* The head of the first report: a struct sctp_send_failed_event, which ends in a flexible array. */
	_Alignas(struct sctp_send_failed_event) uint8_t head[sizeof(struct sctp_send_failed_event)];
	uint8_t *data;
	size_t len;
	uint64_t since; /* when the last fragment was reported, ms */
	bool held;      /* there is such a message */
	bool cut;       /* fragments are missing, or it was too long */
	bool done;      /* the last fragment was reported */
};

/* An item that was read before the association had a socket of its own: recv() gives it first. */
struct pending {
	TAILQ_ENTRY(pending) link;
	struct received received;
	uint8_t data[];
};

TAILQ_HEAD(pending_list, pending);

struct stack_assoc {
	struct source source;
	struct stack_endpoint *endpoint;
	TAILQ_ENTRY(stack_assoc) link;
	void *user;
	bool *freed; /* as for the endpoint */
	struct pending_list pending;
	struct failed failed;
	struct address *added; /* addresses that bindx() added and did not remove */
	size_t added_n;
	uint32_t id;
	uint32_t window_most; /* the largest receive window seen */
	struct peer *peers;   /* see peers.c */
	size_t peers_n;
	uint8_t want;  /* enum stack_want */
	bool unpeeled; /* not up yet, or ended before it got a socket of its own */
	bool readable;
	bool blocked;      /* the last send returned -EAGAIN, and there was no event since */
	bool over;         /* its last assoc_change was read */
	bool closing;      /* eof() was called: no more sends */
	bool path_named;   /* a message was sent to a given path: the scheduler must not change */
	bool in_message;   /* the last fragment read was not the end of its message */
	unsigned restarts; /* restarts of the peer whose events were read */
	bool eof_due;      /* SCTP_EOF waits until the association is up, or for buffer space */
};

/* --- usrsctp.c --- */

/* The errno of the library's last failed call, negative. */
int us_error(void);
/* Closes @so, and aborts its remaining associations. Accepts NULL. */
void us_socket_close(struct socket *so);

/* --- peers.c --- */

/* Records the present addresses of the peer of @a, if @a has a socket. */
void us_peers_learn(struct stack_assoc *a);
void us_peers_forget(struct stack_assoc *a);
/* Whether an association of @e's port has a peer with one of @addrs. */
bool us_peers_have(const struct stack_endpoint *e, const struct address *addrs, size_t n);

/* --- endpoint.c --- */

int us_endpoint_open(struct stack *s, const struct stack_open *how, void *user, struct stack_endpoint **ret);
void us_endpoint_close(struct stack_endpoint *e);
/* Frees @e if it is closed and has no association any more. */
void us_endpoint_release(struct stack_endpoint *e);
int us_endpoint_bindx(struct stack_endpoint *e, bool add, const struct address *addrs, size_t n,
                      size_t *bad_addr);
int us_endpoint_listen(struct stack_endpoint *e, int backlog);
int us_endpoint_hold(struct stack_endpoint *e, bool on);
int us_endpoint_local_addrs(struct stack_endpoint *e, struct address **ret);

/* Binds or unbinds @so, the socket of @e or of one of its associations: all of @addrs or none; *@bad (or
 * NULL) is the index of the one that failed. */
int us_address_bind(const struct stack_endpoint *e, struct socket *so, bool add, const struct address *addrs,
                    size_t n, size_t *bad);
/* The addresses of an association, or with @id 0 of an endpoint; as stack_ops.local_addrs(). */
int us_address_list_local(struct socket *so, uint32_t id, struct address **ret);
int us_address_list_peer(struct socket *so, uint32_t id, struct address **ret);

/* --- assoc.c --- */

int us_assoc_connect(struct stack_endpoint *e, const struct address *addrs, size_t n, void *user,
                     struct stack_assoc **ret);
/* Takes the association @id, which a peer has set up; @received announced it. It may stay unpeeled. */
int us_assoc_accept(struct stack_endpoint *e, uint32_t id, const struct received *received,
                    struct stack_assoc **ret);
/* Keeps a copy of @received, which is in the stack's buffer, for recv(). */
int us_assoc_keep(struct stack_assoc *a, const struct received *received);
/* Gives the association a socket of its own, now that it is up. */
void us_assoc_peel(struct stack_assoc *a);
/* The socket to use with @a->id; NULL: the association has ended. */
struct socket *us_assoc_socket(const struct stack_assoc *a);
/* Reads the option @number (IPPROTO_SCTP) into @value. 0 or a negative errno. */
int us_assoc_get_option(const struct stack_assoc *a, int number, void *value, socklen_t len);
int us_assoc_send(struct stack_assoc *a, const struct stack_send *message);
void us_assoc_want(struct stack_assoc *a, unsigned want);
int us_assoc_eof(struct stack_assoc *a);
int us_assoc_abort(struct stack_assoc *a, const void *reason, size_t len);
void us_assoc_free(struct stack_assoc *a);
size_t us_assoc_max_message(struct stack_assoc *a);
size_t us_assoc_kept(struct stack_assoc *a);
int us_assoc_peer_addrs(struct stack_assoc *a, struct address **ret);
int us_assoc_local_addrs(struct stack_assoc *a, struct address **ret);
int us_assoc_bindx(struct stack_assoc *a, bool add, const struct address *addrs, size_t n);
/* Whether @addr was added to the association and its peer has not accepted it yet. */
bool us_assoc_adds(const struct stack_assoc *a, const struct address *addr);

/* --- unacked.c --- */

size_t us_assoc_unacked(struct stack_assoc *a);
size_t us_assoc_weigh(struct stack_assoc *a, size_t len);

/* --- failed.c --- */

#define US_FAILED_MAX (1 << 20) /* a longer failed message is reported without its payload */

/* Takes the notification @r, which is in @s->buffer. True: report it now; if it was a fragment, @r and the
 * buffer now hold the whole message. False: it was a fragment, and more will come. */
bool us_failed_join(struct stack *s, struct failed *f, struct received *r);
/* Whether @f has to be reported although no fragment follows. */
bool us_failed_due(const struct failed *f);
/* Moves the message in @f to @s->buffer and @r, and clears @f. */
void us_failed_tell(struct stack *s, struct failed *f, struct received *r);
void us_failed_drop(struct failed *f);

/* --- receive.c --- */

/* Makes @s->buffer at least @wanted bytes long. -ENOMEM, -EMSGSIZE. */
int us_buffer_grow(struct stack *s, size_t wanted);
/* Reads one message, fragment or whole notification into @s->buffer. 1, 0 at the end, -EAGAIN or another
 * negative errno. */
int us_receive(struct stack *s, struct socket *so, struct received *ret);
int us_assoc_recv(struct stack_assoc *a, struct stack_item *ret);

/* --- option.c --- */

/* Sets the options that every endpoint gets before those of its owner. */
int us_option_prepare(struct stack_endpoint *e);
int us_assoc_set_event(struct stack_assoc *a, enum record_id event, bool on);
int us_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad);
int us_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                  enum field_id *bad);
