/* The daemon: the parts put together, and its life from start to stop. */
#include "daemon.h"

#include "admin/health.h"
#include "admin/reload.h"
#include "check.h"
#include "feed/dry.h"
#include "feed/event_log.h"
#include "feed/event_text.h"
#include "feed/notify.h"
#include "loop/sweep.h"
#include "loop/watchdog.h"
#include "rpc/dispatch.h"
#include "sctp/assoc.h"
#include "sctp/assoc_open.h"
#include "sctp/assoc_read.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_close.h"
#include "sctp/event.h"
#include "sctp/release.h"
#include "sctp/sending.h"
#include "sctp/sharing.h"
#include "server/listener.h"
#include "stack/stacks.h"
#include "util/cleanup.h"
#include "util/descriptors.h"
#include "util/ids.h"
#include "util/log.h"
#include "util/memory.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>

struct daemon {
	struct core core;
	struct listener *listener;
	struct event *signals[3], *deadline, *checks;
};

static void on_accept_failed(void *endpoint, int error)
{
	const struct endpoint *e = endpoint;

	log_limited(LOG_KIND_LOST, LOG_ERR, "socket %llu: an association of a peer was lost: %s",
	            (unsigned long long)e->id, strerror(-error));
}

static void on_accept_paused(void *endpoint, int error)
{
	struct endpoint *e = endpoint;

	log_limited(LOG_KIND_LOST, LOG_ERR, "socket %llu: associations of peers %s for a while: %s",
	            (unsigned long long)e->id, error == -EMFILE ? "are refused" : "wait", strerror(-error));
	if (error == -EMFILE)
		event_tell(e->core, &(struct event_info){.id = EVENT_assoc_refused,
		                                         .e = e,
		                                         .why = "the daemon has no free descriptor"});
}

static const struct stack_sink sink = {
    .accepted = assoc_accepted,
    .readable = assoc_readable,
    .writable = assoc_writable,
    .accept_failed = on_accept_failed,
    .accept_paused = on_accept_paused,
};

static void stack_is_absent(struct daemon *d, const struct stack_ops *ops, const char *why)
{
	struct stack_absence *absence;

	if (d->core.absences_n == CORE_STACKS_MAX)
		return;
	absence = &d->core.absences[d->core.absences_n++];
	absence->ops = ops;
	snprintf(absence->why, sizeof(absence->why), "%s", why);
}

static int start_stack(struct daemon *d, const struct stack_ops *ops, const struct stack_config *config)
{
	struct stack_slot *slot = &d->core.stacks[d->core.stacks_n];
	char why[256] = "";
	int r = ops->probe(config, why, sizeof(why));

	if (r < 0) {
		log_line(config->asked ? LOG_ERR : LOG_INFO, "the %s stack does not run here: %s%s",
		         ops->name, why, r == -EADDRINUSE ? "; --udp-port chooses another port" : "");
		stack_is_absent(d, ops, why);
		return r;
	}
	slot->ops = ops;
	r = ops->start(config, d->core.base, &sink, &slot->stack);
	if (r < 0) {
		log_error("the %s stack did not start: %s", ops->name, strerror(-r));
		stack_is_absent(d, ops, strerror(-r));
		return r;
	}
	ops->describe(slot->stack, &slot->info);
	d->core.stacks_n++;
	log_info("the %s stack runs: %s over %s", ops->name, slot->info.version, slot->info.transport);
	if (slot->info.notice)
		log_info("%s: %s", slot->info.version, slot->info.notice);
	return 0;
}

/* Warns of the consequence when the first choice of a stack does not run: which peers can be reached. */
static void tell_consequence(const struct daemon *d)
{
	const struct stack_info *info = &d->core.stacks[0].info;

	if (d->core.absences_n && strcmp(info->transport, "udp") == 0)
		log_warning(
		    "the %s stack speaks SCTP over UDP (port %u): peers that speak plain SCTP cannot be "
		    "reached; %s",
		    info->name, info->udp_port, d->core.absences[0].why);
}

/* Starts the first stack that runs here, in the order of the built-in table. */
static int start_any_stack(struct daemon *d, struct stack_config *config)
{
	for (const struct stack_ops *const *ops = d->core.built_in; *ops; ops++)
		if (start_stack(d, *ops, config) == 0) {
			tell_consequence(d);
			return 0;
		}
	log_error("no SCTP stack runs here");
	return -EPROTONOSUPPORT;
}

static int start_named_stack(struct daemon *d, struct stack_config *config, const char *name)
{
	const struct stack_ops *ops = core_find_built_in(&d->core, name);

	if (!ops) {
		log_error("stack: there is no stack \"%s\"; try auto, kernel or usrsctp", name);
		return -EINVAL;
	}
	if (core_find_stack(&d->core, name) && d->core.stacks_n > 0) {
		log_error("stack: \"%s\" is named twice", name);
		return -EINVAL;
	}
	if (d->core.stacks_n == CORE_STACKS_MAX)
		return -ENOSPC;
	config->asked = true;
	return start_stack(d, ops, config);
}

static int start_stacks(struct daemon *d)
{
	struct stack_config config = {.udp_port = d->core.config->udp_port, .raw = d->core.config->raw};
	char names[128], *rest = NULL;
	int r = 0;

	if (strcmp(d->core.config->stack, "auto") == 0)
		return start_any_stack(d, &config);
	snprintf(names, sizeof(names), "%s", d->core.config->stack);
	for (char *name = strtok_r(names, ",", &rest); name && r == 0; name = strtok_r(NULL, ",", &rest))
		r = start_named_stack(d, &config, name);
	if (r == 0 && d->core.stacks_n == 0) {
		log_error("stack: \"%s\" names no stack", d->core.config->stack);
		r = -EINVAL;
	}
	return r;
}

static void on_stop_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	log_warning("associations remain after shutdown_timeout_ms; they are aborted");
	event_base_loopexit(d->core.base, NULL);
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	uint64_t id = 0, timeout_ms = d->core.config->shutdown_timeout_ms;
	struct timeval tv = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
	struct endpoint *e;

	(void)what;
	if (d->core.stopping)
		return;
	core_check(&d->core);
	log_info("%s: shutting associations down", strsignal(fd));
	sd_notify(false, "STOPPING=1");
	d->core.stopping = true;
	d->listener = listener_free(d->listener);
	evtimer_add(d->deadline, &tv);
	while ((e = ids_next(d->core.endpoints, id, &id)))
		if (!e->closing)
			endpoint_close(e, true, UINT64_MAX);
	core_check_stopped(&d->core);
}

static void on_hangup(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	if (!d->core.stopping)
		reload_start(d->core.reload);
}

static int make_boot_id(struct daemon *d)
{
	sd_id128_t id;
	int r = sd_id128_randomize(&id);

	if (r == 0)
		sd_id128_to_string(id, d->core.boot);
	return r;
}

static int make_base(struct daemon *d)
{
	d->core.base = event_base_new();
	if (!d->core.base)
		return -ENOMEM;
	d->signals[0] = evsignal_new(d->core.base, SIGTERM, on_stop, d);
	d->signals[1] = evsignal_new(d->core.base, SIGINT, on_stop, d);
	d->signals[2] = evsignal_new(d->core.base, SIGHUP, on_hangup, d);
	d->deadline = evtimer_new(d->core.base, on_stop_deadline, d);
	d->core.reload = reload_new(&d->core);
	if (!d->deadline || !d->core.reload ||
	    graves_init(&d->core.graves, d->core.base, graves_check, &d->core) < 0 ||
	    dues_init(&d->core.dues, d->core.base) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(d->signals); i++)
		if (!d->signals[i] || event_add(d->signals[i], NULL) < 0)
			return -ENOMEM;
	return 0;
}

/* Charges anew the memory that a stack keeps for an association: its peer changes that size, and the stack
 * does not report it before a message is complete. */
static void recount(void *assoc)
{
	assoc_recount(assoc);
}

static int make_tables(struct daemon *d)
{
	d->core.clients = ids_new();
	d->core.sessions = ids_new();
	d->core.endpoints = ids_new();
	d->core.assocs = ids_new();
	d->core.subscriptions = ids_new();
	d->core.event_log = event_log_new(&d->core);
	d->core.event_texts = event_texts_new();
	d->core.dry = dry_new(&d->core);
	d->core.recount = sweep_new(d->core.base, d->core.assocs, recount);
	d->core.openrpc = dispatch_openrpc_text();
	return d->core.clients && d->core.sessions && d->core.endpoints && d->core.assocs &&
	               d->core.subscriptions && d->core.event_log && d->core.event_texts && d->core.dry &&
	               d->core.recount && d->core.openrpc
	           ? 0
	           : -ENOMEM;
}

static int daemon_set_up(struct daemon *d)
{
	int r;

	signal(SIGPIPE, SIG_IGN);
	memory_init();
	r = descriptors_init();
	if (r == 0)
		r = make_boot_id(d);
	if (r == 0)
		r = make_base(d);
	if (r == 0)
		r = make_tables(d);
	if (r == 0)
		r = trim_init(&d->core.trim, d->core.base);
	if (r == 0)
		r = accounts_init(&d->core.accounts, d->core.base, &d->core.config, &d->core.trim);
	if (r == 0)
		r = checks_start(&d->core, &d->checks);
	if (r == 0)
		r = turns_init(&d->core.turns, d->core.base);
	if (r == 0)
		r = listener_new(&d->core, &dispatch_protocol, &d->listener);
	if (r == 0)
		r = start_stacks(d);
	if (r == 0)
		r = listener_start(d->listener);
	return r;
}

int daemon_new(struct config *config, struct daemon **ret)
{
	struct daemon *d = calloc(1, sizeof(*d));
	int r;

	if (!d) {
		config_free(config);
		return -ENOMEM;
	}
	d->core.config = config;
	d->core.built_in = stacks_built_in;
	d->core.feed = &notify_feed;
	d->core.sharing = &group_sharing;
	r = daemon_set_up(d);
	if (r < 0)
		daemon_free(d);
	else
		*ret = d;
	return r;
}

static void keep_descriptors_back(void)
{
	struct descriptors descriptors;

	descriptors_keep_back();
	descriptors = descriptors_get();
	log_info("%zu descriptors, of which %zu are reserved for root and the daemon's user",
	         descriptors.limit, descriptors.reserve);
}

int daemon_run(struct daemon *d)
{
	int r;

	keep_descriptors_back();
	r = health_new(&d->core, &d->core.health);
	if (r < 0)
		return r;
	log_info("ready on %s/control.sock", d->core.config->runtime_dir);
	sd_notify(false, "READY=1");
	return event_base_dispatch(d->core.base) < 0 ? -EIO : 0;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

/* Once the handlers are gone, another signal would kill the process while it stops, which would look like
 * a crash. */
static void ignore_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

void daemon_free(struct daemon *d)
{
	uint64_t id = 0;
	void *object;

	if (!d)
		return;
	listener_free(d->listener);
	d->core.stopping = false; /* the loop does not run any more */
	while (d->core.clients && (object = ids_next(d->core.clients, id, &id)))
		conn_free(object);
	id = 0;
	while (d->core.endpoints && (object = ids_next(d->core.endpoints, id, &id)))
		endpoint_free(object);
	while (d->core.stacks_n > 0) {
		struct stack_slot *slot = &d->core.stacks[--d->core.stacks_n];

		watchdog_phase("stopping a stack");
		slot->ops->stop(slot->stack);
	}
	health_free(d->core.health);
	event_log_free(d->core.event_log);
	event_texts_free(d->core.event_texts);
	dry_free(d->core.dry);
	sweep_free(d->core.recount);
	ids_free(d->core.clients);
	ids_free(d->core.sessions);
	ids_free(d->core.endpoints);
	ids_free(d->core.assocs);
	ids_free(d->core.subscriptions);
	dues_clear(&d->core.dues);
	graves_clear(&d->core.graves);
	free_event(d->checks);
	accounts_clear(&d->core.accounts);
	trim_clear(&d->core.trim);
	turns_clear(&d->core.turns);
	ignore_signals(); /* the stacks' threads, which would take the signals, have ended */
	for (size_t i = 0; i < ARRAY_SIZE(d->signals); i++)
		free_event(d->signals[i]);
	reload_free(d->core.reload);
	free_event(d->deadline);
	if (d->core.base)
		event_base_free(d->core.base);
	config_free(d->core.config);
	free(d->core.openrpc);
	free(d);
	log_close();
}
