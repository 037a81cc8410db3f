/* The life of an association, as a table. */
#include "sctp/assoc_state.h"

#include "util/log.h"

#include <stdlib.h>

#define TO(state)  (1U << ASSOC_##state)
#define TO_THE_END (TO(ENDED) | TO(GONE))

const struct assoc_allows assoc_states[ASSOC_STATES] = {
    [ASSOC_CONNECTING] = {"connecting", "cookie_wait", .stack = true, .moves = TO(ESTABLISHED) | TO_THE_END},
    [ASSOC_ESTABLISHED] = {"established", "established", .send = true, .stack = true, .up = true,
                           .moves = TO(DRAINING) | TO(SHUTTING_DOWN) | TO(SHUT_BY_PEER) | TO_THE_END},
    [ASSOC_DRAINING] = {"draining", "shutdown_pending", .stack = true, .up = true, .shutting = true,
                        .moves = TO(SHUTTING_DOWN) | TO_THE_END},
    [ASSOC_SHUTTING_DOWN] = {"shutting down", "shutdown_pending", .stack = true, .up = true, .shutting = true,
                             .moves = TO_THE_END},
    /* A peer that restarts has forgotten its own shutdown (RFC 9260 5.2). */
    [ASSOC_SHUT_BY_PEER] = {"shut by peer", "shutdown_pending", .stack = true, .up = true, .shutting = true,
                            .moves = TO(ESTABLISHED) | TO(SHUTTING_DOWN) | TO_THE_END},
    [ASSOC_ENDED] = {"ended", "closed", .stack = true, .over = true, .unread = true,
                     .moves = TO(UNREAD) | TO(GONE)},
    [ASSOC_UNREAD] = {"unread", "closed", .over = true, .unread = true, .moves = TO(GONE)},
    [ASSOC_GONE] = {"gone", "closed", .over = true},
};

#ifdef SCTPD_CHECKS

void assoc_state_expect_move(enum assoc_state from, enum assoc_state to)
{
	if (assoc_states[from].moves & 1U << to)
		return;
	log_error("an association that is %s cannot be %s", assoc_states[from].title, assoc_states[to].title);
	abort();
}

#else

void assoc_state_expect_move(enum assoc_state from, enum assoc_state to)
{
	(void)from;
	(void)to;
}

#endif
