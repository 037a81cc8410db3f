/* Fuzzes the codec: raw bytes of a stack to a record and back, and to JSON. The first byte chooses the
 * record. */
#include "record/record_json.h"
#include "support/made_layout.h"

#include <json-c/json.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t raw[MADE_SIZE_MAX] = {0};
	struct record r;
	enum field_id bad;

	if (!made_names[0])
		made_layout_build();
	if (size < 1)
		return 0;
	record_init(&r, *data % RECORD_COUNT);
	if (record_decode(&made_layout, data + 1, size - 1, &r) == 0) {
		struct json_object *json = json_object_new_object();

		record_encode(&made_layout, &r, raw, sizeof(raw), &bad);
		record_to_json(&r, true, true, json);
		json_object_put(json);
	}
	return 0;
}
