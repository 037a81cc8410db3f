/* bindx: adds and removes local addresses of a socket or an association. */
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/bindx.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "view/view_socket.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

struct bindx_args {
	uint64_t socket, assoc;
	struct strings addrs[BINDX_COUNT];
	struct endpoint *e;
	struct assoc *a;
};

static const char *const names[BINDX_COUNT] = {"add", "remove"};

static const struct shape bindx_params[] = {
    {"socket", SHAPE_UINT, .offset = offsetof(struct bindx_args, socket), .min = 1,
     .summary = "The socket: for associations to come, and for present ones that can tell their peers"},
    {"assoc", SHAPE_UINT, .offset = offsetof(struct bindx_args, assoc), .min = 1,
     .summary = "This association alone, instead of a socket"},
    {"add", SHAPE_STRINGS, .offset = offsetof(struct bindx_args, addrs[BINDX_ADD]), .max = TARGET_ADDRS_MAX,
     .summary = "Addresses to add"},
    {"remove", SHAPE_STRINGS, .offset = offsetof(struct bindx_args, addrs[BINDX_REMOVE]),
     .max = TARGET_ADDRS_MAX, .summary = "Addresses to remove"},
    {0},
};

struct bindx_result {
	struct strings addrs;
	struct numbers told, not_told;
};

#define AT(member) .offset = offsetof(struct bindx_result, member)
static const struct shape bindx_result[] = {
    {"told", SHAPE_NUMBERS, AT(told), .required = true,
     .summary = "Associations that have changed, and tell their peers (RFC 5061)"},
    {"not_told", SHAPE_NUMBERS, AT(not_told), .required = true,
     .summary = "Associations that keep their addresses: they did not negotiate asconf_supported, are not "
                "established, or the stack (usrsctp) cannot add an address to a socket and its associations"},
    {"addrs", SHAPE_STRINGS, AT(addrs), .max = 1024,
     .summary = "The local addresses now, if they can be read; an association has a new one only after its "
                "peer has agreed"},
    {0},
};
#undef AT

static int check_assoc(struct request *req, const struct assoc *a)
{
	unsigned long long id = a->id;

	if (assoc_is_connecting(a))
		request_fail(req, ERROR_NOT_CONNECTED, "assoc", "association %llu is not established yet",
		             id);
	else if (!assoc_can_send(a))
		request_fail(req, ERROR_ASSOC_CLOSED, "assoc", "association %llu %s", id,
		             assoc_is_over(a) ? "has ended" : "is being shut down");
	else if (!bindx_can_tell(a))
		request_fail(
		    req, ERROR_NOT_NEGOTIATED, "assoc",
		    "association %llu cannot tell its peer: both ends need asconf_supported as it begins, "
		    "and on the kernel's stack auth_supported too, or net.sctp.addip_noauth_enable",
		    id);
	else
		return 0;
	return -1;
}

static int find_target(struct request *req, struct bindx_args *args)
{
	if (target_check_one(req, args->assoc, args->socket) < 0)
		return -1;
	if (args->assoc)
		args->a = target_assoc(req, args->assoc, true);
	else
		args->e = target_parent(req, args->socket, "change its addresses; `assoc` does");
	if (args->a)
		args->e = args->a->endpoint;
	return args->e ? 0 : -1;
}

static int check_wildcard(struct request *req, const struct bindx_args *args)
{
	if (!args->e->wildcard)
		return 0;
	request_fail(req, ERROR_BOUND_TO_ALL, args->assoc ? "assoc" : "socket",
	             "socket %llu was opened for every address of the host: none can be added or removed",
	             (unsigned long long)args->e->id);
	return -1;
}

/* Fills in @ret. The caller frees its addresses. */
static int make_change(struct request *req, const struct bindx_args *args, struct bindx *ret)
{
	*ret = (struct bindx){.e = args->e, .only = args->a};
	for (int i = 0; i < BINDX_COUNT; i++) {
		struct address *addrs = NULL;
		int n = target_addrs(req, names[i], &args->addrs[i], args->e->port, TARGET_LOCAL,
		                     args->e->slot, &addrs);

		if (n < 0)
			return -1;
		ret->addrs[i] = addrs;
		ret->n[i] = n;
	}
	return 0;
}

static void change_clear(struct bindx *b)
{
	for (int i = 0; i < BINDX_COUNT; i++)
		free((struct address *)b->addrs[i]);
}

static int bindx_prepare(struct request *req, void *data)
{
	_cleanup_(change_clear) struct bindx change = {0};
	struct bindx_args *args = data;

	if (find_target(req, args) < 0)
		return -1;
	if (args->addrs[BINDX_ADD].n + args->addrs[BINDX_REMOVE].n == 0) {
		request_fail(req, ERROR_INVALID_PARAMS, "add",
		             "expected addresses in `add`, `remove` or both");
		return -1;
	}
	if (make_change(req, args, &change) < 0 || check_wildcard(req, args) < 0)
		return -1;
	return args->a ? check_assoc(req, args->a) : 0;
}

/* The index of the text that @fault is about. If the fault names none: 0 where there is only one text, else
 * their number. */
static size_t fault_index(const struct bindx *change, const struct bindx_fault *fault,
                          const struct strings *texts)
{
	if (fault->index < change->n[fault->what])
		return target_addr_index(texts, &change->addrs[fault->what][fault->index]);
	return texts->n == 1 ? 0 : texts->n;
}

static void fail_change(struct request *req, const struct bindx_args *args, const struct bindx *change,
                        const struct bindx_fault *fault, int error)
{
	const struct strings *texts = &args->addrs[fault->what];
	size_t i = fault_index(change, fault, texts);
	bool known = i < texts->n;
	char param[32], what[160];

	snprintf(param, sizeof(param), known ? "%s[%zu]" : "%s", names[fault->what], i);
	if (fault->a)
		request_data(req)->assoc = fault->a->id;
	if (error == -EBUSY) {
		request_fail(
		    req, ERROR_LAST_ADDRESS, param, "%s",
		    fault->a && args->addrs[BINDX_ADD].n
		        ? "the last address that the peer has agreed to cannot be removed: on this stack "
		          "add another first, and wait until `addrs` of the association has it"
		        : "the last address cannot be removed");
		return;
	}
	snprintf(what, sizeof(what), "cannot %s %.64s%s", names[fault->what], texts->v[known ? i : 0],
	         known ? "" : " and the others");
	request_fail_errno(req, error, param, what);
}

/* The ids of associations that go on, and tell their peer or do not (@told). Read before the change, which
 * may end an association that tells its peer. */
static struct numbers list_assocs(const struct bindx *b, bool told, struct arena *arena)
{
	uint64_t *v = arena_alloc(arena, (b->e->assocs_n + 1) * sizeof(*v));
	struct assoc *a;
	size_t n = 0;

	TAILQ_FOREACH (a, &b->e->assocs, in_endpoint)
		if (v && (!b->only || a == b->only) && !assoc_is_over(a) && bindx_tells(b, a) == told)
			v[n++] = a->id;
	return (struct numbers){v, n};
}

static struct strings list_addrs(const struct bindx_args *args, struct arena *arena)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n;

	if (!args->a)
		return view_local_addrs(args->e, arena);
	n = args->e->slot->ops->assoc_local_addrs(args->a->stack, &addrs);
	return view_addrs(addrs, n, arena);
}

static void bindx_run(struct request *req, void *data)
{
	_cleanup_(change_clear) struct bindx change = {0};
	_cleanup_(arena_clear) struct arena arena = {0};
	struct bindx_args *args = data;
	struct bindx_result result;
	struct bindx_fault fault;
	int r;

	if (make_change(req, args, &change) < 0)
		return;
	result.told = list_assocs(&change, true, &arena);
	result.not_told = list_assocs(&change, false, &arena);
	r = bindx_change(&change, &fault);
	if (r < 0) {
		fail_change(req, args, &change, &fault, r);
		return;
	}
	result.addrs = list_addrs(args, &arena);
	request_answer_in(req, &result, &arena);
}

const struct method bindx_methods[] = {
    {"bindx", "Adds and removes local addresses, and tells peers of it (RFC 6458 9.1, RFC 5061)",
     .params = bindx_params, .args_size = sizeof(struct bindx_args), .result = bindx_result,
     .prepare = bindx_prepare, .owned = true, .run = bindx_run,
     .example = "{\"socket\":1,\"add\":[\"127.0.0.1\"]}"},
    {0},
};
