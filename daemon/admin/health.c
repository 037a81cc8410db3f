/* Watches over the loop and the stacks: the loop's pulse, the watchdog, dropped packets. */
#include "admin/health.h"

#include "loop/watchdog.h"
#include "proto/writer.h"
#include "sctp/core.h"
#include "util/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#define PULSES_MAX 16
#define REASONS    32
#define DROPS_S    5 /* seconds between two log lines about dropped packets, at least */

struct health {
	struct core *core;
	struct watchdog *watchdog;
	struct pulse loop;
	struct pulse *pulses[PULSES_MAX]; /* of the loop and the stacks; NULL at the end */
	struct event *beat, *drops;
	uint64_t told[CORE_STACKS_MAX][REASONS]; /* counts in the latest log line */
};

/* --- pulses --- */

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
	struct health *health = arg;

	(void)fd;
	(void)what;
	pulse_beat(&health->loop);
}

static struct pulse *next_pulse(void *arg, unsigned i)
{
	const struct health *health = arg;

	return i < PULSES_MAX ? health->pulses[i] : NULL;
}

static void collect_pulses(struct health *health)
{
	size_t n = 0;

	health->pulses[n++] = &health->loop;
	for (size_t s = 0; s < health->core->stacks_n; s++) {
		const struct stack_slot *slot = &health->core->stacks[s];
		struct pulse *p;

		for (unsigned i = 0;
		     slot->ops->pulse && n < PULSES_MAX && (p = slot->ops->pulse(slot->stack, i)); i++)
			health->pulses[n++] = p;
	}
}

static int start_watchdog(struct health *health)
{
	const struct watchdog_config how = {
	    .limit_ms = health->core->config->watchdog_s * 1000,
	    .pulse = next_pulse,
	    .arg = health,
	};
	struct timeval period;
	uint64_t ms;
	int r;

	pulse_begin(&health->loop, "the loop");
	r = watchdog_new(&how, &health->watchdog);
	ms = watchdog_period_ms(health->watchdog) / 2;
	if (r < 0 || !health->watchdog)
		return r;
	period = (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	health->beat = event_new(health->core->base, -1, EV_PERSIST, on_beat, health);
	if (!health->beat || event_add(health->beat, &period) < 0)
		return -ENOMEM;
	pulse_beat(&health->loop);
	return 0;
}

/* --- dropped packets --- */

static void tell_drops(const struct stack_slot *slot, uint64_t told[REASONS])
{
	struct stack_drop drop;

	for (unsigned i = 0; i < REASONS && slot->ops->drop(slot->stack, i, &drop); i++) {
		if (drop.count > told[i])
			log_limited(LOG_KIND_DROPPED, LOG_WARNING,
			            "the %s stack dropped %llu packets of peers: %s (%llu since the start)",
			            slot->ops->name, (unsigned long long)(drop.count - told[i]), drop.summary,
			            (unsigned long long)drop.count);
		told[i] = drop.count;
	}
}

static void on_drops(evutil_socket_t fd, short what, void *arg)
{
	struct health *health = arg;

	(void)fd;
	(void)what;
	for (size_t s = 0; s < health->core->stacks_n; s++)
		if (health->core->stacks[s].ops->drop)
			tell_drops(&health->core->stacks[s], health->told[s]);
}

static int start_drops(struct health *health)
{
	static const struct timeval period = {.tv_sec = DROPS_S};

	health->drops = event_new(health->core->base, -1, EV_PERSIST, on_drops, health);
	return health->drops && event_add(health->drops, &period) == 0 ? 0 : -ENOMEM;
}

bool health_write_drops(const struct stack_slot *slot, struct writer *w)
{
	struct stack_drop drop;
	bool any = false;

	for (unsigned i = 0; slot->ops->drop && slot->ops->drop(slot->stack, i, &drop); i++) {
		if (!drop.count)
			continue;
		if (!any)
			writer_open(w, '{');
		any = true;
		writer_name(w, drop.name);
		writer_number(w, drop.count);
	}
	if (any)
		writer_close(w, '}');
	return any;
}

/* --- life --- */

int health_new(struct core *core, struct health **ret)
{
	struct health *health = calloc(1, sizeof(*health));
	int r;

	if (!health)
		return -ENOMEM;
	health->core = core;
	collect_pulses(health);
	r = start_watchdog(health);
	if (r == 0)
		r = start_drops(health);
	if (r < 0)
		health_free(health);
	else
		*ret = health;
	return r;
}

struct health *health_free(struct health *health)
{
	if (!health)
		return NULL;
	watchdog_free(health->watchdog);
	if (health->beat)
		event_free(health->beat);
	if (health->drops)
		event_free(health->drops);
	free(health);
	return NULL;
}
