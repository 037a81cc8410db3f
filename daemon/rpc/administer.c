/* reload: reads the configuration anew. */
#include "admin/reload.h"
#include "rpc/dispatch.h"
#include "rpc/permit.h"
#include "sctp/core.h"
#include "server/client.h"

#include <json-c/json.h>

#define AT(member) .offset = offsetof(struct reload_changes, member)
static const struct shape reload_result[] = {
    {"rules", SHAPE_UINT, AT(rules), .required = true,
     .summary = "Number of access rules in the file; 0: the built-in rules are in force"},
    {"changed", SHAPE_STRINGS, AT(changed),
     .summary = "Settings with new values, which apply to later calls"},
    {"needs_restart", SHAPE_STRINGS, AT(needs_restart),
     .summary = "Settings that the file changes, but that keep their values until the daemon is restarted"},
    {0},
};
#undef AT

static void reload_refuse(struct request *req, const struct config_error *error)
{
	if (*error->file)
		request_data(req)->file = error->file;
	if (error->line)
		request_data(req)->line = error->line;
	request_fail(req, ERROR_BAD_CONFIG, NULL, "the configuration is not changed: %s", error->text);
}

static void reload_done(struct waiter *w, const struct outcome *outcome)
{
	struct request *req = request_of(w);
	const struct config_error *error;
	const struct reload_changes *changes;

	if (outcome->kind != OUTCOME_DONE)
		request_finish(req, outcome);
	else if (reload_outcome(req->client->conn.core->reload, &changes, &error) < 0)
		reload_refuse(req, error);
	else
		request_answer(req, changes);
}

static int reload_prepare(struct request *req, void *args)
{
	(void)args;
	if (permit_administer(req) < 0)
		return -1;
	if (!req->client->conn.core->stopping)
		return request_may_park(req);
	request_fail(req, ERROR_SHUTTING_DOWN, NULL, "the daemon is shutting down");
	return -1;
}

static void reload_run(struct request *req, void *args)
{
	static const struct waiter_ops ops = {.done = reload_done};
	struct reload *reload = req->client->conn.core->reload;

	(void)args;
	if (request_park(req, reload_waiting(reload), UINT64_MAX, &ops) == 0)
		reload_start_for(reload, &req->waiter);
}

const struct method administer_methods[] = {
    {"reload",
     "Reads the configuration again: all of it comes into force, or nothing if there is a mistake in it. No "
     "client is disconnected, and no ownership changes",
     .result = reload_result, .prepare = reload_prepare, .run = reload_run},
    {0},
};
