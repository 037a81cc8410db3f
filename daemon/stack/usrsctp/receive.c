/* The items of an association: raw messages and notifications of usrsctp as neutral items. */
#include "stack/usrsctp/private.h"
#include "stack/usrsctp/private_option.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_START     65536 /* a piece of a message; notifications make it grow */
#define NOTIFICATION_MAX (US_FAILED_MAX + 1024)
#define BUFFER_MAX       (4 << 20)
#define CHUNK_HEADER     4    /* RFC 9260 3.2 */
#define SKIP_MAX         1024 /* limit of fragments without an item of their own in one call of recv() */

int us_buffer_grow(struct stack *s, size_t wanted)
{
	size_t size = s->buffer_size ? s->buffer_size : BUFFER_START;
	uint8_t *buffer;

	while (size < wanted)
		size *= 2;
	if (size == s->buffer_size)
		return 0;
	if (size > BUFFER_MAX)
		return -EMSGSIZE;
	buffer = realloc(s->buffer, size);
	if (!buffer)
		return -ENOMEM;
	s->buffer = buffer;
	s->buffer_size = size;
	return 0;
}

static ssize_t read_piece(struct stack *s, struct socket *so, struct received *r)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in6 in6;
	} from = {0};
	socklen_t info_len = sizeof(r->info), from_len = sizeof(from);
	unsigned type = SCTP_RECVV_NOINFO;
	ssize_t n;

	r->flags = 0;
	n = usrsctp_recvv(so, s->buffer + r->len, s->buffer_size - r->len, &from.sa, &from_len, &r->info,
	                  &info_len, &type, &r->flags);
	if (n < 0)
		return us_error();
	if (address_from_sockaddr(&from, from_len, &r->from) < 0)
		r->from.sa.sa_family = 0;
	return n;
}

int us_receive(struct stack *s, struct socket *so, struct received *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (;;) {
		int error = us_buffer_grow(s, ret->len + BUFFER_START);
		ssize_t n = error ? error : read_piece(s, so, ret);

		if (n <= 0)
			return n;
		ret->len += n;
		if (!(ret->flags & MSG_NOTIFICATION) || (ret->flags & MSG_EOR))
			return 1;
		if (ret->len > NOTIFICATION_MAX) {
			ret->cut = true;
			ret->len = NOTIFICATION_MAX;
		}
	}
}

/* The library gives the peer's ABORT if that ended the association, and no cause if the peer does not
 * answer any more. */
static void name_end(struct record *r, bool by_peer)
{
	bool up = record_number(r, FIELD_assoc_change_state) == NAME_assoc_change_state_comm_lost;
	enum name_id by = up ? NAME_assoc_end_peer_aborted : NAME_assoc_end_refused;

	if (!by_peer && record_number(r, FIELD_assoc_change_error))
		return; /* the library rejected a packet of the peer */
	record_set_number(r, FIELD_assoc_change_reason, by_peer ? by : NAME_assoc_end_unreachable);
}

/* usrsctp's sac_info: on COMM_UP and RESTART a list of features, which is dropped; otherwise the ABORT
 * chunk. */
static void fix_assoc_change(struct record *r)
{
	const struct value *state = record_get(r, FIELD_assoc_change_state);
	struct value *info = record_at(r, FIELD_assoc_change_info);
	bool lost = state->known && (state->number == NAME_assoc_change_state_comm_lost ||
	                             state->number == NAME_assoc_change_state_cant_assoc);

	if (lost)
		name_end(r, info->present && info->bytes.len >= CHUNK_HEADER);
	if (!lost || !info->present || info->bytes.len <= CHUNK_HEADER) {
		memset(info, 0, sizeof(*info));
		return;
	}
	info->bytes.data += CHUNK_HEADER;
	info->bytes.len -= CHUNK_HEADER;
}

/* sre_data is the ERROR chunk. */
static void fix_remote_error(struct record *r)
{
	struct value *causes = record_at(r, FIELD_remote_error_causes);

	if (!causes->present || causes->bytes.len < CHUNK_HEADER) {
		memset(causes, 0, sizeof(*causes));
		return;
	}
	causes->bytes.data += CHUNK_HEADER;
	causes->bytes.len -= CHUNK_HEADER;
}

static bool is_last(const struct record *r)
{
	const struct value *state = record_get(r, FIELD_assoc_change_state);

	return state->known && (state->number == NAME_assoc_change_state_comm_lost ||
	                        state->number == NAME_assoc_change_state_cant_assoc ||
	                        state->number == NAME_assoc_change_state_shutdown_comp);
}

static bool is_restart(const struct record *r)
{
	const struct value *state = record_get(r, FIELD_assoc_change_state);

	return state->known && state->number == NAME_assoc_change_state_restart;
}

static int decode_notification(struct stack_assoc *a, const uint8_t *raw, size_t len, struct stack_item *ret)
{
	struct sctp_tlv header;
	int event;

	if (len < sizeof(header))
		return -EBADMSG;
	memcpy(&header, raw, sizeof(header));
	ret->kind = STACK_EVENT;
	event = layout_find_event(&usrsctp_layout, header.sn_type);
	if (event < 0) {
		ret->unknown_event = header.sn_type;
		return 0;
	}
	record_init(&ret->event, event);
	if (record_decode(&usrsctp_layout, raw, len, &ret->event))
		return -EBADMSG;
	if (event == EVENT_assoc_change) {
		fix_assoc_change(&ret->event);
		a->over |= is_last(&ret->event);
		a->restarts += is_restart(&ret->event);
		if (is_restart(&ret->event))
			us_peers_learn(a);
	} else if (event == EVENT_peer_addr_change) {
		us_peers_learn(a);
	} else if (event == EVENT_remote_error) {
		fix_remote_error(&ret->event);
	}
	return 0;
}

/* Whether the message that is being read will never be complete. The library sets MSG_EOR on the last part
 * of a message that it gives up, and puts the event that says so right behind it. */
static bool was_given_up(const struct stack_assoc *a, const struct received *r)
{
	struct sctp_pdapi_event event;
	socklen_t info_len = 0, from_len = 0;
	unsigned type = SCTP_RECVV_NOINFO;
	int flags = MSG_PEEK;

	if (!a->source.so || !TAILQ_EMPTY(&a->pending))
		return false;
	if (usrsctp_recvv(a->source.so, &event, sizeof(event), NULL, &from_len, NULL, &info_len, &type,
	                  &flags) != sizeof(event))
		return false;
	return flags & MSG_NOTIFICATION && event.pdapi_type == SCTP_PARTIAL_DELIVERY_EVENT &&
	       event.pdapi_stream == r->info.rcv_sid;
}

static void fill_data(const struct stack *s, const struct received *r, struct stack_item *ret)
{
	ret->kind = STACK_DATA;
	ret->data = s->buffer;
	ret->len = r->len;
	ret->end = r->flags & MSG_EOR;
	ret->stream = r->info.rcv_sid;
	ret->ssn = r->info.rcv_ssn;
	ret->ppid = ntohl(r->info.rcv_ppid);
	ret->tsn = r->info.rcv_tsn;
	ret->context = r->info.rcv_context;
	ret->cumtsn = r->info.rcv_cumtsn;
	ret->unordered = r->info.rcv_flags & SCTP_UNORDERED;
	ret->from = r->from;
}

static int decode(struct stack_assoc *a, const struct received *r, struct stack_item *ret)
{
	struct stack *s = a->endpoint->stack;
	int error = 0;

	if (r->flags & MSG_NOTIFICATION)
		error = decode_notification(a, s->buffer, r->len, ret);
	else
		fill_data(s, r, ret);
	if (ret->kind == STACK_DATA && ret->end && was_given_up(a, r))
		ret->end = false;
	if (ret->kind == STACK_DATA)
		a->in_message = !ret->end;
	if (!error && r->cut && !ret->unknown_event)
		record_drop_tails(&usrsctp_layout, &ret->event);
	return error ? error : 1;
}

/* Kept items come before those in the socket. */
static int take_kept(struct stack_assoc *a, struct received *ret)
{
	struct stack *s = a->endpoint->stack;
	struct pending *p = TAILQ_FIRST(&a->pending);
	int error = us_buffer_grow(s, p->received.len);

	if (error)
		return error;
	*ret = p->received;
	memcpy(s->buffer, p->data, p->received.len);
	TAILQ_REMOVE(&a->pending, p, link);
	free(p);
	return 1;
}

/* If a peer restarts in the middle of a message that is being read, the library keeps the first part at
 * the head of the queue, waits for the rest for ever, and gives nothing after it: not even the event of
 * the restart. Only aborting the association frees the queue. */
static void free_stuck(struct stack_assoc *a)
{
	static const char why[] = "the peer restarted in the middle of a message";

	if (a->in_message && !a->over && us_wake_restarts(&a->source) > a->restarts) {
		a->in_message = false;
		us_assoc_abort(a, why, sizeof(why) - 1);
	}
}

/* The socket gave nothing. A socket that has ended stays readable for ever and repeats its error, which
 * counts only if no assoc_change reported the end before. */
static int nothing(struct stack_assoc *a, int result)
{
	a->readable = false;
	if (result == -EAGAIN)
		free_stuck(a);
	if (result == -EAGAIN || a->over)
		return 0;
	a->over = true;
	return result ? result : -ENOTCONN;
}

static int read_next(struct stack_assoc *a, struct received *ret)
{
	if (!TAILQ_EMPTY(&a->pending))
		return take_kept(a, ret);
	if (a->unpeeled && a->endpoint->closed)
		return -ENOTCONN; /* it ended before it had a socket, and the notification of its end was lost
		                   */
	return a->source.so ? us_receive(a->endpoint->stack, a->source.so, ret) : -EAGAIN;
}

/* The next item. -EINPROGRESS: more has to be read first. */
static int next_told(struct stack_assoc *a, struct received *ret)
{
	struct stack *s = a->endpoint->stack;
	int n;

	/* after the assoc_change that ends it, 0 would mean that all has been reported */
	for (int i = 0; i < SKIP_MAX || a->over; i++) {
		n = read_next(a, ret);
		if (n <= 0 && a->failed.held && (n != -EAGAIN || a->over || us_failed_due(&a->failed))) {
			us_failed_tell(s, &a->failed, ret);
			return 1;
		}
		if (n <= 0 || !(ret->flags & MSG_NOTIFICATION) || us_failed_join(s, &a->failed, ret))
			return n;
	}
	return -EINPROGRESS;
}

int us_assoc_recv(struct stack_assoc *a, struct stack_item *ret)
{
	struct received received;
	int n;

	memset(ret, 0, sizeof(*ret));
	n = next_told(a, &received);
	if (n == -EINPROGRESS)
		return 0; /* still readable, so the loop calls again */
	return n > 0 ? decode(a, &received, ret) : nothing(a, n);
}
