/* The event `gap`, written in pieces. */
#include "feed/gap.h"

#include "feed/conn_wire.h"
#include "feed/subscription.h"
#include "feed/walk.h"
#include "own/account.h"
#include "sctp/conn.h"
#include "sctp/event.h"

#include <errno.h>
#include <event2/buffer.h>
#include <inttypes.h>
#include <stdlib.h>

/* A gap of this size may be written although the user's account is full. */
#define GAP_SMALL 16384

struct gap {
	struct subscription *s;
	uint64_t to;
	struct walk walk;
	struct evbuffer *text;
	struct charge charge;
};

struct gap *gap_free(struct gap *gap)
{
	if (!gap)
		return NULL;
	charge_clear(&gap->charge);
	if (gap->text)
		evbuffer_free(gap->text);
	free(gap);
	return NULL;
}

size_t gap_bytes(const struct gap *gap)
{
	return sizeof(*gap) + evbuffer_get_length(gap->text);
}

static void gap_recharge(struct gap *gap)
{
	charge_set(&gap->charge, gap->s->conn->account, ACCOUNT_BYTES, gap_bytes(gap));
}

/* Writes all members but the snapshot, which is the last. */
static int gap_begin(struct gap *gap)
{
	const struct subscription *s = gap->s;
	size_t most = subscription_head_length(s);
	struct evbuffer_iovec space;

	if (!gap->text || evbuffer_reserve_space(gap->text, most, &space, 1) != 1)
		return -ENOMEM;
	space.iov_len = subscription_write_head(s, space.iov_base, "event") - (char *)space.iov_base;
	if (evbuffer_commit_space(gap->text, &space, 1) < 0 ||
	    evbuffer_add_printf(gap->text,
	                        ",\"cursor\":%" PRIu64 ",\"event\":\"%s\",\"ts\":%" PRIu64
	                        ",\"from\":%" PRIu64 ",\"to\":%" PRIu64 ",\"snapshot\":",
	                        gap->to, event_names[EVENT_gap], event_now(), s->cursor + 1, gap->to) < 0)
		return -ENOMEM;
	return 0;
}

struct gap *gap_new(struct subscription *s, uint64_t to)
{
	struct gap *gap = calloc(1, sizeof(*gap));

	if (!gap)
		return NULL;
	gap->s = s;
	gap->to = to;
	gap->walk = (struct walk){
	    .what = 1u << WALK_SOCKETS | 1u << WALK_ASSOCS, .socket = s->endpoint_id, .assoc = s->assoc_id};
	gap->text = evbuffer_new();
	if (gap_begin(gap) < 0)
		return gap_free(gap);
	gap_recharge(gap);
	return gap;
}

int gap_step(struct gap *gap)
{
	struct conn *c = gap->s->conn;
	int r = walk_step(&gap->walk, c, gap->text);

	gap_recharge(gap);
	if (r == 0 && evbuffer_get_length(gap->text) >= GAP_SMALL &&
	    account_full(c->account, ACCOUNT_BYTES, 0))
		return -ENOMEM;
	if (r <= 0)
		return r;
	if (evbuffer_add(gap->text, "}}\n", 3) < 0)
		return -ENOMEM;
	charge_clear(&gap->charge); /* the connection's output charges for the text from now on */
	return evbuffer_add_buffer(conn_output(c), gap->text) < 0 ? -ENOMEM : 1;
}

uint64_t gap_to(const struct gap *gap)
{
	return gap->to;
}
