/* Activities that are paused and tried again after a while: listening when descriptors are short, reading
 * when the kernel has no memory. */
#include "stack/kernel/kernel.h"
#include "util/descriptors.h"

#include <errno.h>
#include <sys/socket.h>

static void rest_start(struct stack *s)
{
	const struct timeval pause = {.tv_usec = REST_MS * 1000};

	if (!evtimer_pending(&s->rest, NULL))
		evtimer_add(&s->rest, &pause);
}

static void listen_again(struct stack *s)
{
	if (!descriptors_have(1))
		return;
	s->shut = false;
	for (struct stack_endpoint *e = s->endpoints; e; e = e->next)
		if (e->backlog)
			listen(e->fd, e->backlog);
}

static void on_rest(evutil_socket_t fd, short what, void *stack)
{
	struct stack *s = stack;

	(void)fd;
	(void)what;
	if (s->shut)
		listen_again(s);
	if (s->shut)
		rest_start(s);
	for (struct stack_endpoint *e = s->endpoints; e; e = e->next)
		if (e->deaf)
			event_add(&e->event, NULL);
}

void kernel_rest_init(struct stack *s)
{
	evtimer_assign(&s->rest, s->base, on_rest, s);
}

void kernel_rest_check(struct stack *s)
{
	if (s->shut || descriptors_have(1))
		return;
	s->shut = true;
	for (struct stack_endpoint *e = s->endpoints; e; e = e->next) {
		if (!e->backlog)
			continue;
		listen(e->fd, 0);
		s->sink->accept_paused(e->user, -EMFILE);
	}
	rest_start(s);
}

/* Reported once, until something can be read again. */
void kernel_rest_endpoint(struct stack_endpoint *e, int error)
{
	event_del(&e->event);
	rest_start(e->stack);
	if (!e->deaf)
		e->stack->sink->accept_paused(e->user, error);
	e->deaf = true;
}
