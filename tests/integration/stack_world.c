/* A world for tests of one SCTP stack: a loop, endpoints, and associations that keep all they receive. */
#include "stack_world.h"
#include "util/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct world world;

static struct end *end_new(struct stack_endpoint *e)
{
	struct end *end = calloc(1, sizeof(*end));

	end->endpoint = e;
	end->last = &end->first;
	end->next = world.ends;
	world.ends = end;
	return end;
}

static void *on_accepted(void *endpoint_user, struct stack_assoc *assoc, const char **refusal)
{
	struct end *end;

	world.accepted_n++;
	if (world.refuse) {
		*refusal = world.refuse;
		return NULL;
	}
	end = end_new(endpoint_user);
	end->assoc = assoc;
	world.accepted = end;
	if (!world.hold_accepted)
		world.ops->want(assoc, STACK_READ);
	if (world.close_when_accepted)
		world_close(TAKE_PTR(world.close_when_accepted));
	return end;
}

static void on_readable(void *user)
{
	struct end *end = user;

	end->readable++;
	if (end->free_when_told)
		end_free(end);
	else if (!end->hold)
		end_drain(end);
}

static void on_writable(void *user)
{
	struct end *end = user;

	end->writable++;
	world.ops->want(end->assoc, STACK_READ);
}

static void on_accept_failed(void *endpoint_user, int error)
{
	(void)endpoint_user;
	world.accept_failed_n++;
	world.accept_error = error;
}

static void on_accept_paused(void *endpoint_user, int error)
{
	(void)endpoint_user;
	(void)error;
}

static const struct stack_sink sink = {on_accepted, on_readable, on_writable, on_accept_failed,
                                       on_accept_paused};

int world_start(const struct stack_ops *ops, const struct stack_config *config)
{
	int error;

	world.ops = ops;
	world.base = event_base_new();
	if (!world.base)
		return -ENOMEM;
	error = ops->start(config, world.base, &sink, &world.stack);
	if (!error)
		ops->describe(world.stack, &world.info);
	return error;
}

static void received_free(struct end *end)
{
	while (end->first) {
		struct received *next = end->first->next;

		free(end->first->bytes);
		free(end->first);
		end->first = next;
	}
	for (size_t i = 0; i < ARRAY_SIZE(end->partial); i++)
		free(end->partial[i]);
}

void world_reset(void)
{
	while (world.ends) {
		struct end *next = world.ends->next;

		end_free(world.ends);
		received_free(world.ends);
		free(world.ends);
		world.ends = next;
	}
	while (world.endpoints_n)
		world.ops->close(world.endpoints[--world.endpoints_n]);
	world.accepted = NULL;
	world.accepted_n = world.accept_failed_n = 0;
	world.accept_error = 0;
	world.refuse = NULL;
	world.hold_accepted = false;
	world.close_when_accepted = NULL;
}

void world_stop(void)
{
	world_reset();
	if (world.stack)
		world.ops->stop(world.stack);
	if (world.base)
		event_base_free(world.base);
}

static void on_deadline(evutil_socket_t fd, short what, void *over)
{
	(void)fd;
	(void)what;
	*(bool *)over = true;
}

bool world_wait(bool (*done)(void *arg), void *arg, unsigned ms)
{
	const struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	bool over = false;
	struct event *deadline = evtimer_new(world.base, on_deadline, &over);

	evtimer_add(deadline, &tv);
	while (!done(arg) && !over)
		event_base_loop(world.base, EVLOOP_ONCE);
	event_free(deadline);
	return done(arg);
}

struct address address_of(const char *text, uint16_t port)
{
	struct address a;

	if (address_parse(text, port, &a) < 0)
		abort();
	return a;
}

void world_keep(struct stack_endpoint *e)
{
	world.endpoints[world.endpoints_n++] = e;
}

void world_close(struct stack_endpoint *e)
{
	for (size_t i = 0; i < world.endpoints_n; i++)
		if (world.endpoints[i] == e)
			world.endpoints[i] = world.endpoints[--world.endpoints_n];
	world.ops->close(e);
}

int world_open(const char *text, uint16_t port, struct record *options, size_t options_n,
               struct stack_endpoint **ret)
{
	struct record all[8];
	struct address addr;
	size_t bad_addr = 0, bad_option = 0;
	struct stack_open how = {.addrs = &addr,
	                         .addrs_n = text ? 1 : 0,
	                         .port = port,
	                         .options = all,
	                         .bad_option = &bad_option,
	                         .bad_addr = &bad_addr};
	int error;

	if (text)
		addr = address_of(text, port);
	if (strcmp(world.info.transport, "udp") == 0) {
		record_init(&all[how.options_n], OPTION_remote_udp_encaps_port);
		record_set_number(&all[how.options_n++], FIELD_remote_udp_encaps_port_port,
		                  world.peer_udp_port ? world.peer_udp_port : world.info.udp_port);
	}
	for (size_t i = 0; i < options_n; i++)
		all[how.options_n++] = options[i];
	error = world.ops->open(world.stack, &how, NULL, ret);
	if (!error)
		world_keep(*ret);
	return error;
}

struct stack_endpoint *world_listener(uint16_t *port)
{
	_cleanup_(freep) struct address *local = NULL;
	struct stack_endpoint *e;

	if (world_open("127.0.0.1", *port, NULL, 0, &e) < 0 || world.ops->listen(e, 128) < 0 ||
	    world.ops->local_addrs(e, &local) < 1)
		return NULL;
	*port = address_port(&local[0]);
	return e;
}

int end_connect(struct stack_endpoint *e, const char *text, uint16_t port, struct end **ret)
{
	struct address a = address_of(text, port);
	struct end *end = end_new(e);
	int error = world.ops->connect(e, &a, 1, end, &end->assoc);

	*ret = end;
	if (!error)
		world.ops->want(end->assoc, STACK_READ);
	return error;
}

void end_free(struct end *end)
{
	struct stack_assoc *a = end->assoc;

	end->assoc = NULL;
	if (a)
		world.ops->free_assoc(a);
}

static struct received *end_append(struct end *end, const struct stack_item *item)
{
	struct received *r = calloc(1, sizeof(*r));

	r->kind = item->kind;
	*end->last = r;
	end->last = &r->next;
	return r;
}

static void take_data(struct end *end, const struct stack_item *item)
{
	unsigned s = item->stream % ARRAY_SIZE(end->partial);
	struct received *r;

	end->partial[s] = realloc(end->partial[s], end->partial_len[s] + item->len + 1);
	memcpy(end->partial[s] + end->partial_len[s], item->data, item->len);
	end->partial_len[s] += item->len;
	end->partial_pieces[s]++;
	if (!item->end)
		return;
	r = end_append(end, item);
	r->bytes = end->partial[s];
	r->len = end->partial_len[s];
	r->pieces = end->partial_pieces[s];
	r->stream = item->stream;
	r->ssn = item->ssn;
	r->ppid = item->ppid;
	r->unordered = item->unordered;
	end->partial[s] = NULL;
	end->partial_len[s] = end->partial_pieces[s] = 0;
	end->messages++;
}

static void take_event(struct end *end, const struct stack_item *item)
{
	struct received *r = end_append(end, item);
	const struct record_def *def;

	r->event = item->unknown_event ? -1 : (int)item->event.id;
	r->record = item->event;
	if (r->event < 0)
		return;
	def = &catalog_records[r->event];
	for (unsigned i = 0; i < def->count; i++) {
		enum field_kind kind = catalog_fields[def->first + i].kind;
		const struct value *v = &item->event.values[i];

		if (!v->present || (kind != KIND_CAUSES && kind != KIND_PAYLOAD && kind != KIND_LIST))
			continue;
		r->bytes = malloc(v->bytes.len + 1);
		memcpy(r->bytes, v->bytes.data, v->bytes.len);
		r->len = v->bytes.len;
	}
}

void end_drain(struct end *end)
{
	struct stack_item item;
	int n;

	while ((n = world.ops->recv(end->assoc, &item)) == 1)
		if (item.kind == STACK_DATA)
			take_data(end, &item);
		else
			take_event(end, &item);
	if (n < 0) {
		end->broken = n;
		world.ops->want(end->assoc, 0);
	}
}

int end_send(struct end *end, uint16_t stream, uint32_t ppid, const void *data, size_t len)
{
	const struct stack_send m = {
	    .data = data, .len = len, .stream = stream, .ppid = ppid, .pr_policy = NAME_pr_policy_none};

	return world.ops->send(end->assoc, &m);
}

struct received *end_event(struct end *end, enum record_id event, unsigned n)
{
	for (struct received *r = end->first; r; r = r->next)
		if (r->kind == STACK_EVENT && r->event == (int)event && n-- == 0)
			return r;
	return NULL;
}

struct received *end_message(struct end *end, unsigned n)
{
	for (struct received *r = end->first; r; r = r->next)
		if (r->kind == STACK_DATA && n-- == 0)
			return r;
	return NULL;
}

struct received *end_change(struct end *end, enum name_id state)
{
	struct received *r;

	for (unsigned i = 0; (r = end_event(end, EVENT_assoc_change, i)); i++)
		if (record_number(&r->record, FIELD_assoc_change_state) == (uint64_t)state)
			return r;
	return NULL;
}

struct change_wait {
	struct end *end;
	enum name_id state;
};

static bool changed(void *arg)
{
	struct change_wait *w = arg;

	return end_change(w->end, w->state);
}

bool end_wait_change(struct end *end, enum name_id state)
{
	struct change_wait w = {end, state};

	return world_wait(changed, &w, 20000);
}

struct message_wait {
	struct end *end;
	size_t n;
};

static bool has_messages(void *arg)
{
	struct message_wait *w = arg;

	return w->end->messages >= w->n;
}

bool end_wait_messages(struct end *end, size_t n, unsigned ms)
{
	struct message_wait w = {end, n};

	return world_wait(has_messages, &w, ms);
}

static bool was_accepted(void *arg)
{
	return world.accepted_n > *(unsigned *)arg;
}

bool world_pair(struct stack_endpoint *client, uint16_t port, struct end **near, struct end **far)
{
	unsigned before = world.accepted_n;

	if (end_connect(client, "127.0.0.1", port, near) < 0 ||
	    !end_wait_change(*near, NAME_assoc_change_state_comm_up) ||
	    !world_wait(was_accepted, &before, 20000))
		return false;
	*far = world.accepted;
	return true;
}

int count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}
