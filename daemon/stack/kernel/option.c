/* Any option of the catalog on an endpoint or an association; knows none by name. */
#include "stack/kernel/kernel.h"
#include "stack/sockopt.h"

#include <errno.h>

static int call_get(void *socket, int level, int number, void *raw, socklen_t *len)
{
	return getsockopt(*(int *)socket, level, number, raw, len) < 0 ? -errno : 0;
}

static int call_set(void *socket, int level, int number, const void *raw, socklen_t len)
{
	return setsockopt(*(int *)socket, level, number, raw, len) < 0 ? -errno : 0;
}

static struct sockopt_target target(int *fd)
{
	static const struct sockopt_calls calls = {.get = call_get, .set = call_set};

	return (struct sockopt_target){.layout = &kernel_layout, .calls = &calls, .socket = fd};
}

int kernel_option_set_fd(int fd, const struct record *r, enum field_id *bad)
{
	const struct sockopt_target to = target(&fd);
	struct record keyed = *r;

	keyed.assoc = SCTP_FUTURE_ASSOC;
	return sockopt_set(&to, &keyed, bad);
}

/* A copy of @r for @a: with its id, and the peer's port in the addresses of paths that came without one. Our
 * own addresses have no port. */
static struct record keyed_record(struct stack_assoc *a, const struct record *r)
{
	struct record keyed = *r;

	keyed.assoc = a ? a->id : SCTP_FUTURE_ASSOC;
	for (unsigned i = 0; a && i < catalog_records[r->id].count; i++) {
		const struct field_def *def = &catalog_fields[catalog_records[r->id].first + i];
		struct value *v = &keyed.values[i];

		if (v->present && def->kind == KIND_ADDR && !address_port(&v->addr) &&
		    !address_is_any(&v->addr) && r->id != OPTION_set_peer_primary_addr)
			address_set_port(&v->addr, kernel_assoc_peer_port(a));
	}
	return keyed;
}

int kernel_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad)
{
	int fd = a ? a->fd : e->fd;
	const struct sockopt_target to = target(&fd);

	*bad = FIELD_COUNT;
	if (fd < 0)
		return -ENOTCONN;
	*r = keyed_record(a, r);
	return sockopt_get(&to, r, bad);
}

int kernel_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                      enum field_id *bad)
{
	struct record keyed = keyed_record(a, r);
	int fd = a ? a->fd : e->fd;
	const struct sockopt_target to = target(&fd);

	*bad = FIELD_COUNT;
	if (fd < 0)
		return -ENOTCONN;
	if (a)
		a->sndbuf = 0; /* it may be what changes */
	return sockopt_set(&to, &keyed, bad);
}
