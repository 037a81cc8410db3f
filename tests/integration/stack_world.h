/* A world for tests of one SCTP stack: a loop, endpoints, and associations that keep all they receive. */
#pragma once

#include "stack/stack.h"

#include <event2/event.h>
#include <stdbool.h>

struct received {
	struct received *next;
	enum stack_item_kind kind;
	uint8_t *bytes; /* the message, or the event's tail */
	size_t len;
	unsigned pieces;
	uint16_t stream, ssn;
	uint32_t ppid;
	bool unordered;
	int event; /* enum record_id; -1: unknown to the catalog */
	struct record record;
};

struct end {
	struct end *next;
	struct stack_assoc *assoc; /* NULL: freed */
	struct stack_endpoint *endpoint;
	struct received *first, **last;
	size_t messages;      /* data messages among them */
	uint8_t *partial[16]; /* by stream */
	size_t partial_len[16];
	unsigned partial_pieces[16];
	unsigned readable, writable; /* how often told */
	int broken;                  /* what recv() failed with */
	bool hold;                   /* do not recv() when told */
	bool free_when_told;
};

struct world {
	const struct stack_ops *ops;
	struct stack *stack;
	struct event_base *base;
	struct stack_info info;
	uint16_t peer_udp_port; /* 0: the peer is this process too */
	struct end *ends;
	struct stack_endpoint *endpoints[64];
	size_t endpoints_n;
	struct end *accepted; /* the last one */
	unsigned accepted_n, accept_failed_n;
	int accept_error;
	const char *refuse; /* refuse whoever comes, with this reason */
	bool hold_accepted;
	struct stack_endpoint *close_when_accepted; /* from inside the callback: the association stays */
};

extern struct world world;

/* Starts the stack. 0 or a negative errno. */
int world_start(const struct stack_ops *ops, const struct stack_config *config);
/* Frees every association and endpoint, whatever a test left. */
void world_reset(void);
void world_stop(void);

/* Runs the loop until @done says so, or for @ms. Returns what @done said last. */
bool world_wait(bool (*done)(void *arg), void *arg, unsigned ms);

/* Opens an endpoint on @text (NULL: wildcard) that is freed by world_reset(). */
int world_open(const char *text, uint16_t port, struct record *options, size_t options_n,
               struct stack_endpoint **ret);
/* As world_open() on 127.0.0.1, and listens. *@port is 0 or the port wanted. */
struct stack_endpoint *world_listener(uint16_t *port);
/* Keeps @e for world_reset(). */
void world_keep(struct stack_endpoint *e);
void world_close(struct stack_endpoint *e);

int end_connect(struct stack_endpoint *e, const char *text, uint16_t port, struct end **ret);
void end_free(struct end *end);
/* Takes what is there. */
void end_drain(struct end *end);
int end_send(struct end *end, uint16_t stream, uint32_t ppid, const void *data, size_t len);

/* The @n-th (from 0) event of the kind, or message; NULL: none. */
struct received *end_event(struct end *end, enum record_id event, unsigned n);
struct received *end_message(struct end *end, unsigned n);
/* The first assoc_change with @state. */
struct received *end_change(struct end *end, enum name_id state);

/* Both ends of one association, up. False after 20 s. */
bool world_pair(struct stack_endpoint *client, uint16_t port, struct end **near, struct end **far);
bool end_wait_change(struct end *end, enum name_id state);
bool end_wait_messages(struct end *end, size_t n, unsigned ms);

struct address address_of(const char *text, uint16_t port);
/* Descriptors of this process. */
int count_fds(void);
