/* Associations of the fake stack: set up, messages, the end; and the turn of the loop in which the daemon is
 * told. */
#include "support/fake_internal.h"

#include <event2/event.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool fake_assoc_is_over(const struct stack_assoc *a)
{
	return a->state == NAME_assoc_state_closed;
}

/* Whether the daemon is to be told something, or the association has to go on by itself. */
static bool is_readable(const struct stack_assoc *a)
{
	return (a->want & STACK_READ) &&
	       (!STAILQ_EMPTY(&a->inbox) || (fake_assoc_is_over(a) && !a->told_over));
}

static bool is_writable(const struct stack_assoc *a)
{
	return (a->want & STACK_WRITE) && !a->blocked && a->state != NAME_assoc_state_cookie_wait;
}

/* Associations that are to be visited, of all stacks of the process. */
static size_t due;

bool fake_is_idle(void)
{
	return due == 0;
}

void fake_assoc_schedule(struct stack_assoc *a)
{
	struct stack *s = a->endpoint->stack;
	const struct timeval now = {0};

	if (a->visits || !(a->connecting || is_readable(a) || is_writable(a)))
		return;
	if (TAILQ_EMPTY(&s->ready))
		event_add(s->turn, &now);
	a->visits = &s->ready;
	TAILQ_INSERT_TAIL(&s->ready, a, visit);
	due++;
}

static void unschedule(struct stack_assoc *a)
{
	if (!a->visits)
		return;
	TAILQ_REMOVE(a->visits, a, visit);
	a->visits = NULL;
	due--;
}

void fake_assoc_push(struct stack_assoc *a, struct item *i)
{
	STAILQ_INSERT_TAIL(&a->inbox, i, next);
	a->unread += i->kind == STACK_DATA;
	fake_assoc_schedule(a);
}

/* RFC 9260 3.3.10.12: the cause that carries the reason. */
static size_t write_cause(uint8_t *buf, unsigned error, const void *reason, size_t len)
{
	uint16_t head[2] = {htons(error), htons(4 + len)};

	memcpy(buf, head, 4);
	if (len)
		memcpy(buf + 4, reason, len);
	return 4 + len;
}

static void tell_change(struct stack_assoc *a, enum name_id state, unsigned error, const uint8_t *info,
                        size_t len)
{
	struct record r;

	record_init(&r, EVENT_assoc_change);
	record_set_number(&r, FIELD_assoc_change_state, state);
	record_set_number(&r, FIELD_assoc_change_error, error);
	record_set_number(&r, FIELD_assoc_change_outbound_streams, a->outs);
	record_set_number(&r, FIELD_assoc_change_inbound_streams, a->ins);
	if (state == NAME_assoc_change_state_cant_assoc && !error)
		record_set_number(&r, FIELD_assoc_change_reason, NAME_assoc_end_refused);
	if (state == NAME_assoc_change_state_comm_lost && len)
		record_set_number(&r, FIELD_assoc_change_reason, NAME_assoc_end_peer_aborted);
	if (len) {
		struct value *v = record_at(&r, FIELD_assoc_change_info);

		v->present = v->known = true;
		v->bytes.data = info;
		v->bytes.len = len;
	}
	fake_event(a, &r);
}

static void tell_failed(struct stack_assoc *a, const struct item *i, unsigned error)
{
	struct record r;
	struct value *v;

	record_init(&r, EVENT_send_failed);
	record_set_number(&r, FIELD_send_failed_sent, NAME_send_failed_flags_sent);
	record_set_number(&r, FIELD_send_failed_error, error);
	record_set_number(&r, FIELD_send_failed_stream, i->stream);
	record_set_number(&r, FIELD_send_failed_ppid, i->ppid);
	record_set_number(&r, FIELD_send_failed_context, i->context);
	v = record_at(&r, FIELD_send_failed_data);
	v->present = v->known = true;
	v->bytes.data = i->data;
	v->bytes.len = i->len;
	fake_event(a, &r);
}

/* What @reader has not read goes back to @a, who sent it. */
static void return_messages(struct stack_assoc *a, struct stack_assoc *reader, unsigned error)
{
	struct inbox kept = STAILQ_HEAD_INITIALIZER(kept);
	struct item *i;

	while ((i = STAILQ_FIRST(&reader->inbox))) {
		STAILQ_REMOVE_HEAD(&reader->inbox, next);
		if (i->kind == STACK_EVENT) {
			STAILQ_INSERT_TAIL(&kept, i, next);
			continue;
		}
		tell_failed(a, i, error);
		free(i);
	}
	STAILQ_CONCAT(&reader->inbox, &kept);
	reader->unread = 0;
}

static void cut(struct stack_assoc *a)
{
	a->state = NAME_assoc_state_closed;
	a->connecting = false;
	a->peer = NULL;
	a->queued = a->queued_bytes = a->blocked = 0;
	fake_assoc_schedule(a);
}

/* Ends @a on both sides. The peer's unread messages to us come back to it. */
void fake_assoc_end(struct stack_assoc *a, enum name_id change, unsigned error, const void *reason,
                    size_t len)
{
	struct stack_assoc *peer = a->peer;
	uint8_t *info = error ? malloc(4 + len) : NULL;
	size_t info_len = info ? write_cause(info, error, reason, len) : 0;

	cut(a);
	if (peer)
		cut(peer);
	tell_change(a, change, error, NULL, 0);
	if (peer) {
		tell_change(peer, change, error, info, info_len);
		return_messages(peer, a, error);
	}
	free(info);
}

void fake_lose(struct stack_assoc *a, unsigned error)
{
	struct stack_assoc *peer = a->peer;

	if (fake_assoc_is_over(a))
		return;
	fake_assoc_end(a, NAME_assoc_change_state_comm_lost, error, NULL, 0);
	if (peer)
		return_messages(a, peer, error);
}

/* RFC 9260 9.2: SHUTDOWN once everything was acknowledged, which here means read. */
static void go_on_shutdown(struct stack_assoc *a)
{
	struct stack_assoc *peer = a->peer;
	struct record r;

	if (!peer || a->queued || fake_fault_silent())
		return;
	if (a->state == NAME_assoc_state_shutdown_pending) {
		a->state = NAME_assoc_state_shutdown_sent;
		if (peer->state != NAME_assoc_state_shutdown_sent)
			peer->state = NAME_assoc_state_shutdown_received;
		record_init(&r, EVENT_shutdown);
		fake_event(peer, &r);
	}
	if (peer->queued ||
	    (a->state != NAME_assoc_state_shutdown_sent && peer->state != NAME_assoc_state_shutdown_sent))
		return;
	fake_assoc_end(a, NAME_assoc_change_state_shutdown_comp, 0, NULL, 0);
}

int fake_assoc_eof(struct stack_assoc *a)
{
	if (a->state == NAME_assoc_state_cookie_wait)
		return -ENOTCONN;
	if (a->state == NAME_assoc_state_shutdown_received)
		return 0; /* the peer's shutdown goes on by itself */
	if (a->state != NAME_assoc_state_established)
		return -EPIPE;
	a->state = NAME_assoc_state_shutdown_pending;
	go_on_shutdown(a);
	return 0;
}

int fake_assoc_abort(struct stack_assoc *a, const void *reason, size_t len)
{
	struct stack_assoc *peer = a->peer;

	if (fake_assoc_is_over(a))
		return -EPIPE;
	if (len > UINT16_MAX - 4)
		return -EMSGSIZE;
	fake_assoc_end(a, a->peer ? NAME_assoc_change_state_comm_lost : NAME_assoc_change_state_cant_assoc,
	               12 /* User Initiated Abort */, reason, len);
	if (peer && fake_fault_silent()) /* which has acknowledged nothing that it did not read */
		return_messages(a, peer, 12);
	return 0;
}

static struct stack_assoc *assoc_new(struct stack_endpoint *e, const struct address *peers, size_t n)
{
	const struct address_list given = {(struct address *)peers, n};
	struct stack_assoc *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->endpoint = e;
	a->id = ++e->stack->next_id;
	a->state = NAME_assoc_state_cookie_wait;
	a->tsn = 1;
	if (fake_options_copy(&e->options, &a->options) < 0) {
		fake_options_free(&a->options);
		free(a);
		return NULL;
	}
	a->sndbuf = fake_option_number(&a->options, &e->options, FIELD_sndbuf_value);
	a->outs_wanted = fake_option_number(&a->options, &e->options, FIELD_initmsg_num_ostreams);
	a->ins_most = fake_option_number(&a->options, &e->options, FIELD_initmsg_max_instreams);
	STAILQ_INIT(&a->inbox);
	TAILQ_INSERT_TAIL(&e->assocs, a, next);
	if (fake_endpoint_addresses(e, &a->locals) < 0 || fake_address_list_copy(&given, &a->peers.v) < 0) {
		cut(a);
		fake_assoc_free(a);
		return NULL;
	}
	a->peers.n = n;
	return a;
}

void fake_assoc_free(struct stack_assoc *a)
{
	struct item *i;

	a->want = 0;
	if (!fake_assoc_is_over(a))
		fake_assoc_abort(a, NULL, 0);
	unschedule(a);
	TAILQ_REMOVE(&a->endpoint->assocs, a, next);
	while ((i = STAILQ_FIRST(&a->inbox))) {
		STAILQ_REMOVE_HEAD(&a->inbox, next);
		free(i);
	}
	fake_options_free(&a->options);
	free(a->peers.v);
	free(a->locals.v);
	free(a->ssn);
	fake_endpoint_release(a->endpoint);
	free(a);
}

static bool has_peer(const struct stack_assoc *a, const struct address *addr)
{
	for (size_t i = 0; i < a->peers.n; i++)
		if (address_equal(&a->peers.v[i], addr))
			return true;
	return false;
}

static bool is_connected(const struct stack_endpoint *e, const struct address *addr)
{
	const struct stack_assoc *a;

	TAILQ_FOREACH (a, &e->assocs, next)
		if (!fake_assoc_is_over(a) && address_port(&a->peers.v[0]) == address_port(addr) &&
		    has_peer(a, addr))
			return true;
	return false;
}

int fake_assoc_connect(struct stack_endpoint *e, const struct address *addrs, size_t n, void *user,
                       struct stack_assoc **ret)
{
	struct stack_assoc *a;

	if (n == 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (address_port(&addrs[i]) == 0 || address_is_any(&addrs[i]))
			return -EINVAL;
		if (is_connected(e, &addrs[i]))
			return -EISCONN;
	}
	a = assoc_new(e, addrs, n);
	if (!a)
		return -ENOMEM;
	a->user = user;
	a->connecting = true;
	fake_assoc_schedule(a);
	*ret = a;
	return 0;
}

static struct stack_endpoint *find_listener(struct stack *s, const struct address_list *addrs)
{
	struct stack_endpoint *e;

	TAILQ_FOREACH (e, &s->endpoints, next)
		for (size_t i = 0; i < addrs->n; i++)
			if (e->listening && e->port == address_port(&addrs->v[i]) &&
			    fake_endpoint_has_address(e, &addrs->v[i]))
				return e;
	return NULL;
}

static bool is_black_hole(const struct address_list *addrs)
{
	for (size_t i = 0; i < addrs->n; i++)
		if (addrs->v[i].sa.sa_family != AF_INET ||
		    ntohl(addrs->v[i].in.sin_addr.s_addr) >> 8 != 0xc6336400 >> 8) /* 198.51.100.0/24 */
			return false;
	return true;
}

/* RFC 9260 5.1.1: as many streams as we ask for and the peer takes. */
static int set_streams(struct stack_assoc *a, const struct stack_assoc *peer)
{
	a->outs = a->outs_wanted < peer->ins_most ? a->outs_wanted : peer->ins_most;
	a->ssn = calloc(a->outs, sizeof(*a->ssn));
	return a->ssn ? 0 : -ENOMEM;
}

/* Both sides are established: on the next turn each reads its comm_up. */
static struct stack_assoc *accept_peer(struct stack_endpoint *e, struct stack_assoc *a)
{
	struct stack_assoc *b = assoc_new(e, a->locals.v, a->locals.n);

	if (!b)
		return NULL;
	if (set_streams(a, b) < 0 || set_streams(b, a) < 0) {
		cut(b);
		fake_assoc_free(b);
		return NULL;
	}
	if (e->addrs.n > 1) {
		free(a->peers.v);
		fake_endpoint_addresses(e, &a->peers);
	}
	a->ins = b->outs;
	b->ins = a->outs;
	a->peer = b;
	b->peer = a;
	a->state = b->state = NAME_assoc_state_established;
	tell_change(a, NAME_assoc_change_state_comm_up, 0, NULL, 0);
	tell_change(b, NAME_assoc_change_state_comm_up, 0, NULL, 0);
	return b;
}

static void shake_hands(struct stack_assoc *a)
{
	struct stack *s = a->endpoint->stack;
	struct stack_endpoint *e = find_listener(s, &a->peers);
	struct stack_assoc *b;
	const char *refusal = NULL;
	int r;

	if (is_black_hole(&a->peers))
		return;
	b = e ? accept_peer(e, a) : NULL;
	if (!b) {
		fake_assoc_end(a, NAME_assoc_change_state_cant_assoc, 0, NULL, 0);
		return;
	}
	r = fake_fault_take(FAKE_ACCEPT);
	if (r < 0) {
		fake_assoc_end(b, NAME_assoc_change_state_comm_lost, 4 /* Out of Resource */, NULL, 0);
		fake_assoc_free(b);
		s->sink->accept_failed(e->user, r);
		return;
	}
	b->user = s->sink->accepted(e->user, b, &refusal);
	if (b->user)
		return;
	if (!fake_assoc_is_over(b))
		fake_assoc_abort(b, refusal, refusal ? strlen(refusal) : 0);
	fake_assoc_free(b);
}

/* One callback at most: it may free @a. What is still due comes back on the next turn. */
static void visit(struct stack *s, struct stack_assoc *a)
{
	bool write = is_writable(a), read = is_readable(a);

	if (a->connecting) {
		a->connecting = false;
		shake_hands(a);
	} else if (write && (!read || a->told_read)) {
		a->told_read = false;
		fake_assoc_schedule(a);
		s->sink->writable(a->user);
	} else if (read) {
		a->told_read = true;
		fake_assoc_schedule(a);
		s->sink->readable(a->user);
	}
}

void fake_stack_turn(int fd, short what, void *arg)
{
	struct stack *s = arg;
	struct stack_assoc *a;
	static const struct timeval soon = {.tv_usec = 200};

	(void)fd;
	(void)what;
	if (fake_fault_hold()) {
		event_add(s->turn, &soon);
		return;
	}
	while ((a = TAILQ_FIRST(&s->ready))) {
		TAILQ_REMOVE(&s->ready, a, visit);
		TAILQ_INSERT_TAIL(&s->working, a, visit);
		a->visits = &s->working;
	}
	while ((a = TAILQ_FIRST(&s->working))) {
		unschedule(a);
		visit(s, a);
	}
}

static void tell_dry(struct stack_assoc *a)
{
	struct record r;

	if (!a->tells_dry || a->queued || fake_assoc_is_over(a))
		return;
	record_init(&r, EVENT_sender_dry);
	fake_event(a, &r);
}

/* The others are always told. */
int fake_assoc_set_event(struct stack_assoc *a, enum record_id event, bool on)
{
	bool before = a->tells_dry;

	if (event != EVENT_sender_dry)
		return -EOPNOTSUPP;
	a->tells_dry = on;
	if (!before)
		tell_dry(a);
	return 0;
}

void fake_assoc_want(struct stack_assoc *a, unsigned want)
{
	a->want = want;
	fake_assoc_schedule(a);
}

static int check_send(struct stack_assoc *a, const struct stack_send *m)
{
	if (a->state == NAME_assoc_state_cookie_wait)
		return -ENOTCONN;
	if (a->state != NAME_assoc_state_established)
		return -EPIPE;
	if (m->len > a->sndbuf)
		return -EMSGSIZE;
	if (m->len == 0 || m->stream >= a->outs || (m->addr && !has_peer(a, m->addr)))
		return -EINVAL;
	if (a->queued && a->queued_bytes + m->len > a->sndbuf) {
		a->blocked = m->len;
		return -EAGAIN;
	}
	return 0;
}

int fake_assoc_send(struct stack_assoc *a, const struct stack_send *m)
{
	int r = check_send(a, m);
	struct item *i;

	if (r < 0)
		return r;
	i = malloc(sizeof(*i) + m->len);
	if (!i)
		return -ENOMEM;
	*i = (struct item){.kind = STACK_DATA,
	                   .unordered = m->unordered,
	                   .stream = m->stream,
	                   .ssn = m->unordered ? 0 : a->ssn[m->stream]++,
	                   .ppid = m->ppid,
	                   .tsn = a->tsn++,
	                   .context = m->context,
	                   .len = m->len,
	                   .data = (uint8_t *)(i + 1)};
	memcpy(i->data, m->data, m->len);
	a->sent = *m;
	a->sent.data = NULL;
	if (m->addr)
		a->sent_to = *m->addr;
	a->queued++;
	a->queued_bytes += m->len;
	fake_assoc_push(a->peer, i);
	return 0;
}

/* The peer of @a has read a message of ours. */
static void release(struct stack_assoc *a, size_t len)
{
	a->queued--;
	a->queued_bytes -= len;
	tell_dry(a);
	if (a->blocked && a->queued_bytes <= a->sndbuf / 2 &&
	    (!a->queued || a->queued_bytes + a->blocked <= a->sndbuf)) {
		a->blocked = 0;
		fake_assoc_schedule(a);
	}
	go_on_shutdown(a);
}

static void fill_data(const struct item *i, struct stack_item *ret)
{
	ret->kind = STACK_DATA;
	ret->data = i->data;
	ret->len = i->len;
	ret->end = true;
	ret->stream = i->stream;
	ret->ssn = i->ssn;
	ret->ppid = i->ppid;
	ret->tsn = ret->cumtsn = i->tsn; /* nothing is missing before it */
	ret->context = 0;                /* RFC 6458 5.3.5: the receiver's own, not the sender's */
	ret->unordered = i->unordered;
	ret->unknown_event = 0;
}

static void fill_event(const struct item *i, struct stack_item *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = STACK_EVENT;
	ret->end = true;
	ret->unknown_event = i->unknown_event;
	if (!i->event)
		return;
	ret->event = *i->event;
	if (fake_fault_truncate())
		memset(ret->event.values, 0, sizeof(ret->event.values));
}

/* The rest of the message never comes; in its place stands the event. */
static void break_off(struct stack_assoc *a, struct item *i)
{
	struct item *event;
	struct record r;

	record_init(&r, EVENT_partial_delivery);
	record_set_number(&r, FIELD_partial_delivery_indication,
	                  NAME_partial_delivery_indication_partial_delivery_aborted);
	record_set_number(&r, FIELD_partial_delivery_stream, i->stream);
	record_set_number(&r, FIELD_partial_delivery_sequence, i->ssn);
	event = fake_item_new_event(a, &r);
	if (event)
		STAILQ_INSERT_AFTER(&a->inbox, i, event, next);
}

/* Gives the next piece; whether the item is used up. */
static bool take_piece(struct stack_assoc *a, struct item *i, struct stack_item *ret)
{
	size_t split = fake_fault_split(), left = i->len - i->read;

	fill_data(i, ret);
	ret->from = a->peers.n ? a->peers.v[0] : (struct address){0};
	ret->data += i->read;
	ret->len = split && split < left ? split : left;
	i->read += ret->len;
	ret->end = i->read == i->len;
	if (ret->end)
		return true;
	if (i->read != ret->len || !fake_fault_break())
		return false;
	break_off(a, i);
	return true;
}

int fake_assoc_recv(struct stack_assoc *a, struct stack_item *ret)
{
	struct stack *s = a->endpoint->stack;
	struct item *i = STAILQ_FIRST(&a->inbox);

	free(s->current);
	s->current = NULL;
	if (!i) {
		a->told_over = fake_assoc_is_over(a);
		return 0;
	}
	if (i->kind == STACK_EVENT)
		fill_event(i, ret);
	else if (!take_piece(a, i, ret))
		return 1;
	STAILQ_REMOVE_HEAD(&a->inbox, next);
	s->current = i;
	if (i->kind == STACK_EVENT)
		return 1;
	a->unread--;
	if (a->peer)
		release(a->peer, i->len);
	return 1;
}
