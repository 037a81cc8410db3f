/* Stream reconfiguration (RFC 6525) of the fake stack: done at once, and both sides read how it went. */
#include "support/fake_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool fake_is_reconfig(const struct record *r)
{
	return r->id == OPTION_reset_streams || r->id == OPTION_reset_assoc || r->id == OPTION_add_streams;
}

static uint64_t bit(enum names_id set, enum name_id name)
{
	return UINT64_C(1) << (name - catalog_set_first(set));
}

static void tell_reset(struct stack_assoc *a, enum name_id direction, const struct value *streams)
{
	struct record event;

	record_init(&event, EVENT_stream_reset);
	record_set_number(&event, FIELD_stream_reset_flags, bit(NAMES_stream_reset_flags, direction));
	*record_at(&event, FIELD_stream_reset_streams) = *streams;
	fake_event(a, &event);
}

/* The streams that @from sends on; none given means all. */
static void reset_streams(struct stack_assoc *from, const struct value *streams)
{
	uint16_t number;

	if (!streams->present || streams->bytes.len == 0)
		memset(from->ssn, 0, from->outs * sizeof(*from->ssn));
	for (size_t i = 0; streams->present && i + 2 <= streams->bytes.len; i += 2) {
		memcpy(&number, streams->bytes.data + i, sizeof(number));
		if (number < from->outs)
			from->ssn[number] = 0;
	}
	tell_reset(from, NAME_stream_reset_flags_outgoing, streams);
	tell_reset(from->peer, NAME_stream_reset_flags_incoming, streams);
}

static void reset_each(struct stack_assoc *a, const struct record *r)
{
	uint64_t flags = record_number(r, FIELD_reset_streams_flags);
	const struct value *streams = record_get(r, FIELD_reset_streams_streams);

	if (flags & bit(NAMES_reset_flags, NAME_reset_flags_outgoing))
		reset_streams(a, streams);
	if (flags & bit(NAMES_reset_flags, NAME_reset_flags_incoming))
		reset_streams(a->peer, streams);
}

/* RFC 6525 6.1.3: how many there are now. */
static void tell_change(struct stack_assoc *a)
{
	struct record event;

	record_init(&event, EVENT_stream_change);
	record_set_number(&event, FIELD_stream_change_flags, 0);
	record_set_number(&event, FIELD_stream_change_inbound_streams, a->ins);
	record_set_number(&event, FIELD_stream_change_outbound_streams, a->outs);
	fake_event(a, &event);
}

static int add_streams(struct stack_assoc *from, unsigned more)
{
	uint16_t *ssn;

	if (more == 0)
		return 0;
	if (from->outs + more > UINT16_MAX)
		return -EINVAL;
	ssn = realloc(from->ssn, (from->outs + more) * sizeof(*ssn));
	if (!ssn)
		return -ENOMEM;
	memset(ssn + from->outs, 0, more * sizeof(*ssn));
	from->ssn = ssn;
	from->outs += more;
	from->peer->ins = from->outs;
	tell_change(from);
	tell_change(from->peer);
	return 0;
}

static void tell_assoc_reset(struct stack_assoc *a)
{
	struct record event;

	record_init(&event, EVENT_assoc_reset);
	record_set_number(&event, FIELD_assoc_reset_flags, 0);
	record_set_number(&event, FIELD_assoc_reset_local_tsn, a->tsn);
	record_set_number(&event, FIELD_assoc_reset_remote_tsn, a->peer->tsn);
	fake_event(a, &event);
}

static void reset_assoc(struct stack_assoc *a)
{
	memset(a->ssn, 0, a->outs * sizeof(*a->ssn));
	memset(a->peer->ssn, 0, a->peer->outs * sizeof(*a->ssn));
	a->tsn = a->peer->tsn = 1;
	tell_assoc_reset(a);
	tell_assoc_reset(a->peer);
}

int fake_reconfig(struct stack_assoc *a, const struct record *r)
{
	int error;

	if (!a->peer)
		return -ENOTCONN;
	if (fake_fault_silent())
		return 0;
	if (r->id == OPTION_reset_streams)
		reset_each(a, r);
	else if (r->id == OPTION_reset_assoc)
		reset_assoc(a);
	else
		return (error = add_streams(a, record_number(r, FIELD_add_streams_outstrms))) < 0
		           ? error
		           : add_streams(a->peer, record_number(r, FIELD_add_streams_instrms));
	return 0;
}
