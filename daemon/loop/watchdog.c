/* Notices a thread that hangs, logs where, and aborts the process. */
#include "loop/watchdog.h"

#include "loop/starved.h"
#include "util/log.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#define LOOKS       10 /* this many in a row without a beat: the thread is stuck */
#define PULSES_MAX  32
#define FRAMES_MAX  64
#define DUMP_SIGNAL SIGUSR2
#define DUMP_WAIT_S 1

/* The state of one pulse at the last look. */
struct look {
	unsigned long beats;
	unsigned missed; /* looks in a row without a beat */
};

struct watchdog {
	struct watchdog_config how;
	uint64_t period_ms; /* between two looks */
	bool systemd;       /* systemd expects a sign of life */
	pthread_t thread;
	pthread_mutex_t lock; /* protects `stop` */
	pthread_cond_t stop;
	bool stopping;
	struct look looks[PULSES_MAX];
	struct starved starved;
};

static const char *_Atomic watchdog_now = "start";

void watchdog_phase(const char *phase)
{
	atomic_store_explicit(&watchdog_now, phase, memory_order_relaxed);
}

/* --- where a thread hangs --- */

static void on_dump(int number)
{
	void *frames[FRAMES_MAX];

	(void)number;
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), STDERR_FILENO);
}

/* Makes the thread print its own stack: no other thread can do that for it. */
static void dump(pthread_t thread)
{
	const struct timespec wait = {.tv_sec = DUMP_WAIT_S};
	struct sigaction action = {.sa_handler = on_dump};

	if (sigaction(DUMP_SIGNAL, &action, NULL) == 0 && pthread_kill(thread, DUMP_SIGNAL) == 0)
		nanosleep(&wait, NULL);
}

/* A debugger stops every thread, and may. */
static bool is_traced(void)
{
	char line[128];
	int tracer = 0;
	FILE *f = fopen("/proc/self/status", "re");

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "TracerPid: %d", &tracer) == 1)
			break;
	fclose(f);
	return tracer != 0;
}

static void give_up(const struct watchdog *w, struct pulse *p, const char *name)
{
	log_error("%s has made no progress for %llu ms; the loop's latest work was: %s; the daemon aborts, "
	          "to be started again",
	          name, (unsigned long long)w->how.limit_ms, atomic_load(&watchdog_now));
	if (atomic_load(&p->has_thread))
		dump(p->thread);
	abort();
}

/* --- looking --- */

/* Whether the pulse beats, need not beat, or may have had no time to beat. */
static bool look_at(struct look *look, struct pulse *p, bool starved)
{
	unsigned long beats = atomic_load(&p->beats);

	if (!atomic_load(&p->name) || !atomic_load(&p->busy) || beats != look->beats)
		look->missed = 0;
	else if (!starved)
		look->missed++;
	look->beats = beats;
	return look->missed < LOOKS;
}

/* Whether all threads go on. */
static bool look_around(struct watchdog *w)
{
	bool starved = starved_look(&w->starved, w->period_ms);
	bool well = true;
	struct pulse *p;

	for (unsigned i = 0; i < PULSES_MAX && (p = w->how.pulse(w->how.arg, i)); i++) {
		const char *name = atomic_load(&p->name);

		if (look_at(&w->looks[i], p, starved))
			continue;
		well = false;
		if (w->how.limit_ms && name && !is_traced())
			give_up(w, p, name);
	}
	return well;
}

/* True: the watchdog is to stop. */
static bool wait_for_next(struct watchdog *w)
{
	struct timespec until;
	bool stopping;
	int r = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += w->period_ms / 1000;
	until.tv_nsec += w->period_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	while (!w->stopping && r != ETIMEDOUT)
		r = pthread_cond_timedwait(&w->stop, &w->lock, &until);
	stopping = w->stopping;
	pthread_mutex_unlock(&w->lock);
	return stopping;
}

static void *watch(void *arg)
{
	struct watchdog *w = arg;

	while (!wait_for_next(w))
		if (look_around(w) && w->systemd)
			sd_notify(false, "WATCHDOG=1");
	return NULL;
}

/* --- life --- */

/* Often enough for the limit and for systemd. */
static uint64_t choose_period(uint64_t limit_ms, uint64_t systemd_us)
{
	uint64_t ours = limit_ms / LOOKS, theirs = systemd_us / 1000 / LOOKS;
	uint64_t period = ours && (!theirs || ours < theirs) ? ours : theirs;

	return period ? period : 1;
}

/* Blocks signals in the thread: they are for the loop. */
static int start_thread(struct watchdog *w)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(&w->thread, NULL, watch, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

static void init_waiting(struct watchdog *w)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->stop, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&w->lock, NULL);
}

static void destroy(struct watchdog *w)
{
	pthread_cond_destroy(&w->stop);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

int watchdog_new(const struct watchdog_config *how, struct watchdog **ret)
{
	uint64_t systemd_us = 0;
	bool systemd = sd_watchdog_enabled(false, &systemd_us) > 0;
	struct watchdog *w;
	void *frame;
	int r;

	*ret = NULL;
	if (!how->limit_ms && !systemd)
		return 0;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->how = *how;
	w->systemd = systemd;
	w->period_ms = choose_period(how->limit_ms, systemd_us);
	backtrace(
	    &frame,
	    1); /* the first call allocates memory, and a thread that hangs may hold the allocator's lock */
	init_waiting(w);
	r = start_thread(w);
	if (r < 0)
		destroy(w);
	else
		*ret = w;
	return r;
}

struct watchdog *watchdog_free(struct watchdog *w)
{
	if (!w)
		return NULL;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->stop);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	destroy(w);
	return NULL;
}

uint64_t watchdog_period_ms(const struct watchdog *w)
{
	return w ? w->period_ms : 0;
}
