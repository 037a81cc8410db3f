/* A socket, as clients call it: one port with its addresses, and its associations. */
#include "sctp/endpoint.h"

#include "own/account.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/event.h"
#include "sctp/option_own.h"
#include "sctp/reader.h"
#include "sctp/session.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>

static const struct stack_ops *ops_of(const struct endpoint *e)
{
	return e->slot->ops;
}

struct assoc *endpoint_alone(const struct endpoint *e)
{
	return e->peeled ? TAILQ_FIRST(&e->assocs) : NULL;
}

void endpoint_tell(struct endpoint *e, enum record_id event)
{
	event_tell(e->core, &(struct event_info){.id = event, .e = e});
}

size_t endpoint_bytes(const struct endpoint *e)
{
	return ENDPOINT_BYTES + option_keys_bytes(&e->own) + (e->name ? strlen(e->name) : 0) +
	       (e->netns ? strlen(e->netns) : 0) + (e->peeled ? 0 : ops_of(e)->endpoint_kept);
}

void endpoint_recharge(struct endpoint *e)
{
	size_t bytes = endpoint_bytes(e);

	if (grave_is_marked(&e->grave))
		return; /* a dead endpoint has given its charges back */
	charge_set(&e->keeps, e->account, ACCOUNT_STACK, bytes);
	charge_set(&e->charge, e->account, ACCOUNT_BYTES, bytes + e->ownership.note_len);
}

struct reader *endpoint_reader(const struct endpoint *e)
{
	const struct conn *c = endpoint_conn(e);

	if (e->reader)
		return e->reader;
	return c ? c->reader : NULL;
}

struct conn *endpoint_conn(const struct endpoint *e)
{
	return e->owner ? e->owner->conn : NULL;
}

static const char *endpoint_reason_to_refuse(const struct endpoint *e)
{
	if (e->closing)
		return "the socket is being closed";
	if (e->ended_n >= e->core->config->ended_assocs_per_socket)
		return "the application does not read";
	if (account_full(e->account, ACCOUNT_ASSOCS, 1))
		return "the application has reached its limit of associations";
	if (account_full(e->account, ACCOUNT_STACK, 0))
		return "the application's associations have reached their memory limit";
	return NULL;
}

/* Peers retry often: the owner gets one event, and another only after a peer was accepted. */
const char *endpoint_refusal(struct endpoint *e)
{
	const char *why = endpoint_reason_to_refuse(e);

	if (why && !e->refusing && !e->closing) {
		log_limited(LOG_KIND_REFUSED, LOG_WARNING, "socket %llu: an association was refused: %s",
		            (unsigned long long)e->id, why);
		event_tell(e->core, &(struct event_info){.id = EVENT_assoc_refused, .e = e, .why = why});
	}
	e->refusing = why;
	return why;
}

int endpoint_listen(struct endpoint *e, int backlog)
{
	int r = e->stack ? ops_of(e)->listen(e->stack, backlog) : -EOPNOTSUPP;

	if (r == 0)
		e->backlog = backlog;
	return r;
}
