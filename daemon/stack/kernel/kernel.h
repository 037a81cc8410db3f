/* Declarations for the kernel stack's own files: its objects, and the functions they share. */
#pragma once

#include "stack/stack.h"

#include <netinet/in.h>
#include <netinet/sctp.h>
#include <event2/event.h>
#include <event2/event_struct.h>

/* Every piece is read into one buffer of the stack. A notification is made from one chunk, whose length has
 * 16 bits, so it fits with its header; a longer user message comes in several pieces. */
#define PIECE_MAX (128 * 1024)
/* Room after a piece, for the header of an error cause that the kernel has removed. */
#define PIECE_SLACK 8
/* An undelivered message is assembled from its fragments up to this size; of a longer one only its first
 * part is reported. */
#define FAILED_MAX (1024 * 1024)
/* Limit of the pieces that wait for an association without a descriptor; above it the association is
 * aborted. */
#define EARLY_MAX (4 * 1024 * 1024)
/* Pieces read from an endpoint's own socket in one turn of the loop, and at its end. */
#define ENDPOINT_BUDGET 64
#define ENDPOINT_REST   4096
#define ASSOC_BUCKETS   1024
/* Milliseconds until a paused activity is tried again: see rest.c. */
#define REST_MS 100

/* One piece as recvmsg(2) gives it. */
struct piece {
	uint8_t *data; /* PIECE_SLACK more bytes may be written after @len */
	size_t len;
	bool notification, end;
	struct sctp_rcvinfo info; /* with data */
	struct address from;      /* with data; sa_family 0: not known */
};

/* A piece read from the endpoint's own socket for one of its associations. */
struct early {
	struct early *next;
	struct piece piece;
	uint8_t bytes[];
};

struct stack {
	struct event_base *base;
	const struct stack_sink *sink;
	struct stack_endpoint *endpoints;
	struct stack_assoc *buckets[ASSOC_BUCKETS]; /* by the kernel's id, which is unique in the host */
	/* the association that a callback is about; NULL as soon as it is freed */
	struct stack_assoc *current;
	struct stack_endpoint *current_endpoint;
	struct event rest;   /* a timer, while an activity is paused */
	bool shut;           /* no endpoint listens, because descriptors are short */
	uint32_t chunk_size; /* see unacked.c; 0: not known */
	unsigned looks;      /* how often chunk_size was looked for */
	uint8_t *buffer;     /* PIECE_MAX + PIECE_SLACK */
	const char *caps[8];
	uint16_t udp_port;
	char version[64];
};

struct stack_endpoint {
	struct stack *stack;
	struct stack_endpoint *next;
	void *user;
	int fd;    /* one-to-many: it listens, connects and hands out a descriptor for each association */
	int netns; /* descriptor of its network namespace; -1: the daemon's */
	uint64_t netns_id; /* see kernel_netns_id() */
	sa_family_t family;
	uint16_t port;
	int backlog;  /* as given to listen; 0: it does not listen */
	bool deaf;    /* reading failed, and is tried again later */
	bool changed; /* a client set options, some of which the kernel does not pass on */
	struct event event;
};

struct stack_assoc {
	struct stack *stack;
	struct stack_assoc *next; /* in its bucket */
	void *user;
	int fd;      /* -1: the association ended before it could get one; all its items are in @early */
	bool shared; /* @fd is the endpoint's: the association is not up yet */
	sctp_assoc_t id;
	uint32_t sndbuf;        /* 0: not asked yet */
	uint32_t fragment;      /* the longest message that fits one chunk, as last read; 0: not read yet */
	uint16_t peer_port;     /* 0: not asked yet */
	uint64_t unanswered_at; /* of an attempt to connect: when it ends if the peer never answers; see
	                           attempt.c */
	uint8_t want;
	bool skip;             /* the rest of a notification that is too long */
	bool failed_truncated; /* @failed reached FAILED_MAX */
	struct event event;
	struct early *early, **early_end;
	size_t early_bytes;
	struct early *lent;       /* the piece that the last recv() returned */
	struct sctp_rcvinfo open; /* of the last piece that did not end its message */
	bool opened, interleaved; /* `open` is valid; pieces of several messages were mixed */
	/* The fragments of a message that failed, in order, the first with its header. */
	uint8_t *failed;
	size_t failed_len;
};

extern const struct stack_layout kernel_layout;

/* kernel.c */

/* Whether the list @modules (modules.dep of depmod(8)) has SCTP's module. */
bool kernel_module_waits(const char *modules);

/* netns.c */

/* Opens the network namespace @name: a path, or a name in /run/netns. A descriptor, -ENOENT, -EINVAL: not
 * a network namespace, or another negative errno. */
int kernel_netns_open(const char *name);
/* A number that is the same for two descriptors of one namespace; for -1 that of the daemon's namespace.
 * 0: unknown. */
uint64_t kernel_netns_id(int netns);
/* Enters the namespace of the descriptor @netns (-1: does nothing), and leaves it by *@own. Enter fails
 * with a negative errno; where leave fails the daemon aborts. */
int kernel_netns_enter(int netns, int *own);
void kernel_netns_leave(int own);
/* stack_ops */
int kernel_netns_check(const char *name);

/* piece.c */

/* Reads one piece into @buffer of PIECE_MAX + PIECE_SLACK bytes. 0, -EAGAIN, or another negative errno. */
int kernel_piece_read(int fd, uint8_t *buffer, struct piece *ret);

/* notification.c */

/* Turns a complete notification, or the first part of one that is too long, into an item. False: nothing
 * to report yet, because it is a fragment of a failed message. Changes @raw; the item borrows from it or
 * from @a. */
bool kernel_notification_decode(struct stack_assoc *a, const struct piece *raw, struct stack_item *ret);

/* The association that the notification is about; 0: unknown. *@state: of an assoc_change, else -1. */
sctp_assoc_t kernel_notification_assoc(const struct piece *raw, int *state);

/* attempt.c */

/* The time at which an attempt that begins now on @fd, to a peer with @addrs addresses, ends if the peer
 * never answers. */
uint64_t kernel_attempt_end_ms(int fd, size_t addrs);
/* Adds the cause of the end to an assoc_change, where it can be known. */
void kernel_name_end(const struct stack_assoc *a, struct record *r);

/* rest.c: activities that are paused and tried again */

void kernel_rest_init(struct stack *s);
/* While descriptors are short no endpoint listens, so that the kernel refuses peers before their
 * associations are up. */
void kernel_rest_check(struct stack *s);
/* Pauses reading of @e, which failed with @error. */
void kernel_rest_endpoint(struct stack_endpoint *e, int error);

/* receive.c: stack_ops.recv */
int kernel_assoc_recv(struct stack_assoc *a, struct stack_item *ret);

/* endpoint.c: stack_ops */
int kernel_endpoint_open(struct stack *s, const struct stack_open *how, void *user,
                         struct stack_endpoint **ret);
void kernel_endpoint_close(struct stack_endpoint *e);
int kernel_endpoint_bindx(struct stack_endpoint *e, bool add, const struct address *addrs, size_t n,
                          size_t *bad_addr);
int kernel_endpoint_hold(struct stack_endpoint *e, bool on);
int kernel_endpoint_listen(struct stack_endpoint *e, int backlog);
int kernel_endpoint_local_addrs(struct stack_endpoint *e, struct address **ret);
/* Turns @event on or off; @id 0: for associations to come. 0 or a negative errno. */
int kernel_event_set(int fd, sctp_assoc_t id, enum record_id event, bool on);

/* The local or the peer's addresses of @id (0: of the endpoint), as the kernel reports them. The caller
 * frees *@ret. */
int kernel_addrs_read(int fd, sctp_assoc_t id, bool peer, struct address **ret);
/* Copies @addrs as bindx takes them, IPv4 first: kernels up to 5.10 sent an INIT without addresses where IPv6
 * came first. @buf has n * sizeof(struct sockaddr_in6) bytes. */
void kernel_addrs_pack(const struct address *addrs, size_t n, void *buf);

/* peel.c: how an association gets a descriptor of its own */
int kernel_endpoint_connect(struct stack_endpoint *e, const struct address *addrs, size_t n, void *user,
                            struct stack_assoc **ret);
/* The event callback of an endpoint's socket. */
void kernel_endpoint_readable(evutil_socket_t fd, short what, void *endpoint);

/* To be called before the endpoint is closed: reads the pieces of its associations without a descriptor
 * from its socket, their end among them. */
void kernel_endpoint_drain(struct stack_endpoint *e);

/* assoc.c */

/* Takes @fd, also on failure, unless it is the endpoint's. NULL: no memory. */
struct stack_assoc *kernel_assoc_new(struct stack_endpoint *e, sctp_assoc_t id, int fd, void *user);
/* Gives the association its own descriptor @fd (taken) in place of the endpoint's; -1: the association is
 * over. */
void kernel_assoc_give(struct stack_assoc *a, int fd);
struct stack_assoc *kernel_assoc_find(struct stack *s, sctp_assoc_t id);
/* Queues a copy of @p before the pieces in the descriptor. -ENOMEM; -ENOBUFS: over EARLY_MAX. */
int kernel_assoc_push(struct stack_assoc *a, const struct piece *p);
/* Arms the association's events in the loop anew. */
void kernel_assoc_rearm(struct stack_assoc *a);
/* Whether the association @id exists on the socket @fd. */
bool kernel_assoc_exists(int fd, sctp_assoc_t id);
/* Sends an ABORT for the association @id of the socket @fd. */
int kernel_assoc_abort_id(int fd, sctp_assoc_t id, const void *reason, size_t len);
/* Closes @fd at once, aborting its associations, so that the port is free. */
void kernel_socket_drop(int fd);

/* stack_ops */
int kernel_assoc_send(struct stack_assoc *a, const struct stack_send *message);
int kernel_assoc_set_event(struct stack_assoc *a, enum record_id event, bool on);
void kernel_assoc_want(struct stack_assoc *a, unsigned want);
int kernel_assoc_eof(struct stack_assoc *a);
int kernel_assoc_abort(struct stack_assoc *a, const void *reason, size_t len);
void kernel_assoc_free(struct stack_assoc *a);
size_t kernel_assoc_max_message(struct stack_assoc *a);
int kernel_assoc_peer_addrs(struct stack_assoc *a, struct address **ret);
int kernel_assoc_local_addrs(struct stack_assoc *a, struct address **ret);
int kernel_assoc_bindx(struct stack_assoc *a, bool add, const struct address *addrs, size_t n);
/* The peer's port, asked once; 0: unknown. */
uint16_t kernel_assoc_peer_port(struct stack_assoc *a);
/* Ours; 0: unknown. */
uint16_t kernel_assoc_local_port(struct stack_assoc *a);

/* unacked.c; stack_ops */
size_t kernel_assoc_unacked(struct stack_assoc *a);
size_t kernel_assoc_weigh(struct stack_assoc *a, size_t len);

/* option.c */
int kernel_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad);
int kernel_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                      enum field_id *bad);
/* As kernel_option_set(), on a socket that is not an endpoint yet. */
int kernel_option_set_fd(int fd, const struct record *r, enum field_id *bad);

/* Gives @fd, which was peeled off @e, what the kernel does not pass on. */
void kernel_option_inherit(const struct stack_endpoint *e, int fd);
