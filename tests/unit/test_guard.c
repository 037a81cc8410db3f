/* What the library may see of the network. Each packet is made whole first, and then broken in one place. */
#include "stack/usrsctp/guard.h"
#include "support/unit.h"

struct packet {
	uint8_t bytes[65536];
	size_t len;
	size_t chunk; /* where the latest begins */
};

static void put16(struct packet *p, size_t at, unsigned value)
{
	p->bytes[at] = value >> 8;
	p->bytes[at + 1] = value;
}

static void put32(struct packet *p, size_t at, uint32_t value)
{
	put16(p, at, value >> 16);
	put16(p, at + 2, value & 0xffff);
}

static void begin(struct packet *p, uint32_t tag)
{
	memset(p, 0, sizeof(*p));
	put16(p, 0, 5000);
	put16(p, 2, 5001);
	put32(p, 4, tag);
	p->len = 12;
}

/* Appends a chunk of @len bytes with nothing but zeroes in it, padded; one of data is a whole message. */
static void add_chunk(struct packet *p, unsigned type, size_t len)
{
	p->chunk = p->len;
	p->bytes[p->len] = type;
	p->bytes[p->len + 1] = type == 0 || type == 64 ? 3 : 0;
	put16(p, p->len + 2, len);
	p->len += (len + 3) & ~(size_t)3;
}

/* Appends a parameter of @len bytes, padded, to the latest chunk. Returns where it begins. */
static size_t add_param(struct packet *p, unsigned type, size_t len)
{
	size_t at = p->len;

	put16(p, at, type);
	put16(p, at + 2, len);
	p->len += (len + 3) & ~(size_t)3;
	put16(p, p->chunk + 2, at + len - p->chunk);
	return at;
}

static void begin_init(struct packet *p)
{
	begin(p, 0);
	add_chunk(p, 1, 20);
	put32(p, 16, 0x11223344);
	put32(p, 20, 65536);
	put16(p, 24, 10);
	put16(p, 26, 10);
}

/* What a peer says that does AUTH and ASCONF. */
static void add_auth(struct packet *p)
{
	size_t at;

	add_param(p, 0x8002, 36);
	at = add_param(p, 0x8003, 6);
	p->bytes[at + 4] = 193;
	p->bytes[at + 5] = 128;
	at = add_param(p, 0x8004, 6);
	put16(p, at + 4, 1);
	at = add_param(p, 0x8008, 7);
	p->bytes[at + 4] = 15;
	p->bytes[at + 5] = 193;
	p->bytes[at + 6] = 128;
}

static enum guard_reason verdict(const struct packet *p)
{
	uint8_t *exact = malloc(p->len); /* so that a sanitizer sees a look behind it */
	enum guard_reason why;
	bool accepted;

	memcpy(exact, p->bytes, p->len);
	accepted = guard_accepts(exact, p->len, &why);
	free(exact);
	assert_int_equal(accepted, why == GUARD_NONE);
	return why;
}

static void test_what_working_peers_send_passes(void **state)
{
	static const struct {
		unsigned type, len;
	} plain[] = {{0, 17},  {3, 16},   {4, 48},   {6, 4},    {7, 8},  {8, 4},
	             {9, 4},   {10, 200}, {11, 4},   {12, 8},   {13, 8}, {14, 4},
	             {15, 28}, {64, 21},  {192, 12}, {194, 16}, {77, 4}, {255, 5}};
	static struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		begin(&p, 7);
		add_chunk(&p, plain[i].type, plain[i].len);
		assert_int_equal(verdict(&p), GUARD_NONE);
	}
	begin_init(&p);
	assert_int_equal(verdict(&p), GUARD_NONE);
	add_param(&p, 5, 8);
	add_param(&p, 6, 20);
	add_param(&p, 12, 8);
	add_param(&p, 0xC000, 4);
	add_param(&p, 0x8000, 4);
	add_auth(&p);
	assert_int_equal(verdict(&p), GUARD_NONE);
}

static void test_the_last_chunk_may_lack_its_padding(void **state)
{
	static struct packet p;

	(void)state;
	begin(&p, 7);
	add_chunk(&p, 0, 17);
	p.len = 12 + 17;
	assert_int_equal(verdict(&p), GUARD_NONE);
}

static void test_a_packet_without_a_chunk_is_dropped(void **state)
{
	static struct packet p;

	(void)state;
	for (size_t len = 0; len < 16; len++) {
		begin(&p, 7);
		p.len = len;
		assert_int_equal(verdict(&p), GUARD_HEADER);
	}
	begin(&p, 7);
	add_chunk(&p, 11, 4);
	put16(&p, 0, 0);
	assert_int_equal(verdict(&p), GUARD_HEADER);
	put16(&p, 0, 1);
	put16(&p, 2, 0);
	assert_int_equal(verdict(&p), GUARD_HEADER);
}

static void test_the_tag_0_is_of_init_alone(void **state)
{
	static struct packet p;

	(void)state;
	begin(&p, 0);
	add_chunk(&p, 6, 4);
	assert_int_equal(verdict(&p), GUARD_TAG);
	begin_init(&p);
	put32(&p, 4, 7);
	assert_int_equal(verdict(&p), GUARD_TAG);
}

static void test_any_other_port_and_tag_passes(void **state)
{
	static struct packet p;

	(void)state;
	begin(&p, UINT32_C(1) << 24);
	add_chunk(&p, 11, 4);
	assert_int_equal(verdict(&p), GUARD_NONE);
	put16(&p, 0, 256);
	put16(&p, 2, 256);
	put32(&p, 4, 1);
	assert_int_equal(verdict(&p), GUARD_NONE);
}

static void test_a_chunk_whose_length_lies_is_dropped(void **state)
{
	static const unsigned types[] = {0, 3, 6, 9, 10, 64, 128, 192, 193, 77};
	static struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		for (unsigned len = 0; len < 4; len++) {
			begin(&p, 7);
			add_chunk(&p, types[i], 32);
			put16(&p, 14, len);
			assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
		}
		begin(&p, 7);
		add_chunk(&p, types[i], 32);
		put16(&p, 14, 33);
		assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
	}
}

static void test_a_chunk_too_short_for_its_type_is_dropped(void **state)
{
	static const struct {
		unsigned type, min;
	} rows[] = {{0, 17},  {3, 16},  {5, 8},   {7, 8},   {12, 8},   {13, 8}, {15, 8},
	            {64, 21}, {128, 8}, {130, 8}, {192, 8}, {193, 16}, {194, 8}};
	static struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&p, 7);
		add_chunk(&p, rows[i].type, rows[i].min - 1);
		assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
	}
	begin(&p, 7);
	add_chunk(&p, 7, 9);
	assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
}

static void test_bytes_behind_the_last_chunk_are_dropped(void **state)
{
	static struct packet p;

	(void)state;
	begin(&p, 7);
	add_chunk(&p, 11, 4);
	p.len += 4;
	assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
	begin_init(&p);
	p.len += 4;
	assert_int_equal(verdict(&p), GUARD_BUNDLING);
}

static void test_a_sack_says_no_more_than_it_has(void **state)
{
	static struct packet p;

	(void)state;
	begin(&p, 7);
	add_chunk(&p, 3, 24);
	put16(&p, 24, 1);
	put16(&p, 26, 1);
	assert_int_equal(verdict(&p), GUARD_NONE);
	put16(&p, 26, 2);
	assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
	put16(&p, 24, 65535);
	assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
	for (size_t kind = 24; kind <= 26; kind += 2) { /* blocks, duplicates */
		begin(&p, 7);
		add_chunk(&p, 3, 20);
		put16(&p, kind, 1);
		assert_int_equal(verdict(&p), GUARD_NONE);
		put16(&p, 14, 19);
		assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
	}
}

static void test_init_init_ack_and_shutdown_complete_stand_alone(void **state)
{
	static struct packet p;

	(void)state;
	begin_init(&p);
	add_chunk(&p, 11, 4);
	assert_int_equal(verdict(&p), GUARD_BUNDLING);
	begin(&p, 7);
	add_chunk(&p, 11, 4);
	add_chunk(&p, 1, 20);
	assert_int_equal(verdict(&p), GUARD_BUNDLING);
	begin(&p, 7);
	add_chunk(&p, 2, 20);
	add_chunk(&p, 11, 4);
	assert_int_equal(verdict(&p), GUARD_BUNDLING);
	begin(&p, 7);
	add_chunk(&p, 14, 4);
	add_chunk(&p, 11, 4);
	assert_int_equal(verdict(&p), GUARD_BUNDLING);
}

static void test_a_cookie_comes_first_or_behind_auth(void **state)
{
	static struct packet p;

	(void)state;
	begin(&p, 7);
	add_chunk(&p, 15, 28);
	add_chunk(&p, 10, 100);
	add_chunk(&p, 0, 17);
	assert_int_equal(verdict(&p), GUARD_NONE);
	begin(&p, 7);
	add_chunk(&p, 0, 17);
	add_chunk(&p, 10, 100);
	assert_int_equal(verdict(&p), GUARD_BUNDLING);
}

static void test_an_init_that_a_peer_cannot_mean_is_dropped(void **state)
{
	static const struct {
		size_t at;
		unsigned bytes;
		uint32_t value;
	} rows[] = {{16, 4, 0}, {20, 4, 0}, {20, 4, 1499}, {24, 2, 0}, {26, 2, 0}};
	static struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin_init(&p);
		if (rows[i].bytes == 4)
			put32(&p, rows[i].at, rows[i].value);
		else
			put16(&p, rows[i].at, rows[i].value);
		assert_int_equal(verdict(&p), GUARD_INIT_FIELDS);
	}
	begin_init(&p);
	put32(&p, 20, 1500);
	assert_int_equal(verdict(&p), GUARD_NONE);
	put32(&p, 16, UINT32_C(1) << 31);
	assert_int_equal(verdict(&p), GUARD_NONE);
	put32(&p, 20, UINT32_C(1) << 31);
	assert_int_equal(verdict(&p), GUARD_NONE);
	put16(&p, 24, 256);
	assert_int_equal(verdict(&p), GUARD_NONE);
	put16(&p, 24, 10);
	put16(&p, 26, 256);
	assert_int_equal(verdict(&p), GUARD_NONE);
}

static void test_a_parameter_that_goes_nowhere_is_dropped(void **state)
{
	static const unsigned types[] = {5,      6,      9,      11,     12,     0x8000, 0x8002,
	                                 0x8003, 0x8004, 0x8008, 0xC000, 0xC006, 0x1234};
	static struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		for (unsigned len = 0; len < 4; len++) {
			size_t at;

			begin_init(&p);
			at = add_param(&p, types[i], 36);
			put16(&p, at + 2, len);
			assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
		}
}

static void test_a_parameter_past_its_chunk_is_dropped(void **state)
{
	static struct packet p;
	size_t at;

	(void)state;
	begin_init(&p);
	at = add_param(&p, 0x1234, 8);
	put16(&p, at + 2, 9);
	assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
	put16(&p, at + 2, 65535);
	assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
	/* half of a head */
	begin_init(&p);
	put16(&p, 14, 22);
	p.len += 4;
	assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
}

static void test_an_address_has_the_length_of_one(void **state)
{
	static struct packet p;

	(void)state;
	begin_init(&p);
	add_param(&p, 5, 20);
	assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
	begin_init(&p);
	add_param(&p, 6, 8);
	assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
}

static void test_parameters_are_counted(void **state)
{
	static struct packet p;

	(void)state;
	begin_init(&p);
	for (int i = 0; i < GUARD_PARAMS_MAX; i++)
		add_param(&p, 0x1234, 4);
	assert_int_equal(verdict(&p), GUARD_NONE);
	add_param(&p, 0x1234, 4);
	assert_int_equal(verdict(&p), GUARD_PARAM_COUNT);
}

static void test_causes_are_not_counted(void **state)
{
	static struct packet p;

	(void)state;
	begin(&p, 7);
	add_chunk(&p, 9, 4);
	for (int i = 0; i < 2 * GUARD_PARAMS_MAX; i++)
		add_param(&p, 13, 4);
	assert_int_equal(verdict(&p), GUARD_NONE);
}

static void test_an_init_is_not_endless(void **state)
{
	static struct packet p;

	(void)state;
	begin_init(&p);
	add_param(&p, 0x1234, GUARD_INIT_MAX);
	assert_int_equal(verdict(&p), GUARD_CHUNK_LENGTH);
}

static void test_lists_of_auth_agree(void **state)
{
	static struct packet p;
	size_t at;

	(void)state;
	begin_init(&p); /* chunks, and no way to authenticate them */
	at = add_param(&p, 0x8003, 5);
	p.bytes[at + 4] = 0;
	assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	begin_init(&p); /* algorithms without SHA-1 */
	add_param(&p, 0x8002, 36);
	at = add_param(&p, 0x8004, 6);
	put16(&p, at + 4, 3);
	assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	begin_init(&p); /* one twice */
	add_auth(&p);
	add_param(&p, 0x8002, 36);
	assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	begin_init(&p); /* ASCONF without AUTH */
	at = add_param(&p, 0x8008, 5);
	p.bytes[at + 4] = 193;
	assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	begin_init(&p); /* ASCONF that AUTH does not cover */
	add_auth(&p);
	p.bytes[12 + 20 + 36 + 5] = 192;
	assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	begin_init(&p); /* a random number of another length */
	add_param(&p, 0x8002, 20);
	assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
}

static void test_each_list_of_auth_comes_once(void **state)
{
	static const unsigned lists[][2] = {{0x8002, 36}, {0x8003, 6}, {0x8004, 6}};
	static struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		size_t at;

		begin_init(&p);
		add_auth(&p);
		at = add_param(&p, lists[i][0], lists[i][1]);
		p.bytes[at + 4] = lists[i][0] == 0x8003 ? 193 : 0;
		p.bytes[at + 5] = lists[i][0] == 0x8003 ? 128 : 1;
		assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	}
}

/* Chunks are authenticated by a random number and an algorithm, not by one of the two. */
static void test_half_of_auth_is_none(void **state)
{
	static struct packet p;
	size_t at;

	(void)state;
	for (int half = 0; half < 2; half++) {
		begin_init(&p);
		at = half ? add_param(&p, 0x8002, 36) : add_param(&p, 0x8004, 6);
		if (!half)
			put16(&p, at + 4, 1);
		assert_int_equal(verdict(&p), GUARD_NONE);
		add_param(&p, 0x8003, 4); /* a list of nothing */
		assert_int_equal(verdict(&p), GUARD_NONE);
		begin_init(&p);
		at = half ? add_param(&p, 0x8002, 36) : add_param(&p, 0x8004, 6);
		if (!half)
			put16(&p, at + 4, 1);
		add_param(&p, 0x8003, 5);
		assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	}
}

/* INIT that does AUTH, with the algorithms that @len bytes at @list say. */
static void begin_init_with_hmacs(struct packet *p, const uint8_t *list, size_t len)
{
	size_t at;

	begin_init(p);
	add_param(p, 0x8002, 36);
	at = add_param(p, 0x8004, 4 + len);
	memcpy(p->bytes + at + 4, list, len);
	p->len = at + 4 + len; /* without its padding: a sanitizer sees a look behind it */
}

static void test_sha_1_may_stand_anywhere_in_its_list(void **state)
{
	static struct packet p;

	(void)state;
	for (size_t place = 0; place < 6; place++) {
		uint8_t list[12] = {0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3};

		list[2 * place + 1] = 1;
		begin_init_with_hmacs(&p, list, sizeof(list));
		assert_int_equal(verdict(&p), GUARD_NONE);
	}
}

static void test_sha_1_is_no_halves_of_others(void **state)
{
	static const uint8_t astride[] = {0, 3, 3, 0, 1, 3}, odd[] = {0, 3, 0}, more[] = {0, 1, 0};
	static struct packet p;

	(void)state;
	begin_init_with_hmacs(&p, astride, sizeof(astride));
	assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	begin_init_with_hmacs(&p, odd, sizeof(odd));
	assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
	begin_init_with_hmacs(&p, more, sizeof(more));
	assert_int_equal(verdict(&p), GUARD_AUTH_LISTS);
}

/* ASCONF that adds an IPv4 address; returns where the parameter begins. */
static size_t begin_asconf(struct packet *p)
{
	size_t at;

	begin(p, 7);
	add_chunk(p, 193, 8);
	add_param(p, 5, 8);
	at = add_param(p, 0xC001, 16);
	put16(p, at + 8, 5);
	put16(p, at + 10, 8);
	return at;
}

static void test_an_asconf_names_addresses(void **state)
{
	static struct packet p;
	size_t at;

	(void)state;
	at = begin_asconf(&p);
	assert_int_equal(verdict(&p), GUARD_NONE);
	put16(&p, at + 10, 20);
	assert_int_equal(verdict(&p), GUARD_ASCONF_PARAMS);
	at = begin_asconf(&p);
	put16(&p, at + 8, 7);
	assert_int_equal(verdict(&p), GUARD_ASCONF_PARAMS);
	at = begin_asconf(&p);
	put16(&p, at + 2, 0);
	assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
	begin_asconf(&p);
	put16(&p, 20, 7);
	assert_int_equal(verdict(&p), GUARD_ASCONF_PARAMS);
}

/* ASCONF that adds an address of @type, whose parameter says @len, and has @room bytes for it. */
static enum guard_reason verdict_of_address(unsigned type, unsigned len, size_t room)
{
	static struct packet p;
	size_t at;

	begin(&p, 7);
	add_chunk(&p, 193, 8);
	add_param(&p, 5, 8);
	at = add_param(&p, 0xC001, 8 + room);
	put16(&p, at + 8, type);
	put16(&p, at + 10, len);
	return verdict(&p);
}

static void test_an_asconf_s_address_is_whole(void **state)
{
	static const unsigned lens[][2] = {{5, 8}, {6, 20}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned type = lens[i][0], len = lens[i][1];

		assert_int_equal(verdict_of_address(type, len, len), GUARD_NONE);
		assert_int_equal(verdict_of_address(type, len, len - 1),
		                 i ? GUARD_ASCONF_PARAMS : GUARD_PARAM_LENGTH);
		assert_int_equal(verdict_of_address(type, len - 1, len), GUARD_ASCONF_PARAMS);
		assert_int_equal(verdict_of_address(type, len + 1, len), GUARD_ASCONF_PARAMS);
		assert_int_equal(verdict_of_address(type, lens[1 - i][1], 20), GUARD_ASCONF_PARAMS);
	}
	assert_int_equal(verdict_of_address(7, 8, 20), GUARD_ASCONF_PARAMS);
	assert_int_equal(verdict_of_address(7, 20, 20), GUARD_ASCONF_PARAMS);
}

static void test_a_reset_of_streams_is_whole(void **state)
{
	static struct packet p;
	size_t at;

	(void)state;
	begin(&p, 7);
	add_chunk(&p, 130, 4);
	at = add_param(&p, 13, 18);
	assert_int_equal(verdict(&p), GUARD_NONE);
	put16(&p, at + 2, 12);
	assert_int_equal(verdict(&p), GUARD_PARAM_LENGTH);
}

/* Of a piece that is not a message's last: the first has the flag 2, the last 1, one alone both. */
static void test_a_piece_has_something_in_it(void **state)
{
	static const struct {
		unsigned type, head;
	} rows[] = {{0, 16}, {64, 20}};
	static struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned flags = 0; flags < 8; flags++) {
			bool last = flags & 1;

			begin(&p, 7);
			add_chunk(&p, rows[i].type, rows[i].head + GUARD_PIECE_MIN);
			p.bytes[p.chunk + 1] = flags;
			assert_int_equal(verdict(&p), GUARD_NONE);
			add_chunk(&p, rows[i].type, rows[i].head + GUARD_PIECE_MIN - 1);
			p.bytes[p.chunk + 1] = flags;
			assert_int_equal(verdict(&p), last ? GUARD_NONE : GUARD_SMALL_PIECE);
		}
	begin(&p, 7); /* its flags say something else */
	add_chunk(&p, 3, 16);
	assert_int_equal(verdict(&p), GUARD_NONE);
}

static void test_every_reason_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < GUARD_REASONS; i++)
		assert_true(guard_texts[i].name && guard_texts[i].summary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_working_peers_send_passes),
	    cmocka_unit_test(test_the_last_chunk_may_lack_its_padding),
	    cmocka_unit_test(test_a_packet_without_a_chunk_is_dropped),
	    cmocka_unit_test(test_the_tag_0_is_of_init_alone),
	    cmocka_unit_test(test_any_other_port_and_tag_passes),
	    cmocka_unit_test(test_a_chunk_whose_length_lies_is_dropped),
	    cmocka_unit_test(test_a_chunk_too_short_for_its_type_is_dropped),
	    cmocka_unit_test(test_bytes_behind_the_last_chunk_are_dropped),
	    cmocka_unit_test(test_a_sack_says_no_more_than_it_has),
	    cmocka_unit_test(test_init_init_ack_and_shutdown_complete_stand_alone),
	    cmocka_unit_test(test_a_cookie_comes_first_or_behind_auth),
	    cmocka_unit_test(test_an_init_that_a_peer_cannot_mean_is_dropped),
	    cmocka_unit_test(test_a_parameter_that_goes_nowhere_is_dropped),
	    cmocka_unit_test(test_a_parameter_past_its_chunk_is_dropped),
	    cmocka_unit_test(test_an_address_has_the_length_of_one),
	    cmocka_unit_test(test_parameters_are_counted),
	    cmocka_unit_test(test_causes_are_not_counted),
	    cmocka_unit_test(test_an_init_is_not_endless),
	    cmocka_unit_test(test_lists_of_auth_agree),
	    cmocka_unit_test(test_each_list_of_auth_comes_once),
	    cmocka_unit_test(test_half_of_auth_is_none),
	    cmocka_unit_test(test_sha_1_may_stand_anywhere_in_its_list),
	    cmocka_unit_test(test_sha_1_is_no_halves_of_others),
	    cmocka_unit_test(test_an_asconf_names_addresses),
	    cmocka_unit_test(test_an_asconf_s_address_is_whole),
	    cmocka_unit_test(test_a_reset_of_streams_is_whole),
	    cmocka_unit_test(test_a_piece_has_something_in_it),
	    cmocka_unit_test(test_every_reason_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
