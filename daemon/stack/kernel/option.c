/* Reads and sets any option of the catalog on an endpoint or an association, by its row alone. */
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

/* socket(7): the kernel doubles these sizes when they are set, and returns the doubles. Clients read the
 * sizes that they set. */
static void halve_sizes(struct record *r)
{
	static const enum field_id doubled[] = {FIELD_sndbuf_value, FIELD_recbuf_value};

	for (size_t i = 0; i < sizeof(doubled) / sizeof(doubled[0]); i++)
		if (catalog_fields[doubled[i]].record == r->id)
			record_at(r, doubled[i])->number /= 2;
}

/* A peeled socket starts with the host's values of these options. The features are negotiated by then, so
 * their flags matter only for reading. IP_TOS changes SO_PRIORITY, so it comes first. */
void kernel_option_inherit(const struct stack_endpoint *e, int fd)
{
	static const struct {
		int level, number;
	} lost[] = {{IPPROTO_SCTP, SCTP_AUTH_SUPPORTED}, /* needed by ADD-IP */
	            {IPPROTO_SCTP, SCTP_ASCONF_SUPPORTED},
	            {IPPROTO_SCTP, SCTP_PR_SUPPORTED},
	            {IPPROTO_SCTP, SCTP_RECONFIG_SUPPORTED},
	            {IPPROTO_SCTP, SCTP_INTERLEAVING_SUPPORTED},
	            {IPPROTO_SCTP, SCTP_ECN_SUPPORTED},
	            {IPPROTO_IP, IP_TOS},
	            {IPPROTO_IPV6, IPV6_TCLASS},
	            {SOL_SOCKET, SO_PRIORITY},
	            {SOL_SOCKET, SO_MARK}};

	for (size_t i = 0; e->changed && i < sizeof(lost) / sizeof(lost[0]); i++) {
		struct sctp_assoc_value value = {.assoc_id = SCTP_FUTURE_ASSOC};
		socklen_t len = sizeof(value);

		if (getsockopt(e->fd, lost[i].level, lost[i].number, &value, &len) == 0)
			setsockopt(fd, lost[i].level, lost[i].number, &value, len);
	}
}

/* The kernel accepts any size, and silently limits it to the host's maximum. */
static int check_size(const struct sockopt_target *to, const struct record *asked, enum field_id *bad)
{
	enum field_id field = asked->id == OPTION_sndbuf ? FIELD_sndbuf_value : FIELD_recbuf_value;
	struct record got;
	int error;

	if (asked->id != OPTION_sndbuf && asked->id != OPTION_recbuf)
		return 0;
	record_init(&got, asked->id);
	error = sockopt_get(to, &got, bad);
	if (error)
		return error;
	halve_sizes(&got);
	*bad = field;
	return record_number(&got, field) < record_number(asked, field) ? -ENOBUFS : 0;
}

static int set_checked(const struct sockopt_target *to, const struct record *r, enum field_id *bad)
{
	int error = sockopt_set(to, r, bad);

	return error ? error : check_size(to, r, bad);
}

int kernel_option_set_fd(int fd, const struct record *r, enum field_id *bad)
{
	const struct sockopt_target to = target(&fd);
	struct record keyed = *r;

	keyed.assoc = SCTP_FUTURE_ASSOC;
	return set_checked(&to, &keyed, bad);
}

/* The kernel requires a port with each address: the peer's port for a path, our own port for an address
 * that the peer is to use. */
static uint16_t port_of(struct stack_assoc *a, enum record_id option)
{
	return option == OPTION_set_peer_primary_addr ? kernel_assoc_local_port(a)
	                                              : kernel_assoc_peer_port(a);
}

/* A copy of @r for @a, with its id, and with a port in the addresses that have none. */
static struct record keyed_record(struct stack_assoc *a, const struct record *r)
{
	struct record keyed = *r;

	keyed.assoc = a ? a->id : SCTP_FUTURE_ASSOC;
	for (unsigned i = 0; a && i < catalog_records[r->id].count; i++) {
		const struct field_def *def = &catalog_fields[catalog_records[r->id].first + i];
		struct value *v = &keyed.values[i];

		if (v->present && def->kind == KIND_ADDR && !address_port(&v->addr) &&
		    !address_is_any(&v->addr))
			address_set_port(&v->addr, port_of(a, r->id));
	}
	return keyed;
}

int kernel_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad)
{
	int fd = a ? a->fd : e->fd;
	const struct sockopt_target to = target(&fd);
	int error;

	*bad = FIELD_COUNT;
	if (fd < 0)
		return -ENOTCONN;
	*r = keyed_record(a, r);
	error = sockopt_get(&to, r, bad);
	if (!error)
		halve_sizes(r);
	return error;
}

/* Whether the option would be set on the whole endpoint: until an association has a socket of its own, an
 * option without an association's id belongs to the endpoint. */
static bool is_of_another(const struct stack_assoc *a, const struct record *r)
{
	return a && a->shared && record_find_kind(r->id, KIND_ASSOC) < 0;
}

int kernel_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                      enum field_id *bad)
{
	struct record keyed = keyed_record(a, r);
	int fd = a ? a->fd : e->fd;
	const struct sockopt_target to = target(&fd);

	*bad = FIELD_COUNT;
	if (fd < 0 || is_of_another(a, r))
		return -ENOTCONN;
	if (a)
		a->sndbuf = 0; /* the option may have changed it */
	else
		e->changed = true;
	return set_checked(&to, &keyed, bad);
}
