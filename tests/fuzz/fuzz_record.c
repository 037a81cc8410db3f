/* Fuzzes the codec: raw bytes of a stack to a record and back, and to JSON; a record to flat bytes and back;
 * and what anything else as flat bytes is taken for. The first byte chooses the record. */
#include "proto/writer.h"
#include "record/record_write.h"
#include "stack/packed.h"
#include "support/made_layout.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_text(const struct record *r, bool payload)
{
	struct writer w;

	writer_init(&w, NULL, 0);
	record_write(&w, r, true, payload);
	writer_clear(&w);
}

static void pack(const struct record *r)
{
	size_t len = record_packed_size(r);
	uint8_t *packed = malloc(len + 1);
	struct record back;

	record_pack(r, packed);
	if (record_unpack(packed, len, r->id, &back) < 0)
		abort();
	write_text(&back, false);
	free(packed);
}

static void decode(const uint8_t *data, size_t size, enum record_id id)
{
	uint8_t raw[MADE_SIZE_MAX] = {0};
	struct record r;
	enum field_id bad;

	record_init(&r, id);
	if (record_decode(&made_layout, data, size, &r) < 0)
		return;
	record_encode(&made_layout, &r, raw, sizeof(raw), &bad);
	write_text(&r, true);
	pack(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r;

	if (!made_names[0])
		made_layout_build();
	if (size < 1)
		return 0;
	decode(data + 1, size - 1, *data % RECORD_COUNT);
	if (record_unpack(data + 1, size - 1, *data % RECORD_COUNT, &r) == 0)
		write_text(&r, false);
	return 0;
}
