/* How long the oldest message that the peer has not acknowledged has been waiting: who looks sees that a path
 * is stuck before the association is lost of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stack_assoc;
struct stack_ops;

#define UNACKED_MARKS 16

/* No stack tells when it took its oldest message, but each tells how much it still has. Messages are
 * acknowledged in about the order in which they were sent, so what it has is the end of what was sent, and
 * the oldest is where that end begins. @sent counts what was sent, in the stack's own measure
 * (stack_ops.weigh); a mark says how much that was when a message was sent, and messages of the next few
 * milliseconds have no mark of their own. The age is that of the last mark that is not behind the beginning
 * of the oldest.
 *
 * When all marks are taken the stack is asked, and those of what was acknowledged go. Where none does, since
 * the peer is slow or silent, one of the two marks that are nearest to each other goes, the younger. So the
 * age is too high by a few milliseconds, or by a fraction of the time that the peer lags behind. A message
 * costs a look at a clock, and a question now and then.
 *
 * Both numbers of a mark wrap around: only differences count, and those that matter are small. */
struct unacked {
	uint32_t sent;
	uint32_t n;
	struct unacked_mark {
		uint32_t sent, at_ms;
	} marks[UNACKED_MARKS]; /* the oldest first */
};

/* @weight is sent at @now_ms. True: no mark is left for the next. */
bool unacked_add(struct unacked *u, uint32_t weight, uint32_t now_ms);

/* Of what was sent so much is not acknowledged. Leaves room for a mark. */
void unacked_settle(struct unacked *u, uint32_t weight);

/* The stack has taken a message of @len bytes of its association @a, whose marks @u are. */
void unacked_sent(struct unacked *u, const struct stack_ops *ops, struct stack_assoc *a, size_t len);

/* Whether there is a message of @a (NULL: the stack has none any more) that its peer has not acknowledged,
 * and for how long the stack has had the oldest. */
bool unacked_age(struct unacked *u, const struct stack_ops *ops, struct stack_assoc *a, uint32_t *ms);
