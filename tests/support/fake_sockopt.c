/* Options of the fake stack as a kernel has them: raw structs behind getsockopt() and setsockopt(), through
 * the code that serves the real stacks; and as kernels that are older or newer than the header have them. */
#include "support/fake_internal.h"

#include "stack/sockopt.h"

#include <errno.h>
#include <string.h>

/* What a newer kernel has in the members that the header does not know. */
#define NEWER   0x5a
#define RAW_MAX 4096

struct fake_socket {
	struct stack_endpoint *e;
	struct stack_assoc *a;
};

static struct fake_drift drifts[RECORD_COUNT];

struct fake_drift *fake_drift_of(enum record_id id)
{
	return &drifts[id];
}

void fake_drift_reset(void)
{
	memset(drifts, 0, sizeof(drifts));
}

static int find_option(int level, int number)
{
	for (int id = EVENT_COUNT; id < RECORD_COUNT; id++) {
		const struct record_layout *layout = &kernel_layout.records[id];

		if (layout->supported && layout->level == level && layout->number == number)
			return drifts[id].absent ? -ENOPROTOOPT : id;
	}
	return -ENOPROTOOPT;
}

static size_t length_of(const struct record *r)
{
	return drifts[r->id].length ? drifts[r->id].length : record_encoded_size(&kernel_layout, r);
}

static int call_get(void *socket, int level, int number, void *raw, socklen_t *len)
{
	static _Alignas(8) uint8_t answer[RAW_MAX];
	const struct fake_socket *s = socket;
	int id = find_option(level, number), error;
	enum field_id bad;
	struct record r;
	size_t length;

	if (id < 0)
		return id;
	record_init(&r, id);
	record_decode(&kernel_layout, raw, *len, &r);
	error = fake_option_get(s->e, s->a, &r, &bad);
	if (error)
		return error;
	length = length_of(&r);
	if (*len < length)
		return -EINVAL;
	memset(answer, 0, sizeof(answer));
	memset(answer + record_encoded_size(&kernel_layout, &r), NEWER,
	       sizeof(answer) - record_encoded_size(&kernel_layout, &r));
	error = record_encode(&kernel_layout, &r, answer, sizeof(answer), &bad);
	if (error)
		return error;
	memcpy(raw, answer, length);
	*len = length;
	return 0;
}

/* A kernel takes its own length alone; and what was read to be written back comes back whole. */
static int check_length(const struct record *r, const uint8_t *raw, size_t len)
{
	size_t known = kernel_layout.records[r->id].size, length = drifts[r->id].length;

	if (!length)
		return 0;
	if (len != length)
		return -EINVAL;
	for (size_t i = known; catalog_records[r->id].start == START_CURRENT && i < length; i++)
		if (raw[i] != NEWER)
			return -EINVAL;
	return 0;
}

/* What is set is in the struct, what can only be read there means nothing. */
static void drop_results(struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].role == ROLE_RESULT)
			r->values[i].present = false;
}

static int call_set(void *socket, int level, int number, const void *raw, socklen_t len)
{
	const struct fake_socket *s = socket;
	int id = find_option(level, number), error;
	enum field_id bad;
	struct record r;

	if (id < 0)
		return id;
	record_init(&r, id);
	error = check_length(&r, raw, len);
	if (error)
		return error;
	record_decode(&kernel_layout, raw, len, &r);
	drop_results(&r);
	error = fake_option_set(s->e, s->a, &r, &bad);
	return error == -ERANGE ? -EINVAL : error;
}

static struct sockopt_target target(struct fake_socket *socket)
{
	static const struct sockopt_calls calls = {.get = call_get, .set = call_set};

	return (struct sockopt_target){.layout = &kernel_layout, .calls = &calls, .socket = socket};
}

int fake_sockopt_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad)
{
	struct fake_socket socket = {e, a};
	const struct sockopt_target to = target(&socket);

	r->assoc = a ? a->id : 0;
	return sockopt_get(&to, r, bad);
}

int fake_sockopt_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                     enum field_id *bad)
{
	struct fake_socket socket = {e, a};
	const struct sockopt_target to = target(&socket);

	return sockopt_set(&to, r, bad);
}

/* An event as the drifted kernel writes it and the header reads it: shorter ones lack their last fields,
 * longer ones have bytes behind their struct. */
void fake_drift_event(struct record *r)
{
	static _Alignas(8) uint8_t raw[RAW_MAX];
	size_t length = drifts[r->id].length;
	enum field_id bad;

	if (!length)
		return;
	memset(raw, NEWER, sizeof(raw));
	memset(raw, 0, kernel_layout.records[r->id].size);
	if (record_encode(&kernel_layout, r, raw, sizeof(raw), &bad) == 0)
		record_decode(&kernel_layout, raw, length, r);
}
