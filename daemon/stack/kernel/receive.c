/* The items of an association, one at a time: first the pieces from before it had a descriptor, then those
 * in the descriptor. */
#include "stack/kernel/kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

/* Limit of pieces without an item of their own in one call of recv(). */
#define SKIP_MAX 64

/* Takes the last item back, whose loan ends. */
static void assoc_take_back(struct stack_assoc *a)
{
	free(a->lent);
	a->lent = NULL;
	if (!a->failed_len) {
		free(a->failed);
		a->failed = NULL;
	}
}

static bool assoc_pop(struct stack_assoc *a, struct piece *ret)
{
	struct early *e = a->early;

	if (!e)
		return false;
	a->early = e->next;
	if (!a->early) {
		a->early_end = &a->early;
		kernel_assoc_rearm(a);
	}
	a->early_bytes -= e->piece.len;
	a->lent = e;
	*ret = e->piece;
	return true;
}

/* An ABORT leaves an error in the socket (ECONNRESET) beside the notifications; recvmsg(2) returns it once
 * and then goes on. */
static int assoc_next(struct stack_assoc *a, struct piece *ret)
{
	int error;

	assoc_take_back(a);
	if (assoc_pop(a, ret))
		return 0;
	if (a->fd < 0 || a->shared)
		return -EAGAIN;
	error = kernel_piece_read(a->fd, a->stack->buffer, ret);
	if (error && error != -EAGAIN)
		error = kernel_piece_read(a->fd, a->stack->buffer, ret);
	return error;
}

static void set_opened(struct stack_assoc *a, bool opened)
{
	if (a->opened == opened)
		return;
	a->opened = opened;
	kernel_assoc_rearm(a);
}

static void note_open(struct stack_assoc *a, const struct piece *p)
{
	a->interleaved |= a->opened && p->info.rcv_sid != a->open.rcv_sid;
	a->open = p->info;
	set_opened(a, !p->end);
}

/* While a message has begun and not ended, the kernel holds all later items back. If the peer has
 * restarted meanwhile, the rest never comes, and the end of the association is not reported at all. */
static bool is_gone(const struct stack_assoc *a)
{
	return a->opened && a->fd >= 0 && !a->shared && !kernel_assoc_exists(a->fd, a->id);
}

static void fill_data(const struct piece *p, struct stack_item *ret)
{
	*ret = (struct stack_item){
	    .kind = STACK_DATA,
	    .data = p->data,
	    .len = p->len,
	    .end = p->end,
	    .stream = p->info.rcv_sid,
	    .ssn = p->info.rcv_ssn,
	    .ppid = ntohl(p->info.rcv_ppid),
	    .tsn = p->info.rcv_tsn,
	    .context = p->info.rcv_context,
	    .cumtsn = p->info.rcv_cumtsn,
	    .unordered = p->info.rcv_flags & SCTP_UNORDERED,
	    .from = p->from,
	};
}

static bool piece_decode(struct stack_assoc *a, const struct piece *p, struct stack_item *ret)
{
	bool skipped = a->skip;

	if (!p->notification) {
		note_open(a, p);
		fill_data(p, ret);
		return true;
	}
	a->skip = !p->end;
	if (skipped || !kernel_notification_decode(a, p, ret))
		return false;
	if (!ret->unknown_event && ret->event.id == EVENT_partial_delivery && !a->interleaved)
		set_opened(a, false);
	return true;
}

int kernel_assoc_recv(struct stack_assoc *a, struct stack_item *ret)
{
	for (int i = 0; i < SKIP_MAX; i++) {
		struct piece p;
		int error = assoc_next(a, &p);

		if (error == -EAGAIN)
			return is_gone(a) ? -ENOTCONN : 0;
		if (error)
			return error;
		if (piece_decode(a, &p, ret))
			return 1;
	}
	/* the descriptor stays readable, so the loop calls again */
	return 0;
}
