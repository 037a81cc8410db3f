/* Finds out how an attempt to connect ended. The kernel reports a refused attempt and an unanswered one by
 * the same notification, without a cause. But it sends INITs by a fixed schedule (RFC 9260 4 T1-init,
 * 6.3.3), and only an attempt without any answer lasts to its end. */
#include "stack/kernel/kernel.h"
#include "util/clock.h"

#include <errno.h>

/* Timers may fire this much early, because of the kernel's ticks. */
#define SLACK_MS 20

/* Linux doubles the timeout after each round of INITs to all @addrs, from the second to the first address on,
 * up to max_init_timeo. */
static uint64_t schedule(unsigned attempts, uint64_t timeout, uint64_t max, size_t addrs)
{
	uint64_t sum = 0;

	for (unsigned sent = 1; sent <= attempts + 1; sent++) {
		sum += timeout > SLACK_MS ? timeout - SLACK_MS : 0;
		if (sent > addrs && (sent - 1) % addrs == 0)
			timeout = timeout * 2 < max ? timeout * 2 : max;
	}
	return sum;
}

uint64_t kernel_attempt_end_ms(int fd, size_t addrs)
{
	struct sctp_initmsg init;
	struct sctp_rtoinfo rto = {.srto_assoc_id = SCTP_FUTURE_ASSOC};
	socklen_t init_len = sizeof(init), rto_len = sizeof(rto);
	uint64_t max;

	if (getsockopt(fd, IPPROTO_SCTP, SCTP_INITMSG, &init, &init_len) < 0 ||
	    getsockopt(fd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, &rto_len) < 0)
		return UINT64_MAX;
	max = init.sinit_max_init_timeo ? init.sinit_max_init_timeo : rto.srto_max;
	return clock_ms() + schedule(init.sinit_max_attempts, rto.srto_initial, max, addrs);
}

/* After an association that was established the socket keeps its error; reading it here takes it from
 * recvmsg(2), which would only skip it. */
static enum name_id end_of_socket(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return 0;
	if (error == ETIMEDOUT)
		return NAME_assoc_end_unreachable;
	return error == ECONNRESET ? NAME_assoc_end_peer_aborted : 0;
}

void kernel_name_end(const struct stack_assoc *a, struct record *r)
{
	uint64_t state = record_number(r, FIELD_assoc_change_state);
	enum name_id by = 0;

	if (state == NAME_assoc_change_state_cant_assoc)
		by = clock_ms() >= a->unanswered_at ? NAME_assoc_end_unreachable : NAME_assoc_end_refused;
	else if (state == NAME_assoc_change_state_comm_lost && !a->shared)
		by = end_of_socket(a->fd);
	if (by)
		record_set_number(r, FIELD_assoc_change_reason, by);
}
