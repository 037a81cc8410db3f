/* The kernel's notifications as neutral records, corrected where they differ from RFC 6458 6.1. */
#include "stack/kernel/kernel.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* The kernel leaves a DATA chunk's flags in snd_flags of a failed fragment, RFC 9260 3.3.1. */
#define FRAGMENT_LAST  0x01
#define FRAGMENT_FIRST 0x02
#define CHUNK_ABORT    6
/* Bytes of type, flags and length. */
#define NOTIFICATION_HEADER 8

static int notification_event(const struct piece *raw)
{
	uint16_t number;

	if (raw->len < NOTIFICATION_HEADER)
		return -1;
	memcpy(&number, raw->data, sizeof(number));
	return layout_find_event(&kernel_layout, number);
}

sctp_assoc_t kernel_notification_assoc(const struct piece *raw, int *state)
{
	int event = notification_event(raw);
	struct sctp_assoc_change change;
	struct record r;

	*state = -1;
	if (event < 0)
		return 0;
	record_init(&r, event);
	if (record_decode(&kernel_layout, raw->data, raw->len, &r) < 0)
		return 0;
	if (event == EVENT_assoc_change && raw->len >= sizeof(change)) {
		memcpy(&change, raw->data, sizeof(change));
		*state = change.sac_state;
	}
	return r.assoc;
}

/* Leaves in sac_info only the causes: takes off the ABORT's chunk header where there is one. As a cause its
 * first bytes would be the code 0x0600 or 0x0601, which nobody has assigned. */
static void strip_chunk(struct piece *p)
{
	uint8_t *info = p->data + sizeof(struct sctp_assoc_change);
	size_t len = p->len - sizeof(struct sctp_assoc_change);

	if (p->len < sizeof(struct sctp_assoc_change) + 4 || info[0] != CHUNK_ABORT || info[1] > 1)
		return;
	memmove(info, info + 4, len - 4);
	p->len -= 4;
}

/* The kernel removes the header of the cause; sre_data must hold the whole TLV. */
static void restore_cause(struct piece *p)
{
	struct sctp_remote_error sre;
	uint8_t *data = p->data + sizeof(sre);
	uint16_t len;

	if (p->len < sizeof(sre) || !p->end)
		return;
	memcpy(&sre, p->data, sizeof(sre));
	len = htons(p->len - sizeof(sre) + 4);
	memmove(data + 4, data, p->len - sizeof(sre));
	memcpy(data, &sre.sre_error, 2);
	memcpy(data + 2, &len, 2);
	p->len += 4;
}

static bool failed_append(struct stack_assoc *a, const uint8_t *data, size_t len)
{
	uint8_t *grown;

	if (a->failed_truncated || a->failed_len + len > FAILED_MAX + sizeof(struct sctp_send_failed_event))
		return false;
	grown = realloc(a->failed, a->failed_len + len);
	if (!grown)
		return false;
	memcpy(grown + a->failed_len, data, len);
	a->failed = grown;
	a->failed_len += len;
	return true;
}

/* The error is a cause code of 16 bits in network order in a member of 32 bits. */
static void fix_error(struct sctp_send_failed_event *event)
{
	if (event->ssf_error <= UINT16_MAX)
		event->ssf_error = htonl(ntohs(event->ssf_error));
}

/* A message counts as sent as soon as one of its fragments was sent. */
static void mark_sent(struct stack_assoc *a, const struct sctp_send_failed_event *fragment)
{
	if (fragment->ssf_flags == SCTP_DATA_SENT)
		memcpy(a->failed + offsetof(struct sctp_send_failed_event, ssf_flags), &fragment->ssf_flags,
		       sizeof(fragment->ssf_flags));
}

/* The kernel reports each fragment of a failed message, in order and with nothing between them. True at
 * the last one, with the whole message in *@p. */
static bool join_failed(struct stack_assoc *a, struct piece *p)
{
	struct sctp_send_failed_event event;
	const size_t header = sizeof(event);
	unsigned place;

	if (p->len < header)
		return true;
	memcpy(&event, p->data, header);
	fix_error(&event);
	memcpy(p->data, &event, header);
	place = event.ssfe_info.snd_flags & (FRAGMENT_FIRST | FRAGMENT_LAST);
	if (place & FRAGMENT_FIRST) {
		a->failed_len = 0;
		a->failed_truncated = false;
	}
	if (place == (FRAGMENT_FIRST | FRAGMENT_LAST))
		return true;
	if (!a->failed_len)
		a->failed_truncated = !failed_append(a, p->data, p->len);
	else if (!failed_append(a, p->data + header, p->len - header))
		a->failed_truncated = true;
	if (a->failed_len)
		mark_sent(a, &event);
	if (!(place & FRAGMENT_LAST))
		return false;
	if (a->failed_len) {
		p->data = a->failed;
		p->len = a->failed_len;
	}
	a->failed_len = 0;
	return true;
}

/* Without I-DATA the kernel leaves out the stream and the number of a message that was given up. Then
 * there is only one such message: the one being read. */
static void restore_message(const struct stack_assoc *a, struct piece *p)
{
	struct sctp_pdapi_event event;

	if (p->len < sizeof(event) || !a->opened || a->interleaved)
		return;
	memcpy(&event, p->data, sizeof(event));
	event.pdapi_stream = a->open.rcv_sid;
	event.pdapi_seq = a->open.rcv_ssn;
	memcpy(p->data, &event, sizeof(event));
}

/* Corrects @p in place. False: there is nothing to report yet. */
static bool normalise(struct stack_assoc *a, int event, struct piece *p, bool *truncated)
{
	*truncated = !p->end;
	if (event == EVENT_assoc_change) {
		strip_chunk(p);
	} else if (event == EVENT_remote_error) {
		restore_cause(p);
	} else if (event == EVENT_partial_delivery) {
		restore_message(a, p);
	} else if (event == EVENT_send_failed) {
		bool whole = join_failed(a, p);

		*truncated |= a->failed_truncated;
		return whole;
	}
	return true;
}

/* RFC 6525 6.1.3 requires the present numbers of streams; the kernel reports how many were added. */
static void count_streams(const struct stack_assoc *a, struct record *r)
{
	struct sctp_status status = {.sstat_assoc_id = a->id};
	socklen_t len = sizeof(status);

	if (getsockopt(a->fd, IPPROTO_SCTP, SCTP_STATUS, &status, &len) < 0)
		return;
	record_set_number(r, FIELD_stream_change_inbound_streams, status.sstat_instrms);
	record_set_number(r, FIELD_stream_change_outbound_streams, status.sstat_outstrms);
}

/* RFC 6525 6.1.2: the kernel has the peer's next TSN in local_tsn, and ours in remote_tsn. */
static void swap_tsns(struct record *r)
{
	struct value *local = record_at(r, FIELD_assoc_reset_local_tsn);
	struct value *remote = record_at(r, FIELD_assoc_reset_remote_tsn), was = *local;

	*local = *remote;
	*remote = was;
}

bool kernel_notification_decode(struct stack_assoc *a, const struct piece *raw, struct stack_item *ret)
{
	struct piece p = *raw;
	int event = notification_event(raw);
	uint16_t number = 0;
	bool truncated;

	*ret = (struct stack_item){.kind = STACK_EVENT};
	if (raw->len >= sizeof(number))
		memcpy(&number, raw->data, sizeof(number));
	if (event < 0) {
		ret->unknown_event = number;
		return number != 0;
	}
	if (!normalise(a, event, &p, &truncated))
		return false;
	record_init(&ret->event, event);
	if (record_decode(&kernel_layout, p.data, p.len, &ret->event) < 0)
		ret->unknown_event = number;
	else if (event == EVENT_assoc_change)
		kernel_name_end(a, &ret->event);
	else if (event == EVENT_stream_change)
		count_streams(a, &ret->event);
	else if (event == EVENT_assoc_reset)
		swap_tsns(&ret->event);
	if (truncated)
		record_drop_tails(&kernel_layout, &ret->event);
	return true;
}
