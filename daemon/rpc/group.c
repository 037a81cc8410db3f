/* group, join, leave: sessions that share a listening socket. */
#include "feed/notify.h"
#include "rpc/dispatch.h"
#include "rpc/permit.h"
#include "rpc/session.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "owner/group.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "util/ids.h"
#include "view/view_socket.h"

#include <errno.h>
#include <json-c/json.h>

#define TAKEOVER_MAX_MS 86400000

static const char *const encodings[] = {"base64", "text", NULL};

struct group_args {
	uint64_t socket, takeover_ms;
	int mode, encoding;
	struct endpoint *e;
	struct member *m;
};

#define AT(member) .offset = offsetof(struct group_args, member)

#define SOCKET_ROW(text)                                                                                     \
	{                                                                                                    \
		"socket", SHAPE_UINT, .required = true, AT(socket), .min = 1, .summary = text                \
	}

#define ENCODING_ROW                                                                                         \
	{                                                                                                    \
		"encoding", SHAPE_ENUM, AT(encoding), .choices = encodings,                                  \
		                                      .summary = "Of copies; text: payloads that are UTF-8 " \
		                                                 "come as text"                              \
	}

static const struct shape group_params[] = {
    SOCKET_ROW("A listening socket that the caller owns"),
    {"mode", SHAPE_ENUM, .required = true, AT(mode), .choices = group_modes,
     .summary =
         "override: the active member owns everything; loadshare: each new association goes to the member "
         "with the most free credit; broadcast: as override, and the others get copies; none ends the group"},
    {"takeover_ms", SHAPE_UINT, AT(takeover_ms), .max = TAKEOVER_MAX_MS, .def = SHAPE_ABSENT, .unit = "ms",
     .summary = "How long the sockets and associations of a member that has died are held for it, before "
                "another member gets them; without it as before, by default 0"},
    ENCODING_ROW,
    {0},
};

static const struct shape join_params[] = {
    SOCKET_ROW("The group's"),
    ENCODING_ROW,
    {0},
};

static const struct shape leave_params[] = {SOCKET_ROW("The group's"), {0}};

struct share_assoc {
	uint64_t assoc, epoch, seq, acked;
};

#define ASSOC_AT(member) .offset = offsetof(struct share_assoc, member)
static const struct shape share_assoc_rows[] = {
    {"assoc", SHAPE_UINT, ASSOC_AT(assoc), .required = true, .summary = "Its id"},
    {"epoch", SHAPE_UINT, ASSOC_AT(epoch), .required = true, .summary = "For its owner's calls"},
    {"seq", SHAPE_UINT, ASSOC_AT(seq), .required = true, .summary = "Number of its latest message or event"},
    {"acked", SHAPE_UINT, ASSOC_AT(acked), .required = true,
     .summary = "Number of the latest acknowledged item"},
    {0},
};
static const struct shape_type share_assoc_type = {.rows = share_assoc_rows,
                                                   .size = sizeof(struct share_assoc)};

struct share {
	uint64_t socket, epoch;
	struct list assocs;
};

#define SHARE_AT(member) .offset = offsetof(struct share, member)
static const struct shape share_rows[] = {
    {"socket", SHAPE_UINT, SHARE_AT(socket), .required = true, .summary = "Its id"},
    {"epoch", SHAPE_UINT, SHARE_AT(epoch), .required = true, .summary = "For its owner's calls"},
    {"assocs", SHAPE_LIST, SHARE_AT(assocs), .required = true, .type = &share_assoc_type,
     .summary = "Those on it"},
    {0},
};
static const struct shape_type share_type = {.name = "Share",
                                             .summary = "A socket of a group, as its owner needs it",
                                             .rows = share_rows,
                                             .size = sizeof(struct share)};

struct group_result {
	struct view_group group;
	struct list has;
	struct session_owned *owns;
};

static const struct shape group_result[] = {
    VIEW_GROUP_ROWS(struct group_result, group.),
    {"has", SHAPE_LIST, .offset = offsetof(struct group_result, has), .required = true, .type = &share_type,
     .summary = "The sockets of the group that the caller owns now; no event reports these to it"},
    {"owns", SHAPE_OBJECT, .offset = offsetof(struct group_result, owns), .required = true,
     .type = &session_owned_type,
     .summary = "The ids of everything that the caller owns now, in the group or not"},
    {0},
};

static struct list list_assocs(const struct endpoint *e, struct arena *arena)
{
	struct share_assoc *v = arena_alloc(arena, (e->assocs_n + 1) * sizeof(*v));
	const struct assoc *a;
	size_t n = 0;

	if (v)
		TAILQ_FOREACH (a, &e->assocs, in_endpoint)
			v[n++] = (struct share_assoc){a->id, a->ownership.epoch, a->seq, a->delivery.acked};
	return (struct list){v, n};
}

static struct list list_shares(const struct session *s, const struct session_group *g, struct arena *arena)
{
	struct share *v = arena_alloc(arena, (s->endpoints_n + 1) * sizeof(*v));
	const struct endpoint *e;
	size_t n = 0;

	TAILQ_FOREACH (e, &s->endpoints, in_session)
		if (v && g && e->group == g)
			v[n++] = (struct share){e->id, e->ownership.epoch, list_assocs(e, arena)};
	return (struct list){v, n};
}

/* The socket may have ended with the group. */
static void answer_group(struct request *req, const struct group_args *args)
{
	_cleanup_(arena_clear) struct arena arena = {0};
	struct endpoint *e = ids_get(req->client->conn.core->endpoints, args->socket);
	const struct session *s = req->client->conn.session;
	struct group_result result = {.group = {.socket = args->socket, .mode = group_modes[GROUP_NONE]}};

	if (e)
		view_group(e, &arena, &result.group);
	result.has = list_shares(s, e ? e->group : NULL, &arena);
	result.owns = session_owned(s, &arena);
	request_answer_in(req, &result, &arena);
}

/* --- group --- */

static int fail_no_group(struct request *req, const struct endpoint *e)
{
	request_data(req)->socket = e->id;
	if (e->group)
		request_fail(req, ERROR_NO_SUCH_GROUP, "socket",
		             "socket %llu belongs to one association; its group is the group of socket %llu",
		             (unsigned long long)e->id, (unsigned long long)e->group->e->id);
	else
		request_fail(req, ERROR_NO_SUCH_GROUP, "socket", "socket %llu has no group",
		             (unsigned long long)e->id);
	return -1;
}

static int check_shareable(struct request *req, const struct endpoint *e)
{
	if (!e->implicit && e->backlog > 0)
		return 0;
	request_data(req)->socket = e->id;
	request_fail(req, ERROR_NOT_SHAREABLE, "socket",
	             e->implicit ? "socket %llu was made by connect: it ends with its association"
	                         : "socket %llu does not listen: a group shares new associations",
	             (unsigned long long)e->id);
	return -1;
}

static int check_end(struct request *req, const struct group_args *args)
{
	if (!args->e->group)
		return fail_no_group(req, args->e);
	if (args->takeover_ms == SHAPE_ABSENT)
		return 0;
	request_fail(req, ERROR_INVALID_PARAMS, "takeover_ms",
	             "`takeover_ms` cannot be given with mode `none`");
	return -1;
}

static int group_prepare(struct request *req, void *data)
{
	struct group_args *args = data;

	args->e = target_parent(req, args->socket, "be shared by a group");
	if (!args->e)
		return -1;
	if (args->mode == GROUP_NONE)
		return check_end(req, args);
	return args->e->group ? 0 : check_shareable(req, args->e);
}

/* 0 or a negative errno. */
static int group_begin_or_set(const struct group_args *args)
{
	struct session_group *g = args->e->group;
	uint64_t takeover_ms = args->takeover_ms;

	if (takeover_ms == SHAPE_ABSENT)
		takeover_ms = g ? g->takeover_ms : 0;
	if (!g)
		return group_new(args->e, args->mode, takeover_ms, args->encoding);
	group_set(g, args->mode, takeover_ms);
	return 0;
}

static void group_run(struct request *req, void *data)
{
	struct group_args *args = data;
	int r = 0;

	if (args->mode == GROUP_NONE)
		group_end(args->e->group);
	else
		r = group_begin_or_set(args);
	if (r < 0)
		request_fail_errno(req, r, NULL, "cannot make a group");
	else
		answer_group(req, args);
}

/* --- join, leave --- */

/* Finds the group, and the caller's membership. */
static int find_group(struct request *req, struct group_args *args)
{
	args->e = target_endpoint(req, args->socket, false);
	if (!args->e)
		return -1;
	if (!args->e->group || args->e->group->e != args->e)
		return fail_no_group(req, args->e);
	args->m = group_find(args->e->group, req->client->conn.session);
	return 0;
}

/* A member accepts associations on the port, and takes over those of members that leave. */
static int check_rules(struct request *req, const struct endpoint *e)
{
	if (permit_own(req, "socket") < 0 || permit_of(req, ACCESS_CLAIM, e, "socket", e->id) < 0)
		return -1;
	return permit_listen(req, e->port_chosen ? 0 : e->port, "socket");
}

static int join_prepare(struct request *req, void *data)
{
	struct group_args *args = data;

	if (find_group(req, args) < 0 || check_rules(req, args->e) < 0)
		return -1;
	if (args->m) {
		request_fail(req, ERROR_ALREADY_MEMBER, "socket",
		             "this session is already a member of the group");
		return -1;
	}
	if (args->e->group->members_n < GROUP_MEMBERS_MAX)
		return 0;
	request_data(req)->limit = GROUP_MEMBERS_MAX;
	request_fail(req, ERROR_LIMIT_REACHED, "socket", "the group has %d members, the limit",
	             GROUP_MEMBERS_MAX);
	return -1;
}

static void join_run(struct request *req, void *data)
{
	struct group_args *args = data;
	int r = group_join(args->e->group, req->client->conn.session, args->encoding);

	if (r < 0)
		request_fail_errno(req, r, NULL, "cannot join the group");
	else
		answer_group(req, args);
}

static int leave_prepare(struct request *req, void *data)
{
	struct group_args *args = data;

	if (find_group(req, args) < 0)
		return -1;
	if (args->m)
		return 0;
	request_fail(req, ERROR_NOT_MEMBER, "socket", "this session is not a member of the group");
	return -1;
}

static void leave_run(struct request *req, void *data)
{
	struct group_args *args = data;

	group_leave(args->m);
	answer_group(req, args);
}

#define ARGS                                                                                                 \
	.args_size = sizeof(struct group_args), .result = group_result,                                      \
	.answers = ANSWERS_OWNER | ANSWERS_GROUP

const struct method group_methods[] = {
    {"group",
     "Shares a listening socket with sessions that join (traffic modes as in RFC 4666), or changes the mode",
     .params = group_params, ARGS, .owned = true, .prepare = group_prepare, .run = group_run,
     .example =
         "{\"socket\":1,\"mode\":\"override\"}\n{\"socket\":1,\"mode\":\"loadshare\",\"takeover_ms\":500}"},
    {"join",
     "Becomes a member of a group, and at once gets the group's sockets and associations without an owner",
     .params = join_params, ARGS, .prepare = join_prepare, .run = join_run, .example = "{\"socket\":1}"},
    {"leave", "Leaves a group: the caller's sockets and associations of the group go to other members",
     .params = leave_params, ARGS, .prepare = leave_prepare, .run = leave_run, .example = "{\"socket\":1}"},
    {0},
};
