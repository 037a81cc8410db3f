/* A sign of life of a thread: it counts its steps, and another thread checks whether the count grows. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct pulse {
	const char *_Atomic name; /* for the log; NULL: not in use */
	atomic_ulong beats;
	atomic_bool busy; /* the thread has work: without a beat it is stuck. False: it may wait for ever */
	atomic_bool has_thread;
	pthread_t thread; /* valid if has_thread */
};

/* From now on the calling thread beats this pulse. @name is borrowed for ever. */
static inline void pulse_begin(struct pulse *p, const char *name)
{
	p->thread = pthread_self();
	atomic_store(&p->has_thread, true);
	atomic_store(&p->name, name);
}

/* The thread goes on, and has work. */
static inline void pulse_beat(struct pulse *p)
{
	atomic_fetch_add_explicit(&p->beats, 1, memory_order_relaxed);
	atomic_store_explicit(&p->busy, true, memory_order_relaxed);
}

/* The thread goes on, and may now wait for any time. */
static inline void pulse_rest(struct pulse *p)
{
	atomic_fetch_add_explicit(&p->beats, 1, memory_order_relaxed);
	atomic_store_explicit(&p->busy, false, memory_order_relaxed);
}

/* No thread beats this pulse any more. */
static inline void pulse_end(struct pulse *p)
{
	atomic_store(&p->busy, false);
	atomic_store(&p->has_thread, false);
	atomic_store(&p->name, NULL);
}
