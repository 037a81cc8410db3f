/* Events as text: none is made before somebody reads, and then one for all who read. */
#include "support/unit.h"

#include "config/config.h"
#include "feed/event_log.h"
#include "feed/event_text.h"
#include "feed/item_json.h"
#include "feed/notify.h"
#include "proto/writer.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/event_record.h"
#include "sctp/inbox.h"
#include "sctp/sharing.h"
#include "stack/packed.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

static unsigned made; /* texts so far */

int __real_record_unpack(const void *from, size_t len, enum record_id id, struct record *ret);
int __wrap_record_unpack(const void *from, size_t len, enum record_id id, struct record *ret);
int __wrap_record_unpack(const void *from, size_t len, enum record_id id, struct record *ret)
{
	made++;
	return __real_record_unpack(from, len, id, ret);
}

static struct config config = {.recv_queue_bytes = 1 << 20,
                               .recv_queue_messages = 1000,
                               .bytes_per_user = 1 << 24,
                               .bytes_in_all = 1 << 24,
                               .event_log_bytes = 1 << 20};
static struct core core = {
    .config = &config, .feed = &notify_feed, .sharing = &group_sharing, .accounts.config = &core.config};
static struct endpoint e = {.core = &core, .id = 3, .port = 5000};
static struct assoc a = {.endpoint = &e, .id = 7};

static int set_up(void **state)
{
	(void)state;
	made = 0;
	core.base = event_base_new();
	TAILQ_INIT(&core.accounts.list);
	TAILQ_INIT(&core.accounts.stalled);
	TAILQ_INIT(&e.items);
	e.account = account_get(&core.accounts, 1);
	core.event_log = event_log_new(&core);
	core.event_texts = event_texts_new();
	a.seq = 0;
	a.state = ASSOC_ESTABLISHED;
	return delivery_init(&a.delivery);
}

static int tear_down(void **state)
{
	(void)state;
	delivery_free(&a);
	charge_clear(&a.charge);
	core.event_log = event_log_free(core.event_log);
	core.event_texts = event_texts_free(core.event_texts);
	e.account = account_put(e.account);
	event_base_free(core.base);
	return core.accounts.n;
}

static void happens(void)
{
	event_tell(&core, &(struct event_info){.id = EVENT_unknown, .a = &a, .number = 4711});
}

static void read_first(void)
{
	struct writer w;

	writer_init(&w, NULL, 0);
	assert_int_equal(item_write_to(&w, a.delivery.next, false), 0);
	writer_raw(&w, "", 1);
	assert_non_null(strstr(w.text, "\"number\":4711"));
	writer_clear(&w);
}

static void nobody_reads_and_none_is_made(void **state)
{
	(void)state;
	event_tell(&core, &(struct event_info){.id = EVENT_assoc_opened, .a = &a});
	event_tell(&core, &(struct event_info){.id = EVENT_paused, .a = &a, .mark = "user"});
	event_tell(&core, &(struct event_info){.id = EVENT_socket_opened, .e = &e});
	happens();
	assert_int_equal(event_log_cursor(core.event_log), 3); /* the owner alone is told of the last */
	assert_int_equal(a.delivery.count, 1);                 /* paused is not counted */
	assert_int_equal(made, 0);
}

static void all_who_read_have_one(void **state)
{
	(void)state;
	happens();
	for (int i = 0; i < 3; i++)
		read_first();
	assert_int_equal(made, 1);
}

static struct event_record *event_of(enum record_id id)
{
	struct record r;

	record_init(&r, id);
	return event_record_new(&r);
}

static void read_text(const struct event_record *event)
{
	struct event_text text;

	assert_int_equal(event_text(core.event_texts, event, &text), 0);
	assert_memory_equal(text.text, "\"event\":\"", 9);
}

/* 512 of them are kept. */
static void who_comes_late_has_it_made_again(void **state)
{
	struct event_record *first = event_of(EVENT_shutdown), *other;

	(void)state;
	read_text(first);
	for (int i = 0; i < 511; i++) {
		other = event_of(EVENT_shutdown);
		read_text(other);
		event_record_put(other);
	}
	read_text(first);
	assert_int_equal(made, 512);
	other = event_of(EVENT_shutdown);
	read_text(other);
	event_record_put(other);
	read_text(first);
	assert_int_equal(made, 514);
	event_record_put(first);
}

/* Of 256 KiB together. */
static void long_ones_make_room(void **state)
{
	static uint16_t streams[40000];
	struct event_record *event[3];
	struct record r;

	(void)state;
	for (size_t i = 0; i < 40000; i++)
		streams[i] = 40000;
	record_init(&r, EVENT_stream_reset);
	*record_at(&r, FIELD_stream_reset_streams) = (struct value){.present = true, .known = true};
	record_at(&r, FIELD_stream_reset_streams)->bytes.data = (const uint8_t *)streams;
	record_at(&r, FIELD_stream_reset_streams)->bytes.len = sizeof(streams);
	record_at(&r, FIELD_stream_reset_streams)->bytes.width = sizeof(streams[0]);
	for (int i = 0; i < 3; i++) {
		event[i] = event_record_new(&r);
		read_text(event[i]);
		read_text(event[i]);
	}
	assert_int_equal(made, 3);
	read_text(event[0]); /* the second took its room, or the third */
	assert_int_equal(made, 4);
	for (int i = 0; i < 3; i++)
		event_record_put(event[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(nobody_reads_and_none_is_made, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(all_who_read_have_one, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(who_comes_late_has_it_made_again, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(long_ones_make_room, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
