/* Sends an ASCONF again that gets no answer (RFC 5061 5.1.1).
 *
 * When the library's timer for an ASCONF fires, it chooses another path for the chunk. If there is no
 * other, it drops a reference to the present path, which it still uses; later it reads freed memory. So
 * that timer comes here. With another path the library goes on. Without one, this file sends the same
 * packet again, at the 1st, 2nd, 4th, 8th … time the timer fires. After the last time the association has
 * failed (B2 and Association.Max.Retrans), and is aborted.
 *
 * Sending the same bytes is correct: a peer that has made the change already answers by the sequence
 * number alone (5.2 E4), and the bytes signed by AUTH have not changed.
 *
 * Between calls this holds: a slot belongs to the association that last put an ASCONF into it. An
 * association whose slot another has taken has nothing to send again, and waits for the last time. A slot
 * stays after its association until another takes it; all slots together are about half a mebibyte. For
 * one association, the timer and the sends happen under the library's lock of that association. */
#include "stack/usrsctp/asconf.h"

#include "stack/usrsctp/interpose.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#define SLOTS         1024 /* associations that wait for an answer at the same time, about */
#define PACKET_MAX    65536
#define TRIES         31 /* how often the timer fires: 5 packets, in 31 times the RTO */
#define TIMER_ASCONF  10 /* the library's number of that timer */
#define CHUNK_ASCONF  193
#define COMMON_HEADER 12
#define VIOLATION     13 /* RFC 9260 3.3.10.13 */

struct slot {
	const struct sctp_tcb *owner;
	uint8_t *packet; /* NULL: not sent yet */
	size_t len;
	struct sockaddr_storage to;
	socklen_t to_len;
	char control[128];
	size_t control_len;
	int fd;
	unsigned tries;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* nothing else is locked while it is held */
static struct slot *slots[SLOTS]; /* an array of pointers, because nearly all slots are never used */

static bool any; /* a slot has been in use: before that no packet need be inspected */

static _Thread_local struct sctp_tcb *sending; /* the association whose chunks this thread sends now */
static _Thread_local struct sctp_nets *timed;  /* the path of the timer that runs on this thread */

bool us_asconf_works(void)
{
	return us_real.sendmsg && us_real.ip_output && us_real.asconf_timer && us_real.find_alternate &&
	       us_real.chunk_output && us_real.send_asconf && us_real.timer_start && us_real.abort_assoc &&
	       us_real.make_cause;
}

static struct slot **slot_of(const struct sctp_tcb *stcb)
{
	return &slots[((uintptr_t)stcb >> 6) * 2654435761U % SLOTS];
}

static void slot_free(struct slot *slot)
{
	if (slot)
		free(slot->packet);
	free(slot);
}

void us_asconf_forget(void)
{
	for (size_t i = 0; i < SLOTS; i++) {
		slot_free(slots[i]);
		slots[i] = NULL;
	}
}

/* --- packets that leave --- */

/* Begins to inspect the packets of @stcb. Without memory the change is not sent again. */
static void expect(const struct sctp_tcb *stcb)
{
	struct slot **at = slot_of(stcb);

	__atomic_store_n(&any, true, __ATOMIC_RELAXED);
	pthread_mutex_lock(&lock);
	if (!*at)
		*at = calloc(1, sizeof(**at));
	if (*at && (*at)->owner != stcb) {
		free((*at)->packet);
		**at = (struct slot){.owner = stcb};
	}
	pthread_mutex_unlock(&lock);
}

INTERPOSED void sctp_send_asconf(struct sctp_tcb *stcb, struct sctp_nets *net, int addr_locked);
void sctp_send_asconf(struct sctp_tcb *stcb, struct sctp_nets *net, int addr_locked)
{
	expect(stcb);
	us_real.send_asconf(stcb, net, addr_locked);
}

INTERPOSED void sctp_chunk_output(struct sctp_inpcb *inp, struct sctp_tcb *stcb, int from, int so_locked);
void sctp_chunk_output(struct sctp_inpcb *inp, struct sctp_tcb *stcb, int from, int so_locked)
{
	struct sctp_tcb *before = sending;

	sending = stcb;
	us_real.chunk_output(inp, stcb, from, so_locked);
	sending = before;
}

static uint8_t *flatten(const struct msghdr *msg, size_t *len)
{
	size_t at = 0;
	uint8_t *packet;

	*len = 0;
	for (size_t i = 0; i < msg->msg_iovlen; i++)
		*len += msg->msg_iov[i].iov_len;
	packet = *len && *len <= PACKET_MAX ? malloc(*len) : NULL;
	for (size_t i = 0; packet && i < msg->msg_iovlen; i++) {
		memcpy(packet + at, msg->msg_iov[i].iov_base, msg->msg_iov[i].iov_len);
		at += msg->msg_iov[i].iov_len;
	}
	return packet;
}

static bool has_asconf(const uint8_t *packet, size_t len)
{
	size_t at = COMMON_HEADER;

	while (at + 4 <= len) {
		size_t chunk = packet[at + 2] << 8 | packet[at + 3];

		if (packet[at] == CHUNK_ASCONF)
			return true;
		if (chunk < 4)
			return false;
		at += (chunk + 3) & ~(size_t)3;
	}
	return false;
}

/* Takes @packet. */
static void slot_keep(struct slot *slot, int fd, const struct msghdr *msg, uint8_t *packet, size_t len)
{
	free(slot->packet);
	slot->packet = packet;
	slot->len = len;
	slot->fd = fd;
	slot->tries = 0;
	slot->to_len = msg->msg_namelen;
	memcpy(&slot->to, msg->msg_name, msg->msg_namelen);
	slot->control_len = msg->msg_controllen;
	if (msg->msg_controllen) /* a wildcard socket gives no control data, and no pointer either */
		memcpy(slot->control, msg->msg_control, msg->msg_controllen);
}

static bool is_expected(const struct sctp_tcb *stcb)
{
	const struct slot *slot;
	bool expected;

	pthread_mutex_lock(&lock);
	slot = *slot_of(stcb);
	expected = slot && slot->owner == stcb;
	pthread_mutex_unlock(&lock);
	return expected;
}

void us_asconf_sent(int fd, const struct msghdr *msg)
{
	struct slot *slot;
	uint8_t *packet;
	size_t len;

	if (!sending || !__atomic_load_n(&any, __ATOMIC_RELAXED) || !is_expected(sending))
		return;
	packet = flatten(msg, &len);
	if (!packet || !has_asconf(packet, len) || msg->msg_namelen > sizeof(slot->to) ||
	    msg->msg_controllen > sizeof(slot->control)) {
		free(packet);
		return;
	}
	pthread_mutex_lock(&lock);
	slot = *slot_of(sending);
	if (slot->owner == sending)
		slot_keep(slot, fd, msg, packet, len);
	else
		free(packet);
	pthread_mutex_unlock(&lock);
}

/* --- the timer --- */

static void slot_send(const struct slot *slot)
{
	struct iovec all = {.iov_base = slot->packet, .iov_len = slot->len};
	struct msghdr msg = {
	    .msg_name = (void *)&slot->to,
	    .msg_namelen = slot->to_len,
	    .msg_iov = &all,
	    .msg_iovlen = 1,
	    .msg_control = slot->control_len ? (void *)slot->control : NULL,
	    .msg_controllen = slot->control_len,
	};

	/* a packet that cannot be sent counts as lost, as with the library's own */
	us_real.sendmsg(slot->fd, &msg, MSG_DONTWAIT);
}

/* Whether the packet was sent again; false: it was the last time. */
static bool send_again(const struct sctp_tcb *stcb)
{
	struct slot *slot;
	bool more = false;

	expect(stcb);
	pthread_mutex_lock(&lock);
	slot = *slot_of(stcb);
	if (slot && slot->owner == stcb) {
		slot->tries++;
		more = slot->tries <= TRIES;
		if (more && slot->packet && !(slot->tries & (slot->tries - 1)))
			slot_send(slot);
	}
	pthread_mutex_unlock(&lock);
	return more;
}

/* The library asks which path to use instead of @net. Inside its timer for ASCONF the answer must be
 * another path than @net: the path of the timer, if it is not @net; it lives as long as the timer. */
INTERPOSED struct sctp_nets *sctp_find_alternate_net(struct sctp_tcb *stcb, struct sctp_nets *net, int mode);
struct sctp_nets *sctp_find_alternate_net(struct sctp_tcb *stcb, struct sctp_nets *net, int mode)
{
	struct sctp_nets *other = us_real.find_alternate(stcb, net, mode);

	return timed && other == net ? timed : other;
}

INTERPOSED int sctp_asconf_timer(struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct sctp_nets *net);
int sctp_asconf_timer(struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct sctp_nets *net)
{
	char why[] = "a change of addresses (ASCONF) was not answered";
	int ended = 1;

	if (us_real.find_alternate(stcb, net, 0) != net) {
		timed = net;
		ended = us_real.asconf_timer(inp, stcb, net);
		timed = NULL;
	} else if (send_again(stcb)) {
		us_real.timer_start(TIMER_ASCONF, inp, stcb, net);
		ended = 0;
	} else {
		us_real.abort_assoc(inp, stcb, us_real.make_cause(VIOLATION, why), 0);
	}
	return ended;
}
