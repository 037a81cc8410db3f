/* Whether a thread goes on: it counts what it does, and another thread looks whether the count moves. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct pulse {
	const char *_Atomic name; /* for people; NULL: nobody uses it */
	atomic_ulong beats;
	atomic_bool
	    busy; /* it has something to do: without a beat it is stuck. False: it may wait for ever */
	atomic_bool has_thread;
	pthread_t thread; /* where @has_thread */
};

/* The calling thread is the one that beats from now on, called @name, which is borrowed for ever. */
static inline void pulse_begin(struct pulse *p, const char *name)
{
	p->thread = pthread_self();
	atomic_store(&p->has_thread, true);
	atomic_store(&p->name, name);
}

/* It goes on, and is busy. */
static inline void pulse_beat(struct pulse *p)
{
	atomic_fetch_add_explicit(&p->beats, 1, memory_order_relaxed);
	atomic_store_explicit(&p->busy, true, memory_order_relaxed);
}

/* It goes on, and may now wait as long as it likes. */
static inline void pulse_rest(struct pulse *p)
{
	atomic_fetch_add_explicit(&p->beats, 1, memory_order_relaxed);
	atomic_store_explicit(&p->busy, false, memory_order_relaxed);
}

/* Nobody beats any more. */
static inline void pulse_end(struct pulse *p)
{
	atomic_store(&p->busy, false);
	atomic_store(&p->has_thread, false);
	atomic_store(&p->name, NULL);
}
