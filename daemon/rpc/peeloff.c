/* peeloff: an association gets a socket of its own. */
#include "rpc/dispatch.h"
#include "rpc/permit.h"
#include "rpc/socket.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_open.h"
#include "sctp/reading.h"

#include <json-c/json.h>

struct peeloff_args {
	uint64_t assoc;
	struct assoc *a;
};

static const struct shape peeloff_params[] = {
    {"assoc", SHAPE_UINT, .required = true, .offset = offsetof(struct peeloff_args, assoc), .min = 1,
     .summary = "The association, established or shutting down"},
    {0},
};

struct peeloff_result {
	uint64_t socket, assoc;
};

static const struct shape peeloff_result[] = {
    {"socket", SHAPE_UINT, .offset = offsetof(struct peeloff_result, socket), .required = true,
     .summary = "Its new socket: it ends with the association, neither listens nor connects, and has the "
                "association's options"},
    {"assoc", SHAPE_UINT, .offset = offsetof(struct peeloff_result, assoc), .required = true,
     .summary = "Its id, as before"},
    {0},
};

static int check_state(struct request *req, const struct assoc *a)
{
	if (assoc_is_up(a))
		return 0;
	if (assoc_is_connecting(a))
		request_fail(req, ERROR_NOT_CONNECTED, "assoc", "association %llu is not established yet",
		             (unsigned long long)a->id);
	else
		request_fail(req, ERROR_ASSOC_CLOSED, "assoc", "association %llu has ended",
		             (unsigned long long)a->id);
	return -1;
}

static int check_socket(struct request *req, const struct endpoint *e)
{
	if (!e->peeled && !e->closing)
		return 0;
	request_data(req)->socket = e->id;
	if (e->peeled)
		request_fail(req, ERROR_PEELED_OFF, "assoc", "it is already peeled off, on socket %llu",
		             (unsigned long long)e->id);
	else
		request_fail(req, ERROR_SOCKET_CLOSING, "assoc", "its socket %llu is being closed",
		             (unsigned long long)e->id);
	return -1;
}

static int peeloff_prepare(struct request *req, void *data)
{
	struct peeloff_args *args = data;

	args->a = target_assoc(req, args->assoc, true);
	if (!args->a || permit_own(req, "assoc") < 0 || check_state(req, args->a) < 0 ||
	    check_socket(req, args->a->endpoint) < 0)
		return -1;
	return socket_may_open(req);
}

/* The reader may change: from a subscription of the former socket to one of all data of the owner. */
static void peeloff_run(struct request *req, void *data)
{
	struct peeloff_args *args = data;
	struct endpoint *e;
	int r = endpoint_peel_off(args->a, &e);

	if (r < 0) {
		request_fail_errno(req, r, "assoc", "cannot peel off");
		return;
	}
	request_answer(req, &(struct peeloff_result){e->id, args->a->id});
	reading_wake(args->a);
}

const struct method peeloff_methods[] = {
    {"peeloff", "Moves an association to a socket of its own (RFC 6458 9.2), with its unread items",
     .params = peeloff_params, .args_size = sizeof(struct peeloff_args), .result = peeloff_result,
     .prepare = peeloff_prepare, .owned = true, .run = peeloff_run, .example = "{\"assoc\":1}"},
    {0},
};
