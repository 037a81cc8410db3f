/* Reads the configuration again while the daemon runs: all of it comes into force, or nothing.
 *
 * The rules need lookups of users and groups, which may take long with a directory service. So a thread
 * reads the configuration and touches nothing of the daemon's; the loop goes on and takes the result. */
#include "admin/reload.h"

#include "config/access.h"
#include "feed/dry.h"
#include "feed/event_log.h"
#include "sctp/core.h"
#include "sctp/waiter.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>

/* These settings hold from start to end: the socket exists and the stacks run. */
static const char *const fixed[] = {"runtime_dir", "stack",        "udp_port",   "raw",
                                    "socket_mode", "socket_group", "watchdog_s", "core_dumps"};

/* Seconds that the end of the daemon waits for the thread. */
#define END_SECONDS 1

struct reload {
	struct core *core;
	struct event *done;
	int fd; /* readable: the thread has ended */
	bool reading, again;
	uint64_t turn;               /* number of the present or latest reading */
	struct waiter_queue waiting; /* calls of reload_config, each of which waits for one reading */
	pthread_t thread;
	/* of the thread, while it reads */
	struct config *config;
	struct config_error error;
	int result;
	struct reload_changes changes; /* of the latest configuration that came into force */
};

/* --- comparing configurations --- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same(const struct shape *row, const struct config *a, const struct config *b)
{
	const void *left = (const char *)a + row->offset, *right = (const char *)b + row->offset;

	switch (row->kind) {
	case SHAPE_BOOL:
		return *(const bool *)left == *(const bool *)right;
	case SHAPE_UINT:
	case SHAPE_SET:
		return *(const uint64_t *)left == *(const uint64_t *)right;
	case SHAPE_ENUM:
		return *(const int *)left == *(const int *)right;
	case SHAPE_STRING:
		return same_text(*(const char *const *)left, *(const char *const *)right);
	case SHAPE_MAYBE:
	case SHAPE_INT:
	case SHAPE_STRINGS:
	case SHAPE_NUMBERS:
	case SHAPE_NAMED:
	case SHAPE_TEXT:
	case SHAPE_BYTES:
	case SHAPE_OBJECT:
	case SHAPE_LIST:
	case SHAPE_TREE:
	case SHAPE_WRITTEN:
	case SHAPE_END:
		break; /* a configuration has no such setting */
	}
	return true;
}

static bool is_fixed(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		if (strcmp(fixed[i], name) == 0)
			return true;
	return false;
}

static size_t count_settings(void)
{
	size_t n = 0;

	while (config_rows[n].name)
		n++;
	return n;
}

/* Names of the settings that differ, of those that may change or of the others. */
static struct strings list_changes(const struct config *a, const struct config *b, bool of_fixed)
{
	struct strings names = {.v = calloc(count_settings() + 1, sizeof(*names.v))};

	for (const struct shape *row = config_rows; names.v && row->name; row++)
		if (is_fixed(row->name) == of_fixed && !same(row, a, b))
			names.v[names.n++] = row->name;
	return names;
}

/* Fixed settings keep the values of @before. */
static void keep_fixed(struct config *c, const struct config *before)
{
	struct shape_error ignored;
	struct json_object *value;

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		json_object_object_del(c->json, fixed[i]);
		if (json_object_object_get_ex(before->json, fixed[i], &value))
			json_object_object_add(c->json, fixed[i], json_object_get(value));
	}
	shape_decode(config_rows, c->json, c, &ignored); /* cannot fail: each part of it was decoded before */
}

static size_t count_rules(const struct access *access)
{
	size_t n = 0;

	if (access_is_built_in(access))
		return 0;
	while (access_next(access, &n))
		;
	return n;
}

/* --- a new configuration comes into force --- */

static void log_changes(const char *what, const struct strings *names)
{
	for (size_t i = 0; i < names->n; i++)
		log_info("%s: %s", names->v[i], what);
}

static void changes_clear(struct reload_changes *changes)
{
	free(changes->changed.v);
	free(changes->needs_restart.v);
	*changes = (struct reload_changes){0};
}

/* Applies the new rules to observers and members of groups. Takes @before. */
static void apply_rules(struct core *core, struct access *before)
{
	reload_groups(core, before);
	event_log_rules_changed(core->event_log, before);
	dry_look_anew(core->dry);
}

/* Takes @config. */
static void apply(struct core *core, struct config *config, struct reload_changes *ret)
{
	struct config *before = core->config;
	size_t rules = count_rules(config->access);

	changes_clear(ret);
	ret->rules = rules;
	ret->needs_restart = list_changes(before, config, true);
	keep_fixed(config, before);
	ret->changed = list_changes(before, config, false);
	core->config = config;
	log_open(config_log_priority(config));
	log_info("the configuration was reloaded: %zu rules%s", rules,
	         rules ? "" : ", so the built-in rules are in force");
	config_log_oddities(config);
	log_changes("changed", &ret->changed);
	log_changes("keeps its value until the daemon is restarted", &ret->needs_restart);
	apply_rules(core, TAKE_PTR(before->access));
	accounts_reconsider(&core->accounts);
	config_free(before);
}

/* --- reading --- */

static void *read_config(void *arg)
{
	struct reload *r = arg;
	const struct config *now =
	    r->core->config; /* safe in this thread: the loop replaces it only after this thread has ended */

	r->result = config_load(&r->config, now->argc, now->argv, &r->error);
	eventfd_write(r->fd, 1);
	return NULL;
}

/* Finishes the calls that wait for this reading; calls that came meanwhile wait for the next. */
static void tell_waiting(struct reload *r)
{
	const struct outcome outcome = {.kind = OUTCOME_DONE, .result = r->result};
	struct waiter *w;

	while ((w = TAILQ_FIRST(&r->waiting)) && (uintptr_t)w->subject <= r->turn)
		waiter_finish(w, &outcome);
}

static void finish(struct reload *r)
{
	if (r->result == 0)
		apply(r->core, TAKE_PTR(r->config), &r->changes);
	else
		log_error("the configuration is not changed: %s", r->error.text);
	tell_waiting(r);
	sd_notify(false, "READY=1");
}

/* The message that sd_notify(3) requires. */
static void notify_reloading(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%llu",
	           ts.tv_sec * 1000000ULL + (unsigned long long)ts.tv_nsec / 1000);
}

void reload_start(struct reload *r)
{
	if (r->reading) {
		r->again = true;
		return;
	}
	r->turn++;
	notify_reloading();
	r->reading = pthread_create(&r->thread, NULL, read_config, r) == 0;
	if (r->reading)
		return;
	r->result = -EAGAIN;
	r->error = (struct config_error){0};
	snprintf(r->error.text, sizeof(r->error.text), "no thread to read it");
	finish(r);
}

struct waiter_queue *reload_waiting(struct reload *r)
{
	return &r->waiting;
}

void reload_start_for(struct reload *r, struct waiter *w)
{
	w->subject = (void *)(uintptr_t)(r->turn + 1);
	reload_start(r);
}

int reload_outcome(const struct reload *r, const struct reload_changes **changes,
                   const struct config_error **error)
{
	*changes = &r->changes;
	*error = &r->error;
	return r->result;
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct reload *r = arg;
	eventfd_t ignored;

	(void)what;
	eventfd_read(fd, &ignored);
	pthread_join(r->thread, NULL);
	r->reading = false;
	finish(r);
	if (!r->again)
		return;
	r->again = false;
	reload_start(r);
}

struct reload *reload_new(struct core *core)
{
	struct reload *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->core = core;
	TAILQ_INIT(&r->waiting);
	r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->done = r->fd < 0 ? NULL : event_new(core->base, r->fd, EV_READ | EV_PERSIST, on_done, r);
	return r->done && event_add(r->done, NULL) == 0 ? r : reload_free(r);
}

/* Whether the thread has ended. A directory service may take any time, but the end of the daemon may not. */
static bool thread_ended(struct reload *r)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_SECONDS;
	return pthread_timedjoin_np(r->thread, NULL, &until) == 0;
}

struct reload *reload_free(struct reload *r)
{
	if (!r)
		return NULL;
	if (r->reading && !thread_ended(r)) {
		log_warning("the configuration is still being read: users and groups were not found in time");
		return NULL; /* its memory stays, because the thread writes to it; the process ends now */
	}
	config_free(r->config);
	changes_clear(&r->changes);
	if (r->done)
		event_free(r->done);
	closep(&r->fd);
	free(r);
	return NULL;
}
