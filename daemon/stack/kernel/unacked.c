/* The amount of sent messages that the peer has not acknowledged, in chunks.
 *
 * The kernel counts the chunks that were sent, but not those that wait to be sent (SCTP_STATUS). It also
 * books memory for each chunk until it is acknowledged (SO_MEMINFO), by the size of its own struct for a
 * chunk, which depends on the kernel. When all booked chunks were sent, that size is the quotient of the
 * two numbers; when some were not, the quotient is larger. So the smallest quotient ever seen is the size. */
#include "stack/kernel/kernel.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

/* The chunk size is looked for during so many sends after the start: most of them find no waiting chunks. */
#define LOOKS 64
/* Memory that is booked besides the chunks: a byte for each packet on its way out. */
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
