/* Reads and sets a record as a socket option. Stacks differ only in their layout and in the two calls. */
#include "stack/sockopt.h"

#include <errno.h>
#include <string.h>

/* More than the largest struct of an option that is read, also on a newer kernel. */
#define READ_MAX 4096
/* The longest option that is written is a list of all streams. */
#define WRITE_MAX (65536 * 2 + 64)

/* The daemon has one thread for this, so one buffer is enough. */
static _Alignas(8) uint8_t raw[WRITE_MAX];

static bool is_key(enum field_id field)
{
	return catalog_fields[field].role == ROLE_KEY || catalog_fields[field].role == ROLE_PICK;
}

static int option_error(int error)
{
	return error == -ENOPROTOOPT ? -EOPNOTSUPP : error;
}

/* Whether the record ends in a variable tail. Its length is that of the given tail; other records have the
 * length that this stack reported, since an older kernel refuses more and a newer one has more. */
static bool is_variable(const struct record *r)
{
	return record_find_kind(r->id, KIND_TEXT) >= 0 || record_find_kind(r->id, KIND_COUNT) >= 0;
}

/* Reads the option with the keys of @r into @raw. *@len becomes the length that this stack knows; where it
 * reports none (Linux for SCTP_MAX_BURST), that of the header. */
static int read_raw(const struct sockopt_target *to, const struct record *r, socklen_t *len,
                    enum field_id *bad)
{
	const struct record_layout *layout = &to->layout->records[r->id];
	const struct record_def *def = &catalog_records[r->id];
	struct record keys = *r;
	int error;

	*bad = FIELD_COUNT;
	memset(raw, 0, READ_MAX);
	for (unsigned i = 0; i < def->count; i++)
		keys.values[i].present &= is_key(def->first + i);
	error = record_encode(to->layout, &keys, raw, READ_MAX, bad);
	if (error)
		return error;
	*bad = FIELD_COUNT;
	*len = READ_MAX;
	error = option_error(to->calls->get(to->socket, layout->level, layout->number, raw, len));
	if (!error && *len == READ_MAX && !is_variable(r))
		*len = layout->size;
	return error;
}

int sockopt_get(const struct sockopt_target *to, struct record *r, enum field_id *bad)
{
	const struct record keys = *r;
	socklen_t len;
	int error;

	*bad = FIELD_COUNT;
	if (!to->layout->records[r->id].supported)
		return -EOPNOTSUPP;
	error = read_raw(to, r, &len, bad);
	if (error)
		return error;
	error = record_decode(to->layout, raw, len, r);
	r->assoc = keys.assoc;
	return error;
}

/* Prepares @raw for the overlay: the value in force, or zeroes. */
static int start_raw(const struct sockopt_target *to, const struct record *r, socklen_t *len,
                     enum field_id *bad)
{
	const struct record_def *def = &catalog_records[r->id];
	size_t size = record_encoded_size(to->layout, r);
	int error = -EOPNOTSUPP;

	if (size > WRITE_MAX) {
		*bad = FIELD_COUNT;
		return -ERANGE;
	}
	if (def->access == ACCESS_RW && !is_variable(r))
		error = read_raw(to, r, len, bad);
	if (error && def->start == START_CURRENT)
		return error;
	if (error)
		*len = size;
	if (def->start == START_ZERO)
		memset(raw, 0, *len);
	return 0;
}

int sockopt_set(const struct sockopt_target *to, const struct record *r, enum field_id *bad)
{
	const struct record_layout *layout = &to->layout->records[r->id];
	socklen_t len = 0;
	int error;

	*bad = FIELD_COUNT;
	if (!layout->supported)
		return -EOPNOTSUPP;
	error = start_raw(to, r, &len, bad);
	if (!error)
		error = record_encode(to->layout, r, raw, len, bad);
	if (!error) {
		*bad = FIELD_COUNT;
		error = option_error(to->calls->set(to->socket, layout->level, layout->number, raw, len));
	}
	if (record_find_kind(r->id, KIND_BYTES) >= 0)
		explicit_bzero(raw, sizeof(raw)); /* it may have held a key */
	return error;
}
