/* What the files of the fake stack share. */
#pragma once

#include "support/fake_stack.h"

#include <sys/queue.h>

#define OPTIONS_COUNT (RECORD_COUNT - EVENT_COUNT)

struct event;

/* One thing to recv(), in one piece of memory with what it points to. */
struct item {
	STAILQ_ENTRY(item) next;
	enum stack_item_kind kind;
	bool unordered;
	uint16_t stream, ssn;
	uint32_t ppid, tsn, context;
	size_t len, read; /* of data; how much of it recv() has given */
	uint8_t *data;
	struct record *event; /* NULL: unknown */
	int unknown_event;
};

STAILQ_HEAD(inbox, item);
TAILQ_HEAD(visits, stack_assoc);
TAILQ_HEAD(assocs, stack_assoc);
TAILQ_HEAD(endpoints, stack_endpoint);

/* Records of the options that were set; absent ones have their default. */
struct option_store {
	struct record *set[OPTIONS_COUNT];
};

struct address_list {
	struct address *v;
	size_t n;
};

struct stack {
	const struct stack_sink *sink;
	struct event *turn;
	struct endpoints endpoints;
	struct visits ready, working;
	struct item *current; /* what the last recv() gave */
	uint16_t next_port;
	uint64_t next_id;
};

struct stack_endpoint {
	TAILQ_ENTRY(stack_endpoint) next;
	struct stack *stack;
	void *user;
	struct address_list addrs; /* none: the wildcard */
	uint16_t port;
	bool listening;
	bool closed; /* stays for its associations */
	struct assocs assocs;
	struct option_store options;
};

struct stack_assoc {
	TAILQ_ENTRY(stack_assoc) next, visit;
	struct visits *visits; /* the list it is on, or NULL */
	struct stack_endpoint *endpoint;
	struct stack_assoc *peer; /* NULL: none yet, or over */
	void *user;
	uint64_t id;
	enum name_id state;
	unsigned want;
	bool connecting; /* shakes hands on the next turn */
	bool tells_dry;  /* sender_dry is wanted */
	bool told_over;  /* recv() has said that nothing more comes: until then there is something to read */
	bool told_read;  /* the last callback was readable(): writable() is next, where both are due */
	size_t queued_bytes, queued; /* what the peer has not read */
	size_t blocked;              /* size of the message that got -EAGAIN; 0: none did */
	size_t sndbuf;
	struct stack_send sent; /* last, without its data */
	struct address sent_to; /* where it has an address */
	struct address_list peers, locals;
	uint16_t outs, ins, *ssn;
	uint16_t outs_wanted, ins_most; /* initmsg of its endpoint as the association began */
	uint32_t tsn;
	struct inbox inbox;
	size_t unread; /* messages in the inbox */
	struct option_store options;
};

/* fake_fault.c */
int fake_fault_take(enum fake_op op);
size_t fake_fault_split(void);
bool fake_fault_break(void);
bool fake_fault_truncate(void);
bool fake_fault_silent(void);
bool fake_fault_hold(void);
bool fake_fault_privileged(void);

/* fake_stack.c */
bool fake_endpoint_has_address(const struct stack_endpoint *e, const struct address *addr);
int fake_endpoint_addresses(const struct stack_endpoint *e, struct address_list *ret);
void fake_endpoint_release(struct stack_endpoint *e);
int fake_address_list_copy(const struct address_list *from, struct address **ret);

/* fake_event.c */
struct item *fake_item_new_event(const struct stack_assoc *a, const struct record *event);

/* fake_assoc.c */
void fake_assoc_push(struct stack_assoc *a, struct item *i);
void fake_assoc_schedule(struct stack_assoc *a);
void fake_stack_turn(int fd, short what, void *arg);
void fake_assoc_end(struct stack_assoc *a, enum name_id change, unsigned error, const void *reason,
                    size_t len);
int fake_assoc_connect(struct stack_endpoint *e, const struct address *addrs, size_t n, void *user,
                       struct stack_assoc **ret);
int fake_assoc_send(struct stack_assoc *a, const struct stack_send *m);
int fake_assoc_recv(struct stack_assoc *a, struct stack_item *ret);
int fake_assoc_set_event(struct stack_assoc *a, enum record_id event, bool on);
void fake_assoc_want(struct stack_assoc *a, unsigned want);
int fake_assoc_eof(struct stack_assoc *a);
int fake_assoc_abort(struct stack_assoc *a, const void *reason, size_t len);
void fake_assoc_free(struct stack_assoc *a);
bool fake_assoc_is_over(const struct stack_assoc *a);

/* fake_reconfig.c */
bool fake_is_reconfig(const struct record *r);
int fake_reconfig(struct stack_assoc *a, const struct record *r);

/* fake_option.c */
void fake_options_free(struct option_store *o);
/* What an association begins with: its endpoint's. */
int fake_options_copy(const struct option_store *from, struct option_store *to);
uint64_t fake_option_number(const struct option_store *mine, const struct option_store *base,
                            enum field_id field);
int fake_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad);
int fake_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                    enum field_id *bad);

/* fake_sockopt.c */

/* How the running "kernel" differs from the header in one option or event. */
struct fake_drift {
	size_t length; /* of its struct; 0: as in the header */
	bool absent;   /* an option it does not have */
};
struct fake_drift *fake_drift_of(enum record_id id);
void fake_drift_reset(void);
void fake_drift_event(struct record *r);
/* stack_ops.get_option and set_option, through raw structs. */
int fake_sockopt_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad);
int fake_sockopt_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                     enum field_id *bad);

extern const struct stack_layout kernel_layout; /* stack/kernel */
