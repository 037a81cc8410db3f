/* The kernel's layout of every event and option: fields inside their structs, apart from each other, and back
 * again. */
#include "stack/kernel/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_inside(void **state)
{
	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field_layout *f = &kernel_layout.fields[i];
		const struct record_layout *r = &kernel_layout.records[catalog_fields[i].record];

		assert_true(r->supported && r->size > 0);
		if (f->tail)
			assert_int_equal(f->offset, r->size);
		else
			assert_true(f->offset + f->width <= r->size);
	}
}

static void test_apart(void **state)
{
	(void)state;
	for (int r = 0; r < RECORD_COUNT; r++) {
		uint8_t used[1024] = {0};

		for (unsigned i = 0; i < catalog_records[r].count; i++) {
			const struct field_layout *f = &kernel_layout.fields[catalog_records[r].first + i];

			for (unsigned b = 0; b < f->width && !f->tail; b++)
				assert_int_equal(used[f->offset + b]++, 0);
		}
	}
}

/* The fields' bytes of @raw come back; everything else stays zero. */
static void round_trip(enum record_id id)
{
	uint8_t raw[1024], back[1024] = {0}, mask[1024] = {0};
	const size_t size = kernel_layout.records[id].size;
	enum field_id bad = FIELD_COUNT;
	struct record r;

	for (size_t i = 0; i < size; i++)
		raw[i] = rand();
	for (unsigned i = 0; i < catalog_records[id].count; i++) {
		enum field_id f = catalog_records[id].first + i;
		const struct field_layout *l = &kernel_layout.fields[f];
		const struct sockaddr_in in = {
		    .sin_family = AF_INET, .sin_port = rand(), .sin_addr = {rand()}};

		if (l->tail)
			continue;
		if (catalog_fields[f].kind == KIND_BOOL)
			memcpy(raw + l->offset, &(uint32_t){rand() & 1}, l->width);
		if (catalog_fields[f].kind == KIND_ADDR) {
			memset(raw + l->offset, 0, l->width);
			memcpy(raw + l->offset, &in, sizeof(in));
		}
		memset(mask + l->offset, 1, l->width);
	}
	record_init(&r, id);
	assert_int_equal(record_decode(&kernel_layout, raw, size, &r), 0);
	for (unsigned i = 0; i < catalog_records[id].count; i++)
		if (kernel_layout.fields[catalog_records[id].first + i].tail)
			r.values[i].present = false;
	assert_int_equal(record_encode(&kernel_layout, &r, back, size, &bad), 0);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(back[i], mask[i] ? raw[i] : 0);
}

static void test_round_trip(void **state)
{
	(void)state;
	srand(1);
	for (int id = 0; id < RECORD_COUNT; id++)
		for (int i = 0; i < 200; i++)
			round_trip(id);
}

static void test_events_found(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_COUNT; i++)
		assert_int_equal(layout_find_event(&kernel_layout, kernel_layout.records[i].number), i);
	assert_int_equal(layout_find_event(&kernel_layout, 0x7fff), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_inside),
	    cmocka_unit_test(test_apart),
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_events_found),
	};

	return cmocka_run_group_tests_name("kernel_layout", tests, NULL, NULL);
}
