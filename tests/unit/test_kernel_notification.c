/* The kernel stack's notifications, from bytes as the kernel writes them; needs no SCTP here. */
#include "stack/kernel/kernel.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct stack_assoc assoc;
static uint8_t raw[PIECE_MAX + PIECE_SLACK];

static int teardown(void **state)
{
	(void)state;
	free(assoc.failed);
	memset(&assoc, 0, sizeof(assoc));
	return 0;
}

static bool decode(size_t len, bool end, struct stack_item *ret)
{
	const struct piece p = {.data = raw, .len = len, .notification = true, .end = end};

	return kernel_notification_decode(&assoc, &p, ret);
}

static size_t put_change(const void *info, size_t len)
{
	const struct sctp_assoc_change change = {.sac_type = SCTP_ASSOC_CHANGE,
	                                         .sac_length = sizeof(change) + len,
	                                         .sac_state = SCTP_COMM_LOST,
	                                         .sac_error = htons(12),
	                                         .sac_assoc_id = 77};

	memcpy(raw, &change, sizeof(change));
	if (len)
		memcpy(raw + sizeof(change), info, len);
	return sizeof(change) + len;
}

static const struct value *field(const struct stack_item *item, enum field_id id)
{
	return record_get(&item->event, id);
}

static void test_abort_causes(void **state)
{
	static const uint8_t cause[] = {0, 12, 0, 7, 'w', 'h', 'y'},
	                     chunk[] = {6, 0, 0, 11, 0, 12, 0, 7, 'w', 'h', 'y'};
	struct stack_item item;
	int change;

	(void)state;
	for (int with_chunk = 0; with_chunk < 2; with_chunk++) {
		size_t len = with_chunk ? put_change(chunk, sizeof(chunk)) : put_change(cause, sizeof(cause));
		const struct piece p = {.data = raw, .len = len, .notification = true, .end = true};

		assert_int_equal(kernel_notification_assoc(&p, &change), 77);
		assert_int_equal(change, SCTP_COMM_LOST);
		assert_true(decode(len, true, &item));
		assert_int_equal(item.event.id, EVENT_assoc_change);
		assert_int_equal(item.event.assoc, 77);
		assert_int_equal(field(&item, FIELD_assoc_change_error)->number, 12);
		assert_int_equal(field(&item, FIELD_assoc_change_info)->bytes.len, sizeof(cause));
		assert_memory_equal(field(&item, FIELD_assoc_change_info)->bytes.data, cause, sizeof(cause));
	}
}

/* The kernel took the header off; it is put back. */
static void test_remote_error(void **state)
{
	static const uint8_t body[] = {0, 9, 0, 0}, whole[] = {0, 1, 0, 8, 0, 9, 0, 0};
	const struct sctp_remote_error sre = {.sre_type = SCTP_REMOTE_ERROR,
	                                      .sre_length = sizeof(sre) + sizeof(body),
	                                      .sre_error = htons(1),
	                                      .sre_assoc_id = 5};
	struct stack_item item;

	(void)state;
	memcpy(raw, &sre, sizeof(sre));
	memcpy(raw + sizeof(sre), body, sizeof(body));
	assert_true(decode(sizeof(sre) + sizeof(body), true, &item));
	assert_int_equal(field(&item, FIELD_remote_error_error)->number, 1);
	assert_int_equal(field(&item, FIELD_remote_error_causes)->bytes.len, sizeof(whole));
	assert_memory_equal(field(&item, FIELD_remote_error_causes)->bytes.data, whole, sizeof(whole));
}

/* One fragment; @place as in a DATA chunk's flags: 2 the first, 1 the last. */
static bool fragment(unsigned place, bool sent, char fill, size_t len, struct stack_item *ret)
{
	struct sctp_send_failed_event event;

	memset(&event, 0, sizeof(event));
	event.ssf_type = SCTP_SEND_FAILED_EVENT;
	event.ssf_flags = sent ? SCTP_DATA_SENT : SCTP_DATA_UNSENT;
	event.ssf_length = sizeof(event) + len;
	event.ssf_error = htons(12);
	event.ssfe_info.snd_sid = 3;
	event.ssfe_info.snd_ppid = htonl(46);
	event.ssfe_info.snd_flags = place;
	memcpy(raw, &event, sizeof(event));
	memset(raw + sizeof(event), fill, len);
	return decode(sizeof(event) + len, true, ret);
}

static void test_failed_fragments(void **state)
{
	struct stack_item item;

	(void)state;
	assert_false(fragment(2, true, 'a', 1000, &item));
	assert_false(fragment(0, false, 'b', 1000, &item));
	assert_true(fragment(1, false, 'c', 10, &item));
	assert_int_equal(field(&item, FIELD_send_failed_data)->bytes.len, 2010);
	assert_int_equal(field(&item, FIELD_send_failed_data)->bytes.data[999], 'a');
	assert_int_equal(field(&item, FIELD_send_failed_data)->bytes.data[1999], 'b');
	assert_int_equal(field(&item, FIELD_send_failed_data)->bytes.data[2009], 'c');
	assert_int_equal(field(&item, FIELD_send_failed_sent)->number, NAME_send_failed_flags_sent);
	assert_int_equal(field(&item, FIELD_send_failed_error)->number, 12);
	assert_int_equal(field(&item, FIELD_send_failed_ppid)->number, 46);
	assert_true(fragment(3, false, 'd', 5, &item));
	assert_int_equal(field(&item, FIELD_send_failed_data)->bytes.len, 5);
	assert_int_equal(field(&item, FIELD_send_failed_sent)->number, NAME_send_failed_flags_unsent);
}

static void test_failed_too_long(void **state)
{
	struct stack_item item;

	(void)state;
	assert_false(fragment(2, true, 'a', 60000, &item));
	for (size_t sent = 60000; sent < 2 * FAILED_MAX; sent += 60000)
		assert_false(fragment(0, true, 'a', 60000, &item));
	assert_true(assoc.failed_len <= FAILED_MAX + sizeof(struct sctp_send_failed_event));
	assert_true(fragment(1, true, 'a', 60000, &item));
	assert_false(item.unknown_event);
	assert_int_equal(field(&item, FIELD_send_failed_stream)->number, 3);
	assert_false(field(&item, FIELD_send_failed_data)->present);
	assert_true(fragment(3, true, 'b', 7, &item));
	assert_int_equal(field(&item, FIELD_send_failed_data)->bytes.len, 7);
}

static void test_not_whole(void **state)
{
	static const uint8_t cause[] = {0, 12, 0, 7, 'w', 'h', 'y'};
	struct stack_item item;

	(void)state;
	assert_true(decode(put_change(cause, sizeof(cause)), false, &item));
	assert_int_equal(field(&item, FIELD_assoc_change_error)->number, 12);
	assert_false(field(&item, FIELD_assoc_change_info)->present);
}

static void test_unknown(void **state)
{
	const uint16_t number = 0x80ff;
	struct stack_item item;

	(void)state;
	memset(raw, 0, 64);
	memcpy(raw, &number, sizeof(number));
	assert_true(decode(64, true, &item));
	assert_int_equal(item.unknown_event, number);
}

static void check_given_up(unsigned told_stream, unsigned stream, unsigned sequence)
{
	const struct sctp_pdapi_event event = {.pdapi_type = SCTP_PARTIAL_DELIVERY_EVENT,
	                                       .pdapi_length = sizeof(event),
	                                       .pdapi_indication = SCTP_PARTIAL_DELIVERY_ABORTED,
	                                       .pdapi_stream = told_stream,
	                                       .pdapi_assoc_id = 77};
	struct stack_item item;

	memcpy(raw, &event, sizeof(event));
	assert_true(decode(sizeof(event), true, &item));
	assert_int_equal(item.event.id, EVENT_partial_delivery);
	assert_int_equal(field(&item, FIELD_partial_delivery_stream)->number, stream);
	assert_int_equal(field(&item, FIELD_partial_delivery_sequence)->number, sequence);
}

/* The kernel tells the stream only where messages interleave. */
static void test_given_up(void **state)
{
	(void)state;
	assoc.open = (struct sctp_rcvinfo){.rcv_sid = 5, .rcv_ssn = 9};
	check_given_up(3, 3, 0);
	assoc.opened = true;
	check_given_up(0, 5, 9);
	assoc.interleaved = true;
	check_given_up(3, 3, 0);
}

/* Whatever comes, at any length: no crash, and no byte beyond what came. */
static void test_any_bytes(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < 200000; i++) {
		uint16_t number = SCTP_SN_TYPE_BASE + rand() % 16;
		size_t len = rand() % 400;
		struct stack_item item;
		uint8_t *exact = malloc(len + PIECE_SLACK);
		const struct piece p = {.data = exact, .len = len, .notification = true, .end = rand() % 8};
		int change;

		for (size_t k = 0; k < len; k++)
			exact[k] = rand();
		if (len >= sizeof(number))
			memcpy(exact, &number, sizeof(number));
		kernel_notification_assoc(&p, &change);
		kernel_notification_decode(&assoc, &p, &item);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_abort_causes, teardown),
	    cmocka_unit_test_teardown(test_remote_error, teardown),
	    cmocka_unit_test_teardown(test_failed_fragments, teardown),
	    cmocka_unit_test_teardown(test_failed_too_long, teardown),
	    cmocka_unit_test_teardown(test_not_whole, teardown),
	    cmocka_unit_test_teardown(test_unknown, teardown),
	    cmocka_unit_test_teardown(test_given_up, teardown),
	    cmocka_unit_test_teardown(test_any_bytes, teardown),
	};

	return cmocka_run_group_tests_name("kernel_notification", tests, NULL, NULL);
}
