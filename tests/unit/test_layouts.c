/* Both stacks' layouts of every event and option: fields inside their structs, apart from each other, and
 * back again. No stack's header: what is tested is what the headers expanded to. */
#include "support/unit.h"

#include "stack/codec.h"

#include <netinet/in.h>

#define RAW_MAX 1024

extern const struct stack_layout kernel_layout;  /* stack/kernel */
extern const struct stack_layout usrsctp_layout; /* stack/usrsctp */

static const struct stack_layout *const layouts[] = {&kernel_layout, &usrsctp_layout};
static const struct stack_layout *layout;

static enum field_id first_of(int record)
{
	return catalog_records[record].first;
}

static enum field_id end_of(int record)
{
	return catalog_records[record].first + catalog_records[record].count;
}

/* What a stack does not have is its rows' alone to say. */
static void supported_as_declared(void **state)
{
	(void)state;
	for (int id = EVENT_COUNT; id < RECORD_COUNT; id++) {
		enum option_home home = catalog_records[id].home;

		assert_int_equal(kernel_layout.records[id].supported,
		                 home == HOME_STACKS || home == HOME_KERNEL);
		assert_int_equal(usrsctp_layout.records[id].supported,
		                 home == HOME_STACKS || home == HOME_USRSCTP);
		assert_int_equal(catalog_records[id].absent == NULL,
		                 home == HOME_STACKS || home == HOME_DAEMON);
	}
}

static void fields_inside(void **state)
{
	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field_layout *f = &layout->fields[i];
		const struct record_layout *r = &layout->records[catalog_fields[i].record];

		if (!r->supported)
			assert_int_equal(f->width, 0);
		else if (f->tail)
			assert_int_equal(f->offset, r->size);
		else
			assert_true(f->offset + f->width <= r->size);
	}
}

static void fields_apart(void **state)
{
	(void)state;
	for (int r = 0; r < RECORD_COUNT; r++) {
		uint8_t used[RAW_MAX] = {0};

		for (enum field_id f = first_of(r); f < end_of(r); f++)
			for (unsigned b = 0; b < layout->fields[f].width && !layout->fields[f].tail; b++)
				assert_int_equal(used[layout->fields[f].offset + b]++, 0);
	}
}

/* Random bytes that this kind of field can hold. */
static void fill(enum field_id field, uint8_t *raw)
{
	const struct field_layout *l = &layout->fields[field];
	const struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = rand(), .sin_addr = {rand()}};
	uint8_t *at = raw + l->offset;

	if (!l->width)
		return; /* the stack does not have it */
	for (unsigned i = 0; i < l->width; i++)
		at[i] = 1 + rand() % 255;
	if (catalog_fields[field].kind == KIND_BOOL)
		memcpy(at, &(uint64_t){rand() & 1}, l->width);
	else if (catalog_fields[field].kind == KIND_COUNT)
		memset(at, 0, l->width);
	else if (catalog_fields[field].kind == KIND_TEXT)
		at[l->width - 1] = 0;
	else if (catalog_fields[field].kind == KIND_ADDR)
		memcpy(memset(at, 0, l->width), &in, sizeof(in));
}

/* The fields' bytes of @raw come back; everything else stays zero. */
static void round_trip(int id)
{
	uint8_t raw[RAW_MAX] = {0}, back[RAW_MAX] = {0};
	const size_t size = layout->records[id].size;
	enum field_id bad = FIELD_COUNT;
	struct record r;

	for (enum field_id f = first_of(id); f < end_of(id); f++)
		if (!layout->fields[f].tail)
			fill(f, raw);
	record_init(&r, id);
	assert_int_equal(record_decode(layout, raw, size, &r), 0);
	for (enum field_id f = first_of(id); f < end_of(id); f++)
		if (layout->fields[f].tail)
			record_at(&r, f)->present = false;
	assert_int_equal(record_encode(layout, &r, back, size, &bad), 0);
	assert_memory_equal(raw, back, size);
}

static void there_and_back(void **state)
{
	(void)state;
	srand(1);
	for (int id = 0; id < RECORD_COUNT; id++)
		for (int i = 0; i < 200 && layout->records[id].supported; i++)
			round_trip(id);
}

static void events_found(void **state)
{
	(void)state;
	for (int i = 0; i < STACK_EVENT_COUNT; i++)
		if (layout->records[i].supported)
			assert_int_equal(layout_find_event(layout, layout->records[i].number), i);
	assert_int_equal(layout_find_event(layout, 0x7fff), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(supported_as_declared), cmocka_unit_test(fields_inside),
	    cmocka_unit_test(fields_apart),          cmocka_unit_test(there_and_back),
	    cmocka_unit_test(events_found),
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		layout = layouts[i];
		failed += cmocka_run_group_tests_name(i ? "usrsctp" : "kernel", tests, NULL, NULL);
	}
	return failed;
}
