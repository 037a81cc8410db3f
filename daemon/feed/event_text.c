/* Events as text. The latest texts are kept for further readers: observers, the owner, members of a group. */
#include "feed/event_text.h"

#include "proto/writer.h"
#include "record/record_write.h"
#include "sctp/event_record.h"
#include "stack/packed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Limits of kept texts: their number, a power of two, and their bytes. Above these, older texts are dropped.
 */
#define TEXTS_MAX   512
#define TEXTS_BYTES (256 * 1024)
/* Enough for most events. */
#define TEXT_USUAL 1024

struct kept {
	uint64_t number; /* of the event */
	size_t len;
	char *text; /* NULL: none */
};

struct event_texts {
	struct kept kept[TEXTS_MAX];
	size_t bytes;
	unsigned hand; /* index of the next text that is dropped for room */
};

struct event_texts *event_texts_new(void)
{
	return calloc(1, sizeof(struct event_texts));
}

static void text_drop(struct event_texts *texts, struct kept *kept)
{
	free(kept->text);
	texts->bytes -= kept->len;
	*kept = (struct kept){0};
}

struct event_texts *event_texts_free(struct event_texts *texts)
{
	for (unsigned i = 0; texts && i < TEXTS_MAX; i++)
		text_drop(texts, &texts->kept[i]);
	free(texts);
	return NULL;
}

static void write_number(struct writer *w, const char *name, uint64_t number)
{
	if (!number)
		return;
	writer_name(w, name);
	writer_number(w, number);
}

/* 0 or -ENOMEM. */
static int event_write(struct writer *w, const struct event_record *event)
{
	struct record r;

	writer_name(w, "event");
	writer_string(w, catalog_records[event->id].name);
	write_number(w, "ts", event->ts);
	write_number(w, "socket", event->socket);
	write_number(w, "assoc", event->assoc);
	write_number(w, "seq", event->seq);
	if (record_unpack(event->fields, event->len, event->id, &r) == 0)
		record_write(w, &r, false, false);
	return writer_error(w);
}

/* Drops other texts until there is room. 0 or -ENOMEM. */
static int text_keep(struct event_texts *texts, struct kept *kept, const struct event_record *event,
                     const struct writer *w)
{
	char *text = malloc(w->len);

	if (!text)
		return -ENOMEM;
	memcpy(text, w->text, w->len);
	text_drop(texts, kept);
	*kept = (struct kept){.number = event->number, .len = w->len, .text = text};
	texts->bytes += w->len;
	while (texts->bytes > TEXTS_BYTES && texts->bytes > kept->len) {
		struct kept *other = &texts->kept[texts->hand++ & (TEXTS_MAX - 1)];

		if (other != kept)
			text_drop(texts, other);
	}
	return 0;
}

static int text_make(struct event_texts *texts, struct kept *kept, const struct event_record *event)
{
	char space[TEXT_USUAL];
	struct writer w;
	int r;

	writer_init(&w, space, sizeof(space));
	r = event_write(&w, event);
	if (r == 0)
		r = text_keep(texts, kept, event, &w);
	writer_clear(&w);
	return r;
}

int event_text(struct event_texts *texts, const struct event_record *event, struct event_text *ret)
{
	struct kept *kept = &texts->kept[event->number & (TEXTS_MAX - 1)];
	int r = kept->text && kept->number == event->number ? 0 : text_make(texts, kept, event);

	*ret = (struct event_text){.text = kept->text, .len = kept->len};
	return r;
}
