/* A socket as clients see it, and the views that a socket and an association share. */
#include "view/view_socket.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_open.h"
#include "sctp/offer.h"
#include "sctp/ownership.h"
#include "owner/group.h"
#include "sctp/session.h"
#include "util/arena.h"
#include "util/cleanup.h"

struct strings view_addrs(const struct address *addrs, int n, struct arena *arena)
{
	const char **v = n > 0 ? arena_alloc(arena, n * sizeof(*v)) : NULL;
	char *texts = v ? arena_alloc(arena, (size_t)n * ADDRESS_TEXT_MAX) : NULL;

	if (!texts)
		return (struct strings){0};
	for (int i = 0; i < n; i++)
		v[i] = address_format(&addrs[i], texts + (size_t)i * ADDRESS_TEXT_MAX);
	return (struct strings){v, n};
}

struct strings view_local_addrs(struct endpoint *e, struct arena *arena)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = endpoint_local_addrs(e, &addrs);

	return view_addrs(addrs, n, arena);
}

void view_owner(const struct endpoint *e, const struct assoc *a, struct view_owner *ret)
{
	const struct ownership *o = a ? &a->ownership : &e->ownership;

	*ret = (struct view_owner){
	    .epoch = o->epoch,
	    .ownership = ownership_state(e, a),
	    .owner = e->owner ? e->owner->id : 0,
	    .user = e->account->uid,
	    .linger_ms = o->linger_ms,
	    .note_bytes = o->note_len,
	};
}

/* --- group --- */

static struct numbers list_members(const struct session_group *g, struct arena *arena)
{
	uint64_t *v = arena_alloc(arena, ((g ? g->members_n : 0) + 1) * sizeof(*v));
	const struct member *m;
	size_t n = 0;

	if (v && g)
		TAILQ_FOREACH (m, &g->members, in_group)
			v[n++] = m->session->id;
	return (struct numbers){v, n};
}

void view_group(const struct endpoint *e, struct arena *arena, struct view_group *ret)
{
	const struct session_group *g = e->group;
	const struct session *active;

	*ret = (struct view_group){
	    .socket = g ? g->e->id : e->id,
	    .mode = group_modes[g ? g->mode : GROUP_NONE],
	    .takeover_ms = g ? g->takeover_ms : 0,
	};
	if (g && g->e != e)
		return;
	active = g ? group_active(g) : NULL;
	ret->members = list_members(g, arena);
	ret->active = active ? active->id : 0;
}

static const struct shape group_rows[] = {VIEW_GROUP_ROWS(struct view_group, ), {0}};

const struct shape_type view_group_type = {.name = "Group",
                                           .summary = "Sessions that share a listening socket",
                                           .rows = group_rows,
                                           .size = sizeof(struct view_group)};

static const struct view_group *group_of(const struct endpoint *e, struct arena *arena)
{
	struct view_group *group = e->group ? arena_alloc(arena, sizeof(*group)) : NULL;

	if (group)
		view_group(e, arena, group);
	return group;
}

/* --- socket --- */

#define AT(member) .offset = offsetof(struct view_socket, member)
static const struct shape socket_rows[] = {
    {"socket", SHAPE_UINT, AT(socket), .required = true, .summary = "Its id"},
    {"name", SHAPE_STRING, AT(name), .summary = "The name given to open"},
    {"stack", SHAPE_STRING, AT(stack), .required = true, .summary = "The stack it is on"},
    {"netns", SHAPE_STRING, AT(netns),
     .summary = "Its network namespace, as given to open; absent: the daemon's"},
    {"addrs", SHAPE_STRINGS, AT(addrs), .max = 1024, .summary = "The local addresses, if they can be read"},
    {"wildcard", SHAPE_BOOL, AT(wildcard), .required = true,
     .summary = "Whether it is bound to every address of the host"},
    {"port", SHAPE_UINT, AT(port), .required = true, .max = 65535, .summary = "Local port"},
    {"listening", SHAPE_BOOL, AT(listening), .required = true, .summary = "Whether it accepts associations"},
    {"closing", SHAPE_BOOL, AT(closing), .required = true, .summary = "Whether it is being closed"},
    {"peeled_off", SHAPE_BOOL, AT(peeled_off), .required = true,
     .summary = "Whether peeloff made it, for one association, with which it ends"},
    {"assocs", SHAPE_UINT, AT(assocs), .required = true, .summary = "Associations on it"},
    VIEW_OWNER_ROWS(struct view_socket, by),
    {"group", SHAPE_OBJECT, AT(group), .type = &view_group_type,
     .summary = "The group that shares it; with `members` if it is the group's socket, not the socket of one "
                "association"},
    {0},
};
#undef AT

const struct shape_type view_socket_type = {.name = "Socket",
                                            .summary = "A socket as it is now",
                                            .rows = socket_rows,
                                            .size = sizeof(struct view_socket)};

void view_socket(struct endpoint *e, struct arena *arena, struct view_socket *ret)
{
	*ret = (struct view_socket){
	    .socket = e->id,
	    .name = e->name,
	    .stack = e->slot->info.name,
	    .netns = e->netns,
	    .addrs = view_local_addrs(e, arena),
	    .wildcard = e->wildcard,
	    .port = e->port,
	    .listening = e->backlog > 0,
	    .closing = e->closing,
	    .peeled_off = e->peeled,
	    .assocs = e->assocs_n,
	    .group = group_of(e, arena),
	};
	view_owner(e, NULL, &ret->by);
}

/* --- loss --- */

static const struct shape loss_rows[] = {
    {"messages", SHAPE_UINT, .offset = offsetof(struct loss, messages), .required = true,
     .summary = "Messages"},
    {"bytes", SHAPE_UINT, .offset = offsetof(struct loss, bytes), .required = true, .unit = "bytes",
     .summary = "Payload of these"},
    {0},
};

const struct shape_type view_loss_type = {.name = "Loss",
                                          .summary = "Messages that nobody has got",
                                          .rows = loss_rows,
                                          .size = sizeof(struct loss)};

const struct loss *view_loss(const struct loss *loss)
{
	return loss->messages ? loss : NULL;
}
