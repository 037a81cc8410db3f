/* The sequence of an association where memory is short: no number is missing without a gap that says so. */
#include "support/unit.h"

#include "config/config.h"
#include "feed/notify.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/event_record.h"
#include "sctp/inbox.h"
#include "sctp/reading.h"
#include "sctp/sharing.h"

static unsigned failing; /* so many calls of item_new() find no memory */

struct item *__real_item_new(enum item_kind kind, size_t len);
struct item *__wrap_item_new(enum item_kind kind, size_t len);
struct item *__wrap_item_new(enum item_kind kind, size_t len)
{
	if (failing > 0) {
		failing--;
		return NULL;
	}
	return __real_item_new(kind, len);
}

static struct config config = {.recv_queue_bytes = 1 << 20,
                               .recv_queue_messages = 1000,
                               .bytes_per_user = 1 << 24,
                               .bytes_in_all = 1 << 24};
static struct core core = {
    .config = &config, .feed = &notify_feed, .sharing = &group_sharing, .accounts.config = &core.config};
static struct endpoint e = {.core = &core};
static struct assoc a = {.endpoint = &e};

static int set_up(void **state)
{
	(void)state;
	TAILQ_INIT(&core.accounts.list);
	TAILQ_INIT(&core.accounts.stalled);
	TAILQ_INIT(&e.items);
	e.account = account_get(&core.accounts, 1);
	a.seq = 0;
	a.state = ASSOC_ESTABLISHED;
	return delivery_init(&a.delivery);
}

static int tear_down(void **state)
{
	(void)state;
	delivery_free(&a);
	charge_clear(&a.charge);
	e.account = account_put(e.account);
	return core.accounts.n;
}

static void happens(void)
{
	struct record r;

	record_init(&r, EVENT_peer_addr_change);
	a.seq++;
	delivery_push_event(&a, event_record_new(&r), NULL, 0);
}

static void is_lost(void)
{
	failing = 1;
	happens();
	failing = 0;
}

static void acknowledge(uint64_t seq)
{
	while (a.delivery.next && a.delivery.next->seq <= seq)
		reading_advance(a.delivery.next, DELIVERED);
	reading_ack(&a, seq);
}

/* "1 gap2-4 5": the numbers there are, and what they stand for. */
static const char *sequence(void)
{
	static char text[256];
	const struct item *item;
	char *at = text;

	*at = '\0';
	TAILQ_FOREACH (item, &a.delivery.items, in_assoc) {
		at = at == text ? at : stpcpy(at, " ");
		if (item->kind == ITEM_GAP)
			at += sprintf(at, "gap%d-%d", (int)item_lost(item).from, (int)item->seq);
		else
			at += sprintf(at, "%d", (int)item->seq);
	}
	assert_int_equal(delivery_bytes(&a.delivery), delivery_count(&a.delivery));
	assert_int_equal(a.charge.n, delivery_bytes(&a.delivery));
	return text;
}

static void test_what_is_lost_is_a_gap(void **state)
{
	(void)state;
	happens();
	is_lost();
	happens();
	assert_string_equal(sequence(), "1 gap2-2 3");
}

static void test_a_gap_grows_until_it_is_read(void **state)
{
	(void)state;
	is_lost();
	is_lost();
	assert_string_equal(sequence(), "gap1-2");
	reading_advance(a.delivery.next, DELIVERED);
	is_lost();
	happens();
	assert_string_equal(sequence(), "gap1-2 gap3-3 4");
}

/* The record could not be made, so there is nothing to queue. */
static void test_no_record_is_a_gap(void **state)
{
	(void)state;
	a.seq++;
	delivery_push_event(&a, NULL, NULL, 0);
	assert_string_equal(sequence(), "gap1-1");
}

/* The one gap there always is stands in the sequence already: nothing comes behind what is not told. */
static void test_nothing_overtakes_a_gap_that_cannot_be_told(void **state)
{
	(void)state;
	is_lost();
	happens();
	failing = 2;
	happens();
	assert_int_equal(failing, 0);
	failing = 2;
	happens();
	failing = 0;
	assert_string_equal(sequence(), "gap1-1 2");
	happens();
	assert_string_equal(sequence(), "gap1-1 2 gap3-4 5");
}

/* Also where nothing comes any more. */
static void test_a_gap_is_told_when_the_one_before_is_acknowledged(void **state)
{
	(void)state;
	is_lost();
	happens();
	failing = 2;
	happens();
	failing = 0;
	acknowledge(1);
	assert_string_equal(sequence(), "2 gap3-3");
	acknowledge(3);
	assert_string_equal(sequence(), "");
	assert_int_equal(a.delivery.acked, 3);
	is_lost();
	assert_string_equal(sequence(), "gap4-4");
}

/* It takes no number, and the association has to end: its peer relies on what was received. */
static void test_a_message_without_memory_is_refused(void **state)
{
	const struct stack_item from = {.data = (const uint8_t *)"x", .len = 1, .end = true};

	(void)state;
	happens();
	failing = 1;
	assert_string_equal(delivery_push_data(&a, &from), "no memory for a message");
	assert_null(delivery_push_data(&a, &from));
	assert_string_equal(sequence(), "1 2");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_what_is_lost_is_a_gap),
	    TEST(test_a_gap_grows_until_it_is_read),
	    TEST(test_no_record_is_a_gap),
	    TEST(test_nothing_overtakes_a_gap_that_cannot_be_told),
	    TEST(test_a_gap_is_told_when_the_one_before_is_acknowledged),
	    TEST(test_a_message_without_memory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
