/* An association as clients see it, with its paths. */
#include "view/view_assoc.h"

#include "proto/frame.h"
#include "sctp/assoc.h"
#include "sctp/attempt.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_open.h"
#include "sctp/offer.h"
#include "sctp/ownership.h"
#include "sctp/tries.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "view/features.h"

static const char *const states[] = {"cookie_wait", "established", "shutdown_pending", "closed", NULL};

/* --- the daemon's data --- */

#define HEAD_ROWS(type, at)                                                                                  \
	{"assoc", SHAPE_UINT, .offset = offsetof(type, at assoc), .required = true, .summary = "Its id"},    \
	{                                                                                                    \
		"socket", SHAPE_UINT, .offset = offsetof(type, at socket), .required = true,                 \
		                      .summary = "The socket it is on"                                       \
	}

/* clang-format off */
#define REST_ROWS(type, at)                                                                                  \
	{"incoming", SHAPE_BOOL, .offset = offsetof(type, at incoming), .required = true,                    \
	 .summary = "Whether the peer began it"},                                                            \
	{"peer", SHAPE_STRING, .offset = offsetof(type, at peer), .summary = "An address of the peer"},      \
	{"peer_port", SHAPE_UINT, .offset = offsetof(type, at peer_port), .max = 65535,                      \
	 .def = SHAPE_ABSENT, .summary = "Its port"},                                                        \
	{"outbound_streams", SHAPE_UINT, .offset = offsetof(type, at outbound_streams), .max = 65535,        \
	 .def = SHAPE_ABSENT, .summary = "Streams to send on"},                                              \
	{"inbound_streams", SHAPE_UINT, .offset = offsetof(type, at inbound_streams), .max = 65535,          \
	 .def = SHAPE_ABSENT, .summary = "Streams the peer may send on"},                                    \
	{"seq", SHAPE_UINT, .offset = offsetof(type, at seq), .required = true,                              \
	 .summary = "Number of its latest message or event"},                                                \
	{"acked", SHAPE_UINT, .offset = offsetof(type, at acked), .required = true,                          \
	 .summary = "Number of the latest acknowledged item"},                                            \
	{"unacked", SHAPE_UINT, .offset = offsetof(type, at unacked), .required = true,                      \
	 .summary = "Items delivered and not acknowledged"},                                   \
	{"paused", SHAPE_BOOL, .offset = offsetof(type, at paused), .required = true,                        \
	 .summary = "Not read, because a limit is reached"},                                                  \
	{"messages_sent", SHAPE_UINT, .offset = offsetof(type, at messages_sent), .required = true,          \
	 .summary = "Messages that the stack accepted"},                                                              \
	{"bytes_sent", SHAPE_UINT, .offset = offsetof(type, at bytes_sent), .required = true,                \
	 .summary = "Payload of these"},                                                                     \
	{"messages_received", SHAPE_UINT, .offset = offsetof(type, at messages_received), .required = true,  \
	 .summary = "Messages read"},                                                                        \
	{"bytes_received", SHAPE_UINT, .offset = offsetof(type, at bytes_received), .required = true,        \
	 .summary = "Payload of these"},                                                                     \
	{"send_waiting", SHAPE_UINT, .offset = offsetof(type, at send_waiting), .required = true,            \
	 .summary = "Sends that wait for buffer space"},                                                             \
	{"send_unacked_ms", SHAPE_UINT, .offset = offsetof(type, at send_unacked_ms), .def = SHAPE_ABSENT,   \
	 .unit = "ms",                                                                                       \
	 .summary = "For how long the stack has had the oldest message that the peer has not "               \
		    "acknowledged; absent: there is none"},                                                  \
	{"recv_queued", SHAPE_UINT, .offset = offsetof(type, at recv_queued), .required = true,              \
	 .summary = "Items that the owner has not acknowledged"},                                    \
	{"recv_queued_bytes", SHAPE_UINT, .offset = offsetof(type, at recv_queued_bytes), .required = true,  \
	 .summary = "Payload of these"},                                                                     \
	VIEW_OWNER_ROWS(type, at by)
/* clang-format on */

static const struct shape assoc_rows[] = {
    HEAD_ROWS(struct view_assoc, ),
    {"state", SHAPE_STRING, .offset = offsetof(struct view_assoc, state), .required = true, .choices = states,
     .summary = "State, RFC 9260 4"},
    REST_ROWS(struct view_assoc, ),
    {0},
};

const struct shape_type view_assoc_type = {.name = "Assoc",
                                           .summary = "An association as it is now",
                                           .rows = assoc_rows,
                                           .size = sizeof(struct view_assoc)};

static void view_peer(const struct assoc *a, struct view_assoc *ret)
{
	ret->peer_port = SHAPE_ABSENT;
	if (!a->peer.sa.sa_family)
		return;
	ret->peer = address_format(&a->peer, ret->peer_text);
	ret->peer_port = address_port(&a->peer);
}

static void view_counters(struct assoc *a, struct view_assoc *ret)
{
	uint32_t age;

	ret->messages_sent = a->counters.messages_sent;
	ret->bytes_sent = a->counters.bytes_sent;
	ret->messages_received = a->counters.messages_received;
	ret->bytes_received = a->counters.bytes_received;
	ret->send_waiting = a->outbox.count;
	ret->send_unacked_ms = a->unacked && unacked_age(a->unacked, a->endpoint->slot->ops, a->stack, &age)
	                           ? age
	                           : SHAPE_ABSENT;
	ret->recv_queued = a->delivery.count;
	ret->recv_queued_bytes = a->delivery.bytes + a->delivery.partials.bytes;
}

void view_assoc(struct assoc *a, struct view_assoc *ret)
{
	*ret = (struct view_assoc){
	    .assoc = a->id,
	    .socket = a->endpoint->id,
	    .state = assoc_state_name(a),
	    .incoming = a->incoming,
	    .outbound_streams = a->connected ? a->outbound_streams : SHAPE_ABSENT,
	    .inbound_streams = a->connected ? a->inbound_streams : SHAPE_ABSENT,
	    .seq = a->seq,
	    .acked = a->delivery.acked,
	    .unacked = a->delivery.unacked,
	    .paused = a->delivery.paused,
	};
	view_peer(a, ret);
	view_counters(a, ret);
	view_owner(a->endpoint, a, &ret->by);
}

/* --- paths --- */

#define AT(member) .offset = offsetof(struct view_path, member)
static const struct shape path_rows[] = {
    {"addr", SHAPE_STRING, AT(addr), .required = true, .summary = "The peer's address"},
    {"primary", SHAPE_BOOL, AT(primary), .required = true, .summary = "Whether it is the primary path"},
    {"state", SHAPE_NAMED, AT(state), .summary = "active, inactive, unconfirmed, potentially_failed"},
    {"cwnd", SHAPE_UINT, AT(cwnd), .def = SHAPE_ABSENT, .unit = "bytes", .summary = "Congestion window"},
    {"srtt", SHAPE_UINT, AT(srtt), .def = SHAPE_ABSENT, .unit = "ms", .summary = "Smoothed round-trip time"},
    {"rto", SHAPE_UINT, AT(rto), .def = SHAPE_ABSENT, .unit = "ms", .summary = "Retransmission timeout"},
    {"mtu", SHAPE_UINT, AT(mtu), .def = SHAPE_ABSENT, .unit = "bytes", .summary = "Path MTU"},
    {0},
};
#undef AT

const struct shape_type view_path_type = {.name = "Path",
                                          .summary = "A path of an association: an address of its peer",
                                          .rows = path_rows,
                                          .size = sizeof(struct view_path)};

static uint64_t number_of(const struct record *r, enum field_id field)
{
	const struct value *v = record_get(r, field);

	return v->present ? v->number : SHAPE_ABSENT;
}

/* The name of the value, or its number if the catalog has no name. */
static struct named named_of(const struct record *r, enum field_id field)
{
	const struct value *v = record_get(r, field);

	if (!v->present || !v->known)
		return (struct named){.number = v->present ? v->number : SHAPE_ABSENT};
	return (struct named){.name = catalog_names[v->number].name};
}

/* Reads @r; a field that cannot be read stays absent. */
static void read_option(struct assoc *a, struct record *r)
{
	enum record_id option = r->id;
	enum field_id bad;

	if (a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, r, &bad) < 0)
		record_init(r, option);
}

static void view_path(struct assoc *a, const struct address *addr, struct view_path *path)
{
	struct record r;

	record_init(&r, OPTION_get_peer_addr_info);
	record_set_addr(&r, FIELD_get_peer_addr_info_address, addr);
	read_option(a, &r);
	path->state = named_of(&r, FIELD_get_peer_addr_info_state);
	path->cwnd = number_of(&r, FIELD_get_peer_addr_info_cwnd);
	path->srtt = number_of(&r, FIELD_get_peer_addr_info_srtt);
	path->rto = number_of(&r, FIELD_get_peer_addr_info_rto);
	path->mtu = number_of(&r, FIELD_get_peer_addr_info_mtu);
}

static struct list list_paths(struct assoc *a, const struct record *status, struct arena *arena)
{
	const struct value *primary = record_get(status, FIELD_status_primary);
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->endpoint->slot->ops->peer_addrs(a->stack, &addrs);
	struct strings texts = view_addrs(addrs, n, arena);
	struct view_path *paths = arena_alloc(arena, (texts.n + 1) * sizeof(*paths));

	for (size_t i = 0; paths && i < texts.n; i++) {
		paths[i].addr = texts.v[i];
		paths[i].primary = primary->present && address_equal(&addrs[i], &primary->addr);
		view_path(a, &addrs[i], &paths[i]);
	}
	return (struct list){paths, paths ? texts.n : 0};
}

static void read_status(struct assoc *a, struct record *r)
{
	record_init(r, OPTION_status);
	if (a->stack)
		read_option(a, r);
}

struct list view_paths(struct assoc *a, struct arena *arena)
{
	struct record status;

	read_status(a, &status);
	return a->stack ? list_paths(a, &status, arena) : (struct list){.v = a};
}

/* --- with the stack's data --- */

#define AT(member) .offset = offsetof(struct view_status, member)
static const struct shape status_rows[] = {
    HEAD_ROWS(struct view_status, assoc.),
    {"state", SHAPE_NAMED, AT(state), .required = true, .summary = "State as the stack gives it, RFC 9260 4"},
    REST_ROWS(struct view_status, assoc.),
    {"max_message", SHAPE_UINT, AT(max_message), .required = true, .unit = "bytes",
     .summary = "The longest message that send accepts"},
    {"max_send", SHAPE_UINT, AT(max_send), .required = true, .unit = "bytes",
     .summary = "The longest message in base64, which also has to fit into a line"},
    {"paths", SHAPE_LIST, AT(paths), .required = true, .type = &view_path_type,
     .summary = "The peer's addresses"},
    {"rwnd", SHAPE_UINT, AT(rwnd), .def = SHAPE_ABSENT, .unit = "bytes",
     .summary = "The peer's receive window"},
    {"unackdata", SHAPE_UINT, AT(unackdata), .def = SHAPE_ABSENT, .unit = "chunks",
     .summary = "DATA chunks not acknowledged"},
    {"penddata", SHAPE_UINT, AT(penddata), .def = SHAPE_ABSENT, .unit = "chunks",
     .summary = "DATA chunks waiting to be received"},
    {"fragmentation_point", SHAPE_UINT, AT(fragmentation_point), .def = SHAPE_ABSENT, .unit = "bytes",
     .summary = "Size above which a message is fragmented"},
    {"local_addrs", SHAPE_STRINGS, AT(local_addrs), .max = 1024,
     .summary = "Our addresses of the association"},
    {"features", SHAPE_SET, AT(features), .choices = features_names,
     .summary = "Extensions that both ends support; absent: none, or the association has ended"},
    {0},
};
#undef AT

const struct shape_type view_status_type = {.name = "AssocStatus",
                                            .summary = "An association as it is now, and what its stack says",
                                            .rows = status_rows,
                                            .size = sizeof(struct view_status)};

static struct strings list_local_addrs(struct assoc *a, struct arena *arena)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->stack ? a->endpoint->slot->ops->assoc_local_addrs(a->stack, &addrs) : 0;

	return view_addrs(addrs, n, arena);
}

/* The numbers of streams are those of @a, as negotiated. */
void view_status(struct assoc *a, struct arena *arena, struct view_status *ret)
{
	struct record r;

	*ret = (struct view_status){.max_message = a->max_message,
	                            .max_send = a->max_message < FRAME_MAX_PAYLOAD ? a->max_message
	                                                                           : FRAME_MAX_PAYLOAD};
	view_assoc(a, &ret->assoc);
	read_status(a, &r);
	ret->state = named_of(&r, FIELD_status_state);
	if (!record_get(&r, FIELD_status_state)->present)
		ret->state.name = ret->assoc.state;
	ret->rwnd = number_of(&r, FIELD_status_rwnd);
	ret->unackdata = number_of(&r, FIELD_status_unackdata);
	ret->penddata = number_of(&r, FIELD_status_penddata);
	ret->fragmentation_point = number_of(&r, FIELD_status_fragmentation_point);
	ret->paths = a->stack ? list_paths(a, &r, arena) : (struct list){.v = a};
	ret->local_addrs = list_local_addrs(a, arena);
	if (a->connected)
		features_read(a, &ret->features);
}

/* --- the addresses of both ends --- */

static void view_peer_addrs(struct assoc *a, struct arena *arena, struct view_ends *ret)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->stack ? a->endpoint->slot->ops->peer_addrs(a->stack, &addrs) : 0;

	if (n > 0)
		ret->peer = view_addrs(addrs, n, arena);
	else
		ret->peer = view_addrs(&a->peer, a->peer.sa.sa_family != 0, arena);
	ret->peer_port = address_port(&a->peer);
}

void view_ends(struct endpoint *e, struct assoc *a, struct arena *arena, struct view_ends *ret)
{
	*ret = (struct view_ends){.port = e->port, .peer_port = SHAPE_ABSENT};
	ret->local = a ? list_local_addrs(a, arena) : view_local_addrs(e, arena);
	if (!a)
		a = endpoint_alone(e);
	if (a)
		view_peer_addrs(a, arena, ret);
}

/* --- an attempt that failed --- */

static const char *const outcomes[] = {"refused", "no_answer", NULL};

static const struct shape try_rows[] = {
    {"addr", SHAPE_STRING, .offset = offsetof(struct view_try, addr), .required = true,
     .summary = "An address of the peer"},
    {"outcome", SHAPE_STRING, .offset = offsetof(struct view_try, outcome), .required = true,
     .choices = outcomes, .summary = "How the attempt ended there"},
    {0},
};

const struct shape_type view_try_type = {.rows = try_rows, .size = sizeof(struct view_try)};

/* The number of addresses tried. 0: no attempt, or an attempt to one address. */
static size_t count_tried(struct assoc *a, const struct tries *t)
{
	const struct value *primary;
	struct record status;

	if (!t || t->n < 2)
		return 0;
	if (a->ended_by == NAME_assoc_end_unreachable)
		return tries_had_all(t);
	if (!assoc_states[a->state].stack || assoc_is_over(a) || !a->endpoint->slot->ops->setup_moves_primary)
		return tries_had(t, NULL);
	read_status(a, &status);
	primary = record_get(&status, FIELD_status_primary);
	return tries_had(t, primary->present ? &primary->addr : NULL);
}

static struct list list_tried(const struct strings *texts, size_t n, bool refused, struct arena *arena)
{
	struct view_try *tried = arena_alloc(arena, n * sizeof(*tried));

	for (size_t i = 0; tried && i < n; i++)
		tried[i] = (struct view_try){texts->v[i], outcomes[!(refused && i + 1 == n)]};
	return (struct list){tried, tried ? n : 0};
}

void view_tries(struct assoc *a, bool refused, struct arena *arena, struct list *tried,
                struct strings *untried)
{
	const struct tries *t = attempt_tries(a->attempt);
	size_t n = count_tried(a, t);
	struct strings texts = view_addrs(n ? t->addrs : NULL, n ? t->n : 0, arena);

	*tried = (struct list){0};
	*untried = (struct strings){0};
	if (!texts.n)
		return;
	*tried = list_tried(&texts, n, refused, arena);
	*untried = (struct strings){texts.v + n, texts.n - n};
}
