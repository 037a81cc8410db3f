/* Base64: the vectors of RFC 4648 10, round trips, and everything that is not quite base64. */
#include "support/unit.h"

#include "proto/base64.h"

#include <errno.h>

static void vectors(void **state)
{
	static const char *const rows[][2] = {{"", ""},
	                                      {"f", "Zg=="},
	                                      {"fo", "Zm8="},
	                                      {"foo", "Zm9v"},
	                                      {"foob", "Zm9vYg=="},
	                                      {"fooba", "Zm9vYmE="},
	                                      {"foobar", "Zm9vYmFy"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t raw = strlen(rows[i][0]), len = strlen(rows[i][1]), got;
		char text[16];
		uint8_t data[16];

		assert_int_equal(base64_encoded_length(raw), len);
		base64_encode((const uint8_t *)rows[i][0], raw, text);
		assert_memory_equal(text, rows[i][1], len);
		assert_int_equal(base64_decode(rows[i][1], len, data, &got), 0);
		assert_int_equal(got, raw);
		assert_memory_equal(data, rows[i][0], raw);
	}
}

static void every_length_and_byte(void **state)
{
	uint8_t data[257], back[300];
	char text[400];

	(void)state;
	memset(data, 0xff, sizeof(data)); /* what is behind the end makes no difference */
	for (size_t len = 0; len <= sizeof(data); len++) {
		size_t got, encoded = base64_encoded_length(len);

		for (size_t i = 0; i < len; i++)
			data[i] = 255 - i * 7;
		base64_encode(data, len, text);
		memset(back, 0, sizeof(back));
		assert_int_equal(base64_decoded_length(encoded), (len + 2) / 3 * 3);
		assert_int_equal(base64_decode(text, encoded, back, &got), 0);
		assert_int_equal(got, len);
		assert_memory_equal(back, data, len);
	}
}

static void junk(void **state)
{
	static const char *const rows[] = {
	    "Z",        "Zg",       "Zg=",  "Zg===", "====",    "=Zg=",     "Z===",
	    "Zm9v====", "Zg==Zg==", "Zm9 ", "Zm9\n", "Zm9v\n",  "Zm-_",     "Zm9v Zm9v",
	    "Zm9vZ*9v", "Zh==",     "Zm9=", "Zm=v",  "\x80m9v", "Zm9vZm9=", "A=AA",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t data[16];
		size_t got;

		assert_int_equal(base64_decode(rows[i], strlen(rows[i]), data, &got), -EINVAL);
	}
}

/* Each of the 256 bytes in each of the four places: only the alphabet's 64 pass. */
static void only_the_alphabet(void **state)
{
	(void)state;
	for (int place = 0; place < 4; place++) {
		unsigned passed = 0;

		for (int c = 0; c < 256; c++) {
			char text[] = "AAAAAAAA";
			uint8_t data[8];
			size_t got;

			text[place] = c;
			passed += base64_decode(text, 8, data, &got) == 0;
		}
		assert_int_equal(passed, 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(vectors), cmocka_unit_test(every_length_and_byte),
	                                   cmocka_unit_test(junk), cmocka_unit_test(only_the_alphabet)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
