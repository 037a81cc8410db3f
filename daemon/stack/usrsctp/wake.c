/* Hands events of usrsctp's threads over to the loop: an upcall marks the slot of its socket and writes to
 * an eventfd.
 *
 * Upcalls run on the library's threads, some with its locks held, and may come late, after the socket was
 * closed. So between calls this holds: a slot is never freed while the library runs, only used again, and
 * a late call only makes the loop look at another socket once too often. For the same reason an upcall is
 * never removed: the library tests and calls the pointer without a lock.
 *
 * usrsctp makes upcalls only for packets that arrive, not for the work of its timers (a path or an
 * association given up, a message that expired). The sweep finds those events. */
#include "stack/usrsctp/interpose.h"
#include "stack/usrsctp/private.h"

#include "util/cleanup.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#define RUN_BUDGET   64  /* sources called in one turn of the loop */
#define SWEEP_BUDGET 128 /* sources visited in one sweep; the next goes on from there */
#define SWEEP_MS     50
/* The library's number of the notification, which no header has. */
#define NOTIFY_RESTART 10

struct wake_slot {
	struct wake *wake;     /* written once */
	struct source *source; /* its source, NULL: none; under the lock */
	bool marked;           /* under the lock */
	unsigned restarts;     /* of the peer, reported since the source has the slot; under the lock */
	STAILQ_ENTRY(wake_slot) link; /* marked or spare, under the lock */
};

STAILQ_HEAD(slot_list, wake_slot);
TAILQ_HEAD(source_list, source);

struct wake {
	pthread_mutex_t lock; /* protects `marked`; nothing is called while it is held */
	struct slot_list marked;
	struct slot_list spare; /* slots without a source that are not marked */
	int fd;                 /* readable while marked has slots */

	/* For the loop alone. */
	struct event *marks, *turn, *sweep;
	struct source_list queue, all;
	size_t queued, count;
};

/* The wake of a library that could not be ended: its threads may still call. */
static struct wake *volatile abandoned;

/* Whether the calling thread's packet has restarted an association: the library reports that to its
 * socket, and makes the upcall of that socket alone when the packet is done. */
static _Thread_local bool restarting;

void sctp_ulp_notify(uint32_t what, struct sctp_tcb *stcb, uint32_t error, void *data, int so_locked);

INTERPOSED void sctp_ulp_notify(uint32_t what, struct sctp_tcb *stcb, uint32_t error, void *data,
                                int so_locked)
{
	restarting |= what == NOTIFY_RESTART;
	us_real.ulp_notify(what, stcb, error, data, so_locked);
}

static void upcall(struct socket *so, void *arg, int flags)
{
	struct wake_slot *slot = arg;
	struct wake *wake;
	bool first = false;

	(void)so;
	(void)flags;
	/* usrsctp_set_upcall() sets the function before its argument, without a lock that this thread
	 * holds. An upcall in between is made good by the first look, which us_wake_add() asks for
	 * afterwards. */
	wake = slot ? __atomic_load_n(&slot->wake, __ATOMIC_ACQUIRE) : NULL;
	if (!wake)
		return;
	pthread_mutex_lock(&wake->lock);
	if (restarting)
		slot->restarts++;
	restarting = false;
	if (slot->source && !slot->marked) { /* without a source the slot is in the list of spare ones */
		first = STAILQ_EMPTY(&wake->marked);
		slot->marked = true;
		STAILQ_INSERT_TAIL(&wake->marked, slot, link);
	}
	if (first)
		eventfd_write(wake->fd, 1);
	pthread_mutex_unlock(&wake->lock);
}

static const struct timeval next_turn = {0, 0};

static void enqueue(struct source *source)
{
	struct wake *wake = source->wake;

	if (source->queued)
		return;
	source->queued = true;
	TAILQ_INSERT_TAIL(&wake->queue, source, run);
	wake->queued++;
}

static void dequeue(struct source *source)
{
	source->queued = false;
	TAILQ_REMOVE(&source->wake->queue, source, run);
	source->wake->queued--;
}

/* A source that a call of this round queues again is called in the next round. */
static void run_queue(struct wake *wake)
{
	size_t n = wake->queued < RUN_BUDGET ? wake->queued : RUN_BUDGET;

	while (n-- && !TAILQ_EMPTY(&wake->queue)) {
		struct source *source = TAILQ_FIRST(&wake->queue);

		dequeue(source);
		source->woken(source);
	}
	if (wake->queued)
		evtimer_add(wake->turn, &next_turn);
}

/* Queues the sources of all marked slots. One pass, so that threads that go on marking cannot keep the
 * loop here. */
static void take_marked(struct wake *wake)
{
	struct wake_slot *slot;

	pthread_mutex_lock(&wake->lock);
	while ((slot = STAILQ_FIRST(&wake->marked))) {
		STAILQ_REMOVE_HEAD(&wake->marked, link);
		slot->marked = false;
		if (slot->source)
			enqueue(slot->source);
		else
			STAILQ_INSERT_TAIL(&wake->spare, slot, link);
	}
	pthread_mutex_unlock(&wake->lock);
}

static void on_marks(evutil_socket_t fd, short what, void *arg)
{
	struct wake *wake = arg;
	eventfd_t value;

	(void)what;
	eventfd_read(fd, &value);
	take_marked(wake);
	run_queue(wake);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run_queue(arg);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct wake *wake = arg;
	size_t n = wake->count < SWEEP_BUDGET ? wake->count : SWEEP_BUDGET;

	(void)fd;
	(void)what;
	while (n--) {
		struct source *source = TAILQ_FIRST(&wake->all);

		TAILQ_REMOVE(&wake->all, source, all);
		TAILQ_INSERT_TAIL(&wake->all, source, all);
		if (!source->queued && source->due(source, us_wake_events(source->so)))
			enqueue(source);
	}
	run_queue(wake);
}

int us_wake_new(struct event_base *base, struct wake **ret)
{
	struct wake *wake = calloc(1, sizeof(*wake));

	if (!wake)
		return -ENOMEM;
	pthread_mutex_init(&wake->lock, NULL);
	STAILQ_INIT(&wake->marked);
	STAILQ_INIT(&wake->spare);
	TAILQ_INIT(&wake->queue);
	TAILQ_INIT(&wake->all);
	wake->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	wake->marks = event_new(base, wake->fd, EV_READ | EV_PERSIST, on_marks, wake);
	wake->turn = evtimer_new(base, on_turn, wake);
	wake->sweep = event_new(base, -1, EV_PERSIST, on_sweep, wake);
	if (wake->fd < 0 || !wake->marks || !wake->turn || !wake->sweep || event_add(wake->marks, NULL)) {
		us_wake_free(wake, false);
		return -ENOMEM;
	}
	*ret = wake;
	return 0;
}

static void free_slots(struct slot_list *list)
{
	struct wake_slot *slot;

	while ((slot = STAILQ_FIRST(list))) {
		STAILQ_REMOVE_HEAD(list, link);
		free(slot);
	}
}

struct wake *us_wake_free(struct wake *wake, bool library_runs)
{
	if (!wake)
		return NULL;
	if (wake->marks)
		event_free(wake->marks);
	if (wake->turn)
		event_free(wake->turn);
	if (wake->sweep)
		event_free(wake->sweep);
	if (library_runs) {
		abandoned = wake;
		return NULL;
	}
	free_slots(&wake->marked);
	free_slots(&wake->spare);
	closep(&wake->fd);
	pthread_mutex_destroy(&wake->lock);
	free(wake);
	return NULL;
}

static struct wake_slot *new_slot(struct wake *wake)
{
	struct wake_slot *slot = calloc(1, sizeof(*slot));

	if (slot)
		__atomic_store_n(&slot->wake, wake, __ATOMIC_RELEASE);
	return slot;
}

static struct wake_slot *take_slot(struct wake *wake, struct source *source)
{
	struct wake_slot *slot;

	pthread_mutex_lock(&wake->lock);
	slot = STAILQ_FIRST(&wake->spare);
	if (slot)
		STAILQ_REMOVE_HEAD(&wake->spare, link);
	else
		slot = new_slot(wake);
	if (slot) {
		slot->source = source;
		slot->restarts = 0;
	}
	pthread_mutex_unlock(&wake->lock);
	return slot;
}

int us_wake_add(struct wake *wake, struct source *source)
{
	static const struct timeval period = {0, SWEEP_MS * 1000};

	source->wake = wake;
	source->slot = take_slot(wake, source);
	if (!source->slot)
		return -ENOMEM;
	if (wake->count++ == 0)
		event_add(wake->sweep, &period);
	TAILQ_INSERT_TAIL(&wake->all, source, all);
	us_wake_attach(source);
	return 0;
}

void us_wake_attach(struct source *source)
{
	if (source->so)
		usrsctp_set_upcall(source->so, upcall, source->slot);
	us_wake_again(source);
}

static void give_slot(struct wake *wake, struct wake_slot *slot)
{
	pthread_mutex_lock(&wake->lock);
	slot->source = NULL;
	if (!slot->marked)
		STAILQ_INSERT_TAIL(&wake->spare, slot, link);
	pthread_mutex_unlock(&wake->lock);
}

void us_wake_remove(struct source *source)
{
	struct wake *wake = source->wake;

	if (source->queued)
		dequeue(source);
	if (!source->slot)
		return;
	TAILQ_REMOVE(&wake->all, source, all);
	if (--wake->count == 0)
		event_del(wake->sweep);
	give_slot(wake, source->slot);
	source->slot = NULL;
}

void us_wake_again(struct source *source)
{
	enqueue(source);
	evtimer_add(source->wake->turn, &next_turn);
}

unsigned us_wake_restarts(struct source *source)
{
	unsigned restarts;

	pthread_mutex_lock(&source->wake->lock);
	restarts = source->slot->restarts;
	pthread_mutex_unlock(&source->wake->lock);
	return restarts;
}

unsigned us_wake_events(struct socket *so)
{
	int events = so ? usrsctp_get_events(so) : 0;

	return (events & SCTP_EVENT_READ ? SOURCE_READ : 0) | (events & SCTP_EVENT_WRITE ? SOURCE_WRITE : 0);
}
