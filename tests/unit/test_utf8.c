/* UTF-8: every code point passes, everything else fails. */
#include "support/unit.h"

#include "proto/utf8.h"

static size_t encode(uint32_t c, char *buf)
{
	if (c < 0x80) {
		buf[0] = c;
		return 1;
	}
	if (c < 0x800) {
		buf[0] = 0xc0 | c >> 6;
		buf[1] = 0x80 | (c & 63);
		return 2;
	}
	if (c < 0x10000) {
		buf[0] = 0xe0 | c >> 12;
		buf[1] = 0x80 | (c >> 6 & 63);
		buf[2] = 0x80 | (c & 63);
		return 3;
	}
	buf[0] = 0xf0 | c >> 18;
	buf[1] = 0x80 | (c >> 12 & 63);
	buf[2] = 0x80 | (c >> 6 & 63);
	buf[3] = 0x80 | (c & 63);
	return 4;
}

static void every_code_point(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x200000; c++) {
		char buf[4];
		size_t n = encode(c, buf);
		int valid = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

		assert_int_equal(utf8_sequence(buf, n), valid ? n : 0);
		if (n > 1)
			assert_int_equal(utf8_sequence(buf, n - 1), 0);
	}
}

static void junk(void **state)
{
	static const char *const rows[] = {"\x80",
	                                   "abc\xff",
	                                   "\xc0\x80",
	                                   "\xc1\xbf",
	                                   "\xe0\x80\x80",
	                                   "\xed\xa0\x80",
	                                   "\xf0\x80\x80\x80",
	                                   "\xf4\x90\x80\x80",
	                                   "0123456789abcde\xc3",
	                                   "\xc3(",
	                                   "\xe2\x82(",
	                                   "\xf8\x88\x80\x80\x80"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_false(utf8_valid(rows[i], strlen(rows[i])));
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("0123456\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 and more", 25));
}

static void cuts_between_characters(void **state)
{
	static const size_t cut[] = {0, 1, 1, 3, 3, 3, 6, 6};

	(void)state;
	for (size_t max = 0; max < ARRAY_SIZE(cut); max++)
		assert_int_equal(utf8_cut("a\xc3\xa4\xe2\x82\xac", 6, max), cut[max]);
}

/* Neither a line's end nor its order can come from others. */
static void cleans_a_sentence(void **state)
{
	static const char *const pairs[][2] = {
	    {"plain \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "plain \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
	    {"a\nb\x1b[2Jc\x7f", "a?b?[2Jc?"},
	    {"\xc2\x9b"
	     "31m\xc2\x85\xc2\xa0",
	     "?31m?\xc2\xa0"},
	    {"\xe2\x80\xae"
	     "abc\xe2\x80\xa8\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xe2\x80\xaf",
	     "?abc????\xe2\x80\xaf"},
	    {"\xff\xc3", "??"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", pairs[i][0]);
		utf8_clean(text);
		assert_string_equal(text, pairs[i][1]);
	}
}

static void what_drives_a_terminal(void **state)
{
	static const struct {
		uint32_t first, last;
	} driving[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},
	               {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		char buf[4];
		size_t n = encode(c, buf);
		bool drives = false;

		for (size_t i = 0; i < ARRAY_SIZE(driving); i++)
			drives |= c >= driving[i].first && c <= driving[i].last;
		assert_int_equal(utf8_is_control(buf, n), drives);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cleans_a_sentence), cmocka_unit_test(every_code_point), cmocka_unit_test(junk),
	    cmocka_unit_test(cuts_between_characters), cmocka_unit_test(what_drives_a_terminal)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
