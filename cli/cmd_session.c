/* sctpctl session: reads calls from standard input over one connection, and prints answers and
 * notifications as they come. */
#include "cli.h"

#include "buffer.h"
#include "event.h"
#include "loop.h"
#include "method.h"
#include "output.h"
#include "sctpd.h"
#include "session_line.h"
#include "text.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Above these limits standard input waits. One line still fits below the library's own limit. */
#define WAITING_MARK 1024
#define OUTPUT_MARK  (1024 * 1024)

/* A longer line ends the session. */
#define LINE_MAX_BYTES (2 * 1024 * 1024)

#define READ_SIZE 4096

struct session {
	struct cli *cli;
	struct json_object *doc;  /* the document of rpc.discover */
	struct json_object *vars; /* members of earlier results: $socket */
	struct buffer input;
	bool ended;       /* standard input has ended */
	bool quit;        /* ends without waiting for answers */
	bool interactive; /* a person types */
	bool prompted;
	unsigned waiting;
	struct session_call *awaited; /* the call whose answer the next line waits for; NULL: none */
	int64_t lines;                /* numbers the calls without an id of their own */
	int status;
};

/* A call without its answer yet. */
struct session_call {
	struct session *session;
	struct json_object *id;
	char *method;
	bool wait;
};

/* Takes @value. */
static void print_record(struct json_object *id, const char *key, struct json_object *value)
{
	struct json_object *record = json_object_new_object();

	json_object_object_add(record, "id", json_object_get(id));
	json_object_object_add(record, key, value);
	output_value(record, true);
	json_object_put(record);
}

/* Moves the output off the line of the prompt. */
static void begin_output(struct session *s)
{
	if (s->prompted)
		putchar('\n');
	s->prompted = false;
}

/* @id may be NULL. Frees what @problem holds. */
static void print_problem(struct session *s, struct json_object *id, struct problem *problem,
                          const char *method)
{
	bool of_params = problem->of_params, of_method = problem->of_method;
	struct json_object *described;
	struct problem ignored;

	s->status = STATUS_FAILED;
	if (s->cli->json) {
		print_record(id, "error", problem_to_json(problem));
		problem_free(problem);
		return;
	}
	problem_print(problem, false);
	described = method && of_params ? method_find(s->doc, method, &ignored) : NULL;
	if (described)
		method_print_params(described, stderr);
	if (of_method)
		fputs("`help` lists the methods.\n", stderr);
}

static void print_result(struct session *s, const struct session_call *call, struct json_object *result)
{
	cli_hide_secrets(s->cli, result);
	if (s->cli->json) {
		print_record(call->id, "result", json_object_get(result));
		return;
	}
	if (!call->wait)
		printf("# %s\n", call->method);
	output_value(result, false);
}

/* Keeps the scalars of a result as $names for later lines. */
static void remember(struct session *s, struct json_object *result)
{
	if (!json_object_is_type(result, json_type_object))
		return;
	json_object_object_foreach (result, key, value) {
		if (value && text_is_plain(value) && !json_object_is_type(value, json_type_array))
			json_object_object_add(s->vars, key, json_object_get(value));
	}
}

static void on_reply(struct sctpd *c, uint64_t id, const char *result, const struct sctpd_error *error,
                     void *user)
{
	struct session_call *call = user;
	struct session *s = call->session;
	struct json_object *json;
	struct problem problem;

	(void)c;
	(void)id;
	s->waiting--;
	if (call == s->awaited)
		s->awaited = NULL;
	begin_output(s);
	if (result) {
		json = json_tokener_parse(result);
		remember(s, json);
		print_result(s, call, json);
		json_object_put(json);
	} else if (!s->quit) {
		problem_from_error(&problem, error);
		print_problem(s, call->id, &problem, NULL);
	}
	json_object_put(call->id);
	free(call->method);
	free(call);
}

static void on_notification(struct sctpd *c, const char *method, const char *params, void *user)
{
	struct session *s = user;
	struct json_object *json = json_tokener_parse(params), *record;

	(void)c;
	begin_output(s);
	if (s->cli->json) {
		record = json_object_new_object();
		json_object_object_add(record, "method", json_object_new_string(method));
		json_object_object_add(record, "params", json);
		output_value(record, true);
		json_object_put(record);
		return;
	}
	event_print(method, json);
	json_object_put(json);
}

static void make_call(struct session *s, struct session_line *line, struct json_object *id)
{
	struct session_call *call = text_alloc(sizeof(*call));
	struct problem problem;
	int r;

	*call = (struct session_call){s, json_object_get(id), strdup(line->method), line->wait};
	r = sctpd_call_async(s->cli->c, line->method, line->params ? text_of_json(line->params) : NULL,
	                     on_reply, call, NULL);
	if (r == 0) {
		s->waiting++;
		s->awaited = line->wait ? call : NULL;
		return;
	}
	problem_set(&problem, "not_sent", NULL, "%s cannot be called: %s", line->method, strerror(-r));
	print_problem(s, id, &problem, NULL);
	json_object_put(call->id);
	free(call->method);
	free(call);
}

static void print_help(struct session *s, const char *method)
{
	struct problem ignored;

	if (method) {
		method_print_params(method_find(s->doc, method, &ignored), stdout);
		return;
	}
	puts("METHOD KEY=VALUE… calls and waits for the answer, with & at the end it does not wait. $name is "
	     "what a result\n"
	     "before had under that name: `open port=5000`, then `listen socket=$socket`. `help METHOD` says "
	     "what it\n"
	     "takes, `quit` or the end of the input ends.\n");
	method_print_names(s->doc, stdout);
}

static void serve_line(struct session *s, const char *text, size_t len)
{
	char *copy = strndup(text, len), method[64];
	struct session_line line;
	struct json_object *id;
	struct problem problem;

	if (len > 0 && copy[len - 1] == '\r')
		copy[len - 1] = '\0';
	s->lines++;
	s->prompted = false;
	if (session_line_parse(copy, s->doc, s->vars, &line, &problem) < 0) {
		id = line.id ? json_object_get(line.id) : json_object_new_int64(s->lines);
		snprintf(method, sizeof(method), "%.*s", (int)strcspn(copy, " \t"), copy);
		print_problem(s, id, &problem, method);
		json_object_put(id);
	} else if (line.help) {
		print_help(s, line.method);
	} else if (line.quit) {
		s->ended = s->quit = true;
	} else if (line.method) {
		id = line.id ? json_object_get(line.id) : json_object_new_int64(s->lines);
		make_call(s, &line, id);
		json_object_put(id);
	}
	session_line_free(&line);
	free(copy);
}

static bool may_take(const struct session *s)
{
	return !s->quit && !s->awaited && s->waiting < WAITING_MARK &&
	       sctpd_get_output(s->cli->c) < OUTPUT_MARK;
}

/* Handles the lines that have been read, as far as they need not wait for answers. */
static void serve_lines(struct session *s)
{
	const char *line;
	size_t len;

	while (may_take(s) && (line = buffer_line(&s->input, &len))) {
		serve_line(s, line, len);
		buffer_take(&s->input, len + 1);
	}
	/* the last line may lack its newline */
	if (may_take(s) && s->ended && (len = buffer_length(&s->input)) > 0) {
		serve_line(s, s->input.data + s->input.start, len);
		buffer_take(&s->input, len);
	}
}

static void read_input(struct session *s)
{
	char *room = buffer_reserve(&s->input, READ_SIZE);
	struct problem problem;
	ssize_t n = room ? read(STDIN_FILENO, room, READ_SIZE) : 0;

	if (n > 0)
		buffer_commit(&s->input, n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		s->ended = true;
	if (buffer_length(&s->input) <= LINE_MAX_BYTES)
		return;
	problem_set(&problem, "line_too_long", NULL, "a line of standard input has more than %d bytes",
	            LINE_MAX_BYTES);
	print_problem(s, NULL, &problem, NULL);
	s->ended = s->quit = true;
}

static void prompt(struct session *s)
{
	if (!s->interactive || s->prompted || s->ended || s->awaited)
		return;
	fputs("sctpctl> ", stdout);
	fflush(stdout);
	s->prompted = true;
}

/* ^C of a person who types. A call cannot be taken back: its answer may bring messages, which must not get
 * lost. So ^C only ends the wait. */
static void on_interrupt(struct session *s)
{
	s->prompted = false;
	if (!s->awaited) {
		puts("\n# `quit`, or the end of the input, ends the session and gives up what it owns");
		return;
	}
	printf("\n# %s goes on; its answer is shown when it comes\n", s->awaited->method);
	s->awaited->wait = false;
	s->awaited = NULL;
}

static bool is_over(const struct session *s)
{
	return s->quit || loop_interrupted() ||
	       (s->ended && s->waiting == 0 && buffer_length(&s->input) == 0);
}

static int run_session(struct session *s)
{
	struct problem problem;
	bool ready = false;
	int r = 0;

	for (;;) {
		if (s->interactive && loop_take_interrupt())
			on_interrupt(s);
		serve_lines(s);
		if (r < 0 || is_over(s))
			break;
		prompt(s);
		r = loop_wait(s->cli->c, !s->ended && may_take(s), -1, &ready);
		if (ready)
			read_input(s);
	}
	begin_output(s);
	s->quit = true;
	if (r == 0)
		return s->status;
	problem_set(&problem, "connection_lost", NULL, "%s", loop_failure(s->cli->c));
	problem_print(&problem, s->cli->json);
	return STATUS_UNREACHABLE;
}

static int run(struct cli *cli)
{
	struct session s = {.cli = cli, .interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
	int status = cli_query(cli, "rpc.discover", NULL, &s.doc);

	if (status != STATUS_DONE)
		return status;
	loop_catch_signals();
	setvbuf(stdout, NULL, _IOLBF, 0);
	s.vars = json_object_new_object();
	sctpd_set_notification_handler(cli->c, on_notification, &s);
	status = run_session(&s);
	/* answers the waiting calls while their handlers' data still exists */
	cli->c = sctpd_close(cli->c);
	json_object_put(s.vars);
	json_object_put(s.doc);
	buffer_free(&s.input);
	return status;
}

const struct command command_session = {
    .name = "session",
    .arguments = "",
    .summary = "Read calls from standard input, over one connection",
    .details = "A line is METHOD [KEY=VALUE | KEY:=JSON]... as for `call`; the next is read when it is "
               "answered, or with & at its\n"
               "end at once. $name stands for what an earlier result had under that name:\n\n"
               "  open port=5000 listen=true\n"
               "  subscribe socket=$socket\n"
               "  connect socket=$socket addrs=192.0.2.1 port=5000\n"
               "  send assoc=$assoc text='hello, world'\n\n"
               "A line may also be a JSON object with method, params and id; it is not waited for. With "
               "--json each line of\n"
               "output is {id, result}, {id, error} or a notification {method, params}. At the end of the "
               "input what waits\n"
               "is still answered. What the session opened is held for its linger_ms, then closed. Status 1: "
               "a call failed.\n"
               "`rlwrap sctpctl session` edits lines and keeps them.\n",
    .run = run,
};
