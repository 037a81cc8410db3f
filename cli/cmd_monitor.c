/* sctpctl monitor: events as they happen, one line each. */
#include "cli.h"

#include "arguments.h"
#include "event.h"
#include "loop.h"
#include "method.h"
#include "output.h"
#include "sctpd.h"
#include "text.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

struct monitor {
	struct cli *cli;
	uint64_t seen;
	/* events that came together with the answer to subscribe, whose snapshot is printed first; NULL
	 * afterwards. At most as many as one sctpd_process() reads */
	struct json_object *early;
};

static bool is_done(const struct monitor *m)
{
	return m->cli->count > 0 && m->seen >= m->cli->count;
}

static void print_notification(struct monitor *m, const char *method, struct json_object *params)
{
	if (is_done(m))
		return;
	if (m->cli->json)
		output_value(params, true);
	else
		event_print(method, params);
	m->seen++;
}

static void on_notification(struct sctpd *c, const char *method, const char *params, void *user)
{
	struct monitor *m = user;
	struct json_object *json = json_tokener_parse(params), *early;

	(void)c;
	if (!m->early) {
		print_notification(m, method, json);
		json_object_put(json);
		return;
	}
	early = json_object_new_object();
	json_object_object_add(early, "method", json_object_new_string(method));
	json_object_object_add(early, "params", json);
	json_object_array_add(m->early, early);
}

static void print_early(struct monitor *m)
{
	struct json_object *list = m->early, *each;

	m->early = NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		each = json_object_array_get_idx(list, i);
		print_notification(m, json_object_get_string(json_object_object_get(each, "method")),
		                   json_object_object_get(each, "params"));
	}
	json_object_put(list);
}

/* Converts the arguments; --events becomes one of them. */
static int parse_arguments(struct cli *cli, struct json_object *method, struct json_object **ret,
                           struct problem *problem)
{
	char **words = text_alloc((cli->args_n + 1) * sizeof(*words)), *events = NULL;
	int n = 0, r;

	for (; n < cli->args_n; n++)
		words[n] = cli->args[n];
	if (cli->events && asprintf(&events, "events=%s", cli->events) > 0)
		words[n++] = events;
	r = arguments_parse(method, words, n, ret, problem);
	free(events);
	free(words);
	return r;
}

static int subscribe(struct monitor *m, struct json_object *doc, struct json_object **ret)
{
	struct json_object *method, *params;
	struct problem problem;
	int status = STATUS_FAILED;
	bool of_params;

	method = method_find(doc, "subscribe", &problem);
	if (method && parse_arguments(m->cli, method, &params, &problem) == 0)
		status = cli_call(m->cli, "subscribe", params, QUERY_TIMEOUT_MS, ret, &problem);
	if (status == STATUS_DONE)
		return status;
	of_params = problem.of_params && method && !m->cli->json;
	problem_print(&problem, m->cli->json);
	if (of_params)
		method_print_params(method, stderr);
	return status;
}

static void print_snapshot(const struct cli *cli, struct json_object *result)
{
	struct json_object *snapshot;
	char *text;

	if (cli->json) {
		output_value(result, true);
		return;
	}
	if (!json_object_object_get_ex(result, "snapshot", &snapshot))
		return;
	text = event_snapshot(snapshot);
	printf("# %s now\n", text);
	free(text);
}

/* The time of --timeout is over. With --count that is a failure. */
static int end_of_time(const struct monitor *m)
{
	struct problem problem;

	if (m->cli->count == 0)
		return STATUS_DONE;
	problem_set(&problem, "timeout", NULL, "%" PRIu64 " of %" PRIu64 " events came within %d ms", m->seen,
	            m->cli->count, m->cli->timeout_ms);
	problem_print(&problem, m->cli->json);
	return STATUS_FAILED;
}

static int follow(struct monitor *m)
{
	int64_t end = loop_now() + m->cli->timeout_ms, left = -1;
	struct problem problem;
	bool input;
	int r = 0;

	while (r == 0 && !is_done(m) && !loop_interrupted()) {
		if (m->cli->timeout_ms >= 0 && (left = end - loop_now()) <= 0)
			return end_of_time(m);
		r = loop_wait(m->cli->c, false, (int)left, &input);
	}
	if (r == 0 || is_done(m))
		return STATUS_DONE;
	problem_set(&problem, "connection_lost", NULL, "%s", loop_failure(m->cli->c));
	problem_print(&problem, m->cli->json);
	return STATUS_UNREACHABLE;
}

static int run(struct cli *cli)
{
	struct monitor m = {.cli = cli};
	struct json_object *doc, *result = NULL;
	int status = cli_query(cli, "rpc.discover", NULL, &doc);

	if (status != STATUS_DONE)
		return status;
	loop_catch_signals();
	setvbuf(stdout, NULL, _IOLBF, 0);
	m.early = json_object_new_array();
	sctpd_set_notification_handler(cli->c, on_notification, &m);
	status = subscribe(&m, doc, &result);
	json_object_put(doc);
	if (status == STATUS_DONE) {
		print_snapshot(cli, result);
		print_early(&m);
		status = follow(&m);
	}
	json_object_put(m.early);
	json_object_put(result);
	return status;
}

const struct command command_monitor = {
    .name = "monitor",
    .arguments = "[socket=N | assoc=N | KEY=VALUE]...",
    .summary = "Print events as they happen",
    .details = "Begins with what there is now. Any parameter of the method subscribe may be given. Ends at "
               "SIGINT, SIGTERM,\n"
               "after --count events, after --timeout (with status 1 where --count events have not come by "
               "then), or with\n"
               "status 2 when the daemon goes.\n",
    .takes_args = true,
    .takes_events = true,
    .run = run,
};
