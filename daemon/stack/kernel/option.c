/* Any option of the catalog on an endpoint or an association; knows none by name. */
#include "stack/kernel/kernel.h"

#include <errno.h>
#include <string.h>

/* Larger than any option's struct, also a newer kernel's. */
#define OPTION_MAX 4096

static int option_error(int error)
{
	return error == ENOPROTOOPT ? -EOPNOTSUPP : -error;
}

/* Reads into @raw, which holds the keys. *@len becomes the length that this kernel knows. */
static int read_raw(int fd, const struct record *r, uint8_t *raw, socklen_t *len, enum field_id *bad)
{
	const struct record_layout *layout = &kernel_layout.records[r->id];
	struct record keys = *r;
	int error;

	*bad = FIELD_COUNT;
	memset(raw, 0, OPTION_MAX);
	for (unsigned i = 0; i < catalog_records[r->id].count; i++)
		if (catalog_fields[catalog_records[r->id].first + i].role != ROLE_KEY)
			keys.values[i].present = false;
	error = record_encode(&kernel_layout, &keys, raw, OPTION_MAX, bad);
	if (error)
		return error;
	*len = OPTION_MAX;
	return getsockopt(fd, layout->level, layout->number, raw, len) < 0 ? option_error(errno) : 0;
}

/* How long the struct is that goes into a set: as long as this kernel returns it, for an older one refuses
 * more. */
static int start_raw(int fd, const struct record *r, uint8_t *raw, socklen_t *len, enum field_id *bad)
{
	const struct record_def *def = &catalog_records[r->id];
	int error = def->access == ACCESS_RW ? read_raw(fd, r, raw, len, bad) : -EOPNOTSUPP;

	if (error && def->start == START_CURRENT)
		return error;
	if (error)
		*len = kernel_layout.records[r->id].size;
	if (def->start == START_ZERO)
		memset(raw, 0, OPTION_MAX);
	return 0;
}

static int set_raw(int fd, const struct record *r, enum field_id *bad)
{
	const struct record_layout *layout = &kernel_layout.records[r->id];
	uint8_t raw[OPTION_MAX];
	socklen_t len;
	int error;

	*bad = FIELD_COUNT;
	if (!layout->supported)
		return -EOPNOTSUPP;
	error = start_raw(fd, r, raw, &len, bad);
	if (!error)
		error = record_encode(&kernel_layout, r, raw, len, bad);
	if (error)
		return error;
	*bad = FIELD_COUNT;
	return setsockopt(fd, layout->level, layout->number, raw, len) < 0 ? option_error(errno) : 0;
}

int kernel_option_set_fd(int fd, const struct record *r, enum field_id *bad)
{
	struct record keyed = *r;

	keyed.assoc = SCTP_FUTURE_ASSOC;
	return set_raw(fd, &keyed, bad);
}

/* A copy of @r for @a: with its id, and the peer's port in the addresses of paths that came without one. */
static struct record keyed_record(struct stack_assoc *a, const struct record *r)
{
	struct record keyed = *r;

	keyed.assoc = a ? a->id : SCTP_FUTURE_ASSOC;
	for (unsigned i = 0; a && i < catalog_records[r->id].count; i++) {
		const struct field_def *def = &catalog_fields[catalog_records[r->id].first + i];
		struct value *v = &keyed.values[i];

		if (v->present && def->kind == KIND_ADDR && def->role == ROLE_KEY && !address_port(&v->addr))
			address_set_port(&v->addr, kernel_assoc_peer_port(a));
	}
	return keyed;
}

int kernel_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad)
{
	struct record keyed;
	uint8_t raw[OPTION_MAX];
	socklen_t len;
	int fd = a ? a->fd : e->fd, error;

	*bad = FIELD_COUNT;
	if (!kernel_layout.records[r->id].supported)
		return -EOPNOTSUPP;
	if (fd < 0)
		return -ENOTCONN;
	keyed = keyed_record(a, r);
	error = read_raw(fd, &keyed, raw, &len, bad);
	return error ? error : record_decode(&kernel_layout, raw, len, r);
}

int kernel_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                      enum field_id *bad)
{
	struct record keyed = keyed_record(a, r);
	int fd = a ? a->fd : e->fd;

	*bad = FIELD_COUNT;
	if (fd < 0)
		return -ENOTCONN;
	if (a)
		a->sndbuf = 0; /* it may be what changes */
	return set_raw(fd, &keyed, bad);
}
