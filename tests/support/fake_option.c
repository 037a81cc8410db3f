/* Options of the fake stack: a store that keeps what was set, by the tables of the catalog alone. */
#include "support/fake_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What Linux has when nothing was set; fields that are not here are 0. */
static const uint64_t defaults[FIELD_COUNT] = {
    [FIELD_rtoinfo_initial] = 3000,
    [FIELD_rtoinfo_max] = 60000,
    [FIELD_rtoinfo_min] = 1000,
    [FIELD_associnfo_asocmaxrxt] = 10,
    [FIELD_associnfo_local_rwnd] = 106496,
    [FIELD_associnfo_cookie_life] = 60000,
    [FIELD_initmsg_num_ostreams] = 10,
    [FIELD_initmsg_max_instreams] = 65535,
    [FIELD_initmsg_max_attempts] = 8,
    [FIELD_initmsg_max_init_timeo] = 60000,
    [FIELD_peer_addr_params_hbinterval] = 30000,
    [FIELD_peer_addr_params_pathmaxrxt] = 5,
    [FIELD_peer_addr_params_pathmtu] = 1500,
    [FIELD_peer_addr_params_sackdelay] = 200,
    [FIELD_delayed_sack_delay] = 200,
    [FIELD_delayed_sack_freq] = 2,
    [FIELD_sndbuf_value] = 212992,
    [FIELD_recbuf_value] = 212992,
};

/* The largest number of those that a real stack keeps in less than 32 bits. */
static const uint64_t maxima[FIELD_COUNT] = {
    [FIELD_associnfo_asocmaxrxt] = UINT16_MAX,        [FIELD_initmsg_num_ostreams] = UINT16_MAX,
    [FIELD_initmsg_max_instreams] = UINT16_MAX,       [FIELD_initmsg_max_attempts] = UINT16_MAX,
    [FIELD_initmsg_max_init_timeo] = UINT16_MAX,      [FIELD_peer_addr_params_pathmaxrxt] = UINT16_MAX,
    [FIELD_remote_udp_encaps_port_port] = UINT16_MAX, [FIELD_fragment_interleave_value] = 2,
};

static bool has_bytes(const struct record *r, unsigned i)
{
	enum field_kind kind = catalog_fields[catalog_records[r->id].first + i].kind;

	return r->values[i].present && (kind == KIND_LIST || kind == KIND_TEXT || kind == KIND_BYTES);
}

/* The store owns the bytes of its values. */
static int keep_value(struct record *stored, unsigned i, const struct value *v)
{
	uint8_t *copy = NULL;

	if (has_bytes(stored, i))
		free((uint8_t *)stored->values[i].bytes.data);
	stored->values[i] = *v;
	if (!has_bytes(stored, i))
		return 0;
	copy = malloc(v->bytes.len + 1);
	if (copy)
		memcpy(copy, v->bytes.data, v->bytes.len);
	stored->values[i].present = copy;
	stored->values[i].bytes.data = copy;
	return copy ? 0 : -ENOMEM;
}

void fake_options_free(struct option_store *o)
{
	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		struct record *r = o->set[i];

		for (unsigned k = 0; r && k < catalog_records[r->id].count; k++)
			if (has_bytes(r, k))
				free((uint8_t *)r->values[k].bytes.data);
		free(r);
	}
}

static struct record *stored_record(struct option_store *o, enum record_id id)
{
	struct record **r = &o->set[id - EVENT_COUNT];

	if (!*r)
		*r = malloc(sizeof(**r));
	else
		return *r;
	if (*r)
		record_init(*r, id);
	return *r;
}

int fake_options_copy(const struct option_store *from, struct option_store *to)
{
	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		const struct record *r = from->set[i];
		struct record *copy = r ? stored_record(to, r->id) : NULL;

		if (r && !copy)
			return -ENOMEM;
		for (unsigned k = 0; r && k < catalog_records[r->id].count; k++)
			if (keep_value(copy, k, &r->values[k]) < 0)
				return -ENOMEM;
	}
	return 0;
}

static const struct value *find_value(const struct option_store *o, enum field_id field)
{
	const struct record *r = o->set[catalog_fields[field].record - EVENT_COUNT];
	const struct value *v = r ? record_get(r, field) : NULL;

	return v && v->present ? v : NULL;
}

uint64_t fake_option_number(const struct option_store *mine, const struct option_store *base,
                            enum field_id field)
{
	const struct value *v = find_value(mine, field);

	if (!v)
		v = find_value(base, field);
	return v ? v->number : defaults[field];
}

static bool is_peer(const struct stack_assoc *a, const struct address *addr)
{
	for (size_t i = 0; i < a->peers.n; i++)
		if (address_equal(&a->peers.v[i], addr))
			return true;
	return false;
}

static int get_status(const struct stack_assoc *a, struct record *r)
{
	if (!a)
		return -EINVAL;
	record_set_number(r, FIELD_status_state, a->state);
	record_set_number(r, FIELD_status_rwnd, defaults[FIELD_associnfo_local_rwnd]);
	record_set_number(r, FIELD_status_unackdata, a->queued);
	record_set_number(r, FIELD_status_penddata, a->unread);
	record_set_number(r, FIELD_status_instrms, a->ins);
	record_set_number(r, FIELD_status_outstrms, a->outs);
	record_set_number(r, FIELD_status_fragmentation_point, 1452);
	record_set_addr(r, FIELD_status_primary, &a->peers.v[0]);
	return 0;
}

static int get_path(const struct stack_assoc *a, struct record *r)
{
	const struct value *address = record_get(r, FIELD_get_peer_addr_info_address);

	if (!a || !address->present || !is_peer(a, &address->addr))
		return -EINVAL;
	record_set_number(r, FIELD_get_peer_addr_info_state, NAME_path_state_active);
	record_set_number(r, FIELD_get_peer_addr_info_cwnd, 4380);
	record_set_number(r, FIELD_get_peer_addr_info_srtt, 0);
	record_set_number(r, FIELD_get_peer_addr_info_rto, 1000);
	record_set_number(r, FIELD_get_peer_addr_info_mtu, 1500);
	return 0;
}

/* A key that names a path must name one of the peer's. */
static int check_keys(const struct stack_assoc *a, const struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		const struct field_def *field = &catalog_fields[def->first + i];

		if ((field->role == ROLE_KEY || field->role == ROLE_PICK) && field->kind == KIND_ADDR &&
		    r->values[i].present && !address_is_any(&r->values[i].addr) &&
		    (!a || !is_peer(a, &r->values[i].addr)))
			return -EINVAL;
	}
	return 0;
}

static int get_stored(const struct option_store *mine, const struct option_store *base, struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		enum field_id id = def->first + i;
		const struct value *v = find_value(mine, id) ? find_value(mine, id) : find_value(base, id);

		if (catalog_fields[id].role == ROLE_KEY || catalog_fields[id].role == ROLE_PICK ||
		    catalog_fields[id].kind == KIND_ADDR || (!v && catalog_fields[id].kind == KIND_LIST) ||
		    (!v && catalog_fields[id].kind == KIND_TEXT))
			continue;
		if (v)
			r->values[i] = *v;
		else
			record_set_number(r, id, defaults[id]);
	}
	return 0;
}

int fake_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad)
{
	int error = check_keys(a, r);

	*bad = FIELD_COUNT;
	if (catalog_records[r->id].access == ACCESS_WO)
		return -EOPNOTSUPP;
	if (error < 0)
		return error;
	r->assoc = a ? a->id : 0;
	if (r->id == OPTION_status)
		return get_status(a, r);
	if (r->id == OPTION_get_peer_addr_info)
		return get_path(a, r);
	error = get_stored(a ? &a->options : &e->options, a ? &a->options : &e->options, r);
	if (r->id == OPTION_associnfo && a)
		record_set_number(r, FIELD_associnfo_number_peer_destinations, a->peers.n);
	return error;
}

static int check_values(const struct record *r, enum field_id *bad)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		enum field_id id = def->first + i;
		uint64_t max = maxima[id] ? maxima[id] : UINT32_MAX;

		*bad = id;
		if (!r->values[i].present || catalog_fields[id].kind == KIND_ADDR)
			continue;
		if (catalog_fields[id].role == ROLE_RESULT)
			return -EOPNOTSUPP;
		if (r->values[i].number > max)
			return -ERANGE;
	}
	*bad = FIELD_COUNT;
	return 0;
}

/* Whether 0 means "as it is": where the RFC says so of all the numbers of an option, not where 0 is a value.
 */
static bool keeps_zero(enum record_id id)
{
	return id == OPTION_rtoinfo || id == OPTION_associnfo || id == OPTION_initmsg ||
	       id == OPTION_delayed_sack || id == OPTION_peer_addr_params;
}

int fake_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                    enum field_id *bad)
{
	const struct record_def *def = &catalog_records[r->id];
	int error = def->access == ACCESS_RO ? -EOPNOTSUPP : check_keys(a, r);
	struct record *stored;

	*bad = FIELD_COUNT;
	if (error == 0)
		error = check_values(r, bad);
	if (error < 0)
		return error;
	stored = stored_record(a ? &a->options : &e->options, r->id);
	if (!stored)
		return -ENOMEM;
	for (unsigned i = 0; i < def->count; i++)
		if (r->values[i].present && !(keeps_zero(r->id) && r->values[i].number == 0) &&
		    keep_value(stored, i, &r->values[i]) < 0)
			return -ENOMEM;
	if (a && r->id == OPTION_sndbuf)
		a->sndbuf = fake_option_number(&a->options, &a->endpoint->options, FIELD_sndbuf_value);
	return 0;
}
