/* Fuzzes the guard: a packet at random. What it lets through is walked once more, as a parser would that
 * trusts every length. */
#include "stack/usrsctp/guard.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t length_at(const uint8_t *data, size_t at)
{
	return (size_t)data[at + 2] << 8 | data[at + 3];
}

/* Parameters of INIT, from @at to @end: none stands still, none reaches out. */
static void walk_params(const uint8_t *data, size_t at, size_t end)
{
	while (at < end) {
		size_t len = at + 4 <= end ? length_at(data, at) : 0;

		if (len < 4 || at + len > end)
			abort();
		at += (len + 3) & ~(size_t)3;
	}
}

static void walk_chunks(const uint8_t *data, size_t size)
{
	size_t at = 12;

	while (at < size) {
		size_t len = at + 4 <= size ? length_at(data, at) : 0;

		if (len < 4 || at + len > size)
			abort();
		if (data[at] == 1 || data[at] == 2)
			walk_params(data, at + 20, at + len);
		at += (len + 3) & ~(size_t)3;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum guard_reason why;

	if (guard_accepts(data, size, &why))
		walk_chunks(data, size);
	return 0;
}
