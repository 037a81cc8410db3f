/* How much of what was sent the peer has not acknowledged: chunks.
 *
 * The kernel counts those that were sent, and not those that wait to be (SCTP_STATUS). But it books each by
 * the size of its own struct for a chunk, until it is acknowledged (SO_MEMINFO); how big that is depends on
 * the kernel, and shows where all that are booked were sent: then one is the quotient of the two. Where some
 * were not, the quotient is more: so the least that was ever seen is the size. */
#include "stack/kernel/kernel.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

/* Sends after which it is looked at, since the process began: most of them have nothing that waits. */
#define LOOKS 64
/* Booked beside the chunks: a byte of each packet on its way out. */
#define PACKETS_MASK 7

static uint32_t booked(const struct stack_assoc *a)
{
	uint32_t mem[SK_MEMINFO_VARS] = {0};
	socklen_t len = sizeof(mem);

	return getsockopt(a->fd, SOL_SOCKET, SO_MEMINFO, mem, &len) < 0 ? 0 : mem[SK_MEMINFO_WMEM_ALLOC];
}

static void learn(struct stack *s, uint32_t bytes, uint16_t chunks)
{
	uint32_t size = chunks ? bytes / chunks & ~PACKETS_MASK : 0;

	if (size && (!s->chunk_size || size < s->chunk_size))
		s->chunk_size = size;
}

size_t kernel_assoc_unacked(struct stack_assoc *a)
{
	struct sctp_status status = {.sstat_assoc_id = a->id};
	socklen_t len = sizeof(status);
	uint32_t bytes;

	if (a->fd < 0 || a->shared || getsockopt(a->fd, IPPROTO_SCTP, SCTP_STATUS, &status, &len) < 0)
		return 0;
	a->fragment = status.sstat_fragmentation_point;
	bytes = booked(a);
	learn(a->stack, bytes, status.sstat_unackdata);
	return a->stack->chunk_size ? bytes / a->stack->chunk_size : status.sstat_unackdata;
}

size_t kernel_assoc_weigh(struct stack_assoc *a, size_t len)
{
	if (a->stack->looks < LOOKS || !a->fragment) {
		a->stack->looks++;
		kernel_assoc_unacked(a);
	}
	return a->fragment && len > a->fragment ? (len + a->fragment - 1) / a->fragment : 1;
}
