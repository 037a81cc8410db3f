/* A message that could not be delivered: the library reports it fragment by fragment, the daemon once. */
#include "stack/usrsctp/private.h"
#include "util/clock.h"

#include <stdlib.h>
#include <string.h>

/* The library leaves a DATA chunk's flags in snd_flags, RFC 9260 3.3.1. */
#define FRAGMENT_LAST  0x01
#define FRAGMENT_FIRST 0x02
#define FRAGMENT_ONLY  (FRAGMENT_FIRST | FRAGMENT_LAST)
#define WAIT_MS        200 /* for the next fragment; the library reports all fragments at once */

static unsigned place_of(const struct sctp_send_failed_event *head)
{
	return head->ssfe_info.snd_flags & FRAGMENT_ONLY;
}

static struct sctp_send_failed_event *head_of(const struct failed *f)
{
	return (struct sctp_send_failed_event *)f->head;
}

/* Fragments of one message come in order. Between two of them there may be whole messages of other streams.
 */
static bool continues(const struct failed *f, const struct sctp_send_failed_event *head)
{
	return !f->done && !(place_of(head) & FRAGMENT_FIRST) &&
	       head->ssfe_info.snd_sid == head_of(f)->ssfe_info.snd_sid &&
	       head->ssfe_info.snd_ppid == head_of(f)->ssfe_info.snd_ppid &&
	       head->ssfe_info.snd_context == head_of(f)->ssfe_info.snd_context;
}

static bool append(struct failed *f, const uint8_t *data, size_t len)
{
	uint8_t *grown;

	if (len == 0)
		return true;
	if (f->len + len > US_FAILED_MAX)
		return false;
	grown = realloc(f->data, f->len + len);
	if (!grown)
		return false;
	memcpy(grown + f->len, data, len);
	f->data = grown;
	f->len += len;
	return true;
}

static void add(struct failed *f, const struct sctp_send_failed_event *head, const uint8_t *data, size_t len)
{
	unsigned place = place_of(head);

	if (!f->held) {
		f->held = true;
		memcpy(f->head, head, sizeof(f->head));
		/* earlier fragments were acknowledged by the peer, or given up without a report */
		f->cut = !(place & FRAGMENT_FIRST);
	}
	/* a message counts as sent as soon as one of its fragments was */
	if (head->ssfe_flags == SCTP_DATA_SENT)
		head_of(f)->ssfe_flags = SCTP_DATA_SENT;
	if (!f->cut && !append(f, data, len))
		f->cut = true;
	f->done = place & FRAGMENT_LAST;
	f->since = clock_ms();
}

void us_failed_tell(struct stack *s, struct failed *f, struct received *r)
{
	size_t len = f->cut || !f->done ? 0 : f->len;

	*r = (struct received){.flags = MSG_NOTIFICATION | MSG_EOR, .cut = f->cut || !f->done};
	if (us_buffer_grow(s, sizeof(f->head) + len)) {
		r->cut = true;
		len = 0;
	}
	memcpy(s->buffer, f->head, sizeof(f->head));
	if (len)
		memcpy(s->buffer + sizeof(f->head), f->data, len);
	r->len = sizeof(f->head) + len;
	us_failed_drop(f);
}

void us_failed_drop(struct failed *f)
{
	free(f->data);
	memset(f, 0, sizeof(*f));
}

bool us_failed_join(struct stack *s, struct failed *f, struct received *r)
{
	struct sctp_send_failed_event head;
	struct failed former = {0};

	if (r->len < sizeof(head))
		return true;
	memcpy(&head, s->buffer, sizeof(head));
	if (head.ssfe_type != SCTP_SEND_FAILED_EVENT || place_of(&head) == FRAGMENT_ONLY)
		return true;
	if (f->held && !continues(f, &head)) {
		former = *f;
		memset(f, 0, sizeof(*f));
	}
	add(f, &head, s->buffer + sizeof(head), r->len - sizeof(head));
	f->cut |= r->cut;
	if (former.held)
		us_failed_tell(s, &former, r);
	else if (f->done)
		us_failed_tell(s, f, r);
	else
		return false;
	return true;
}

bool us_failed_due(const struct failed *f)
{
	return f->held && (f->done || clock_ms() - f->since >= WAIT_MS);
}
