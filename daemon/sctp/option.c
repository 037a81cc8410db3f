/* Socket options: what can be asked for, and the one way they are set and read: all or nothing. */
#include "sctp/option.h"

#include "proto/params.h"
#include "sctp/assoc.h"
#include "sctp/attempt.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/option_own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int option_error(struct shape_error *error, enum error_id id, const char *name, const char *what)
{
	*error = (struct shape_error){.id = id};
	snprintf(error->param, sizeof(error->param), "options.%.64s", name);
	snprintf(error->message, sizeof(error->message), "%.80s: %.160s", error->param, what);
	return -EINVAL;
}

/* --- what can be asked for --- */

/* Why @slot's stack does not have the option; NULL: it has. */
static const char *why_absent(const struct stack_slot *slot, enum record_id id)
{
	const struct record_def *def = &catalog_records[id];
	const struct stack_layout *layout = slot->ops->layout;

	return def->home == HOME_DAEMON || layout->records[id].supported ? NULL : def->absent;
}

static int not_supported(const struct stack_slot *slot, const char *name, const char *absent,
                         struct shape_error *error)
{
	char what[192];

	snprintf(what, sizeof(what), "not supported by the %s stack%s%s", slot->info.name, absent ? ": " : "",
	         absent ? absent : "");
	return option_error(error, ERROR_OPTION_NOT_SUPPORTED, name, what);
}

static bool fits_place(enum option_scope scope, enum option_place place, bool set)
{
	switch (scope) {
	case SCOPE_ANY:
		return true;
	case SCOPE_SOCKET:
		return place != PLACE_ASSOC && place != PLACE_BOTH;
	case SCOPE_ASSOC:
		return place == PLACE_ASSOC;
	case SCOPE_FUTURE:
		return !set || fits_place(SCOPE_SOCKET, place, set);
	case SCOPE_OPEN:
		return set ? place == PLACE_OPEN : place == PLACE_SOCKET;
	}
	return false;
}

static const char *const wrong_place[] = {
    [SCOPE_ANY] = "",
    [SCOPE_SOCKET] = "is an option of a socket, not of one association",
    [SCOPE_ASSOC] = "is an option of one association, not of a socket",
    [SCOPE_FUTURE] = "is negotiated when an association begins: set it on the socket before",
    [SCOPE_OPEN] = "can be set by open alone, before the socket is bound",
};

/* The option called @name where it is one for this call. Its id or -EINVAL. */
static int find_option(const char *name, enum option_place place, bool set, const struct stack_slot *slot,
                       struct shape_error *error)
{
	int id = catalog_find_record(RECORD_OPTION, name);
	const struct record_def *def;
	const char *absent;

	if (id < 0)
		return option_error(error, ERROR_NO_SUCH_OPTION, name, "there is no such option");
	def = &catalog_records[id];
	if (def->home == HOME_KEPT)
		return option_error(error, ERROR_OPTION_KEPT, name, def->absent);
	absent = why_absent(slot, id);
	if (absent)
		return not_supported(slot, name, absent, error);
	if (set && def->access == ACCESS_RO)
		return option_error(error, ERROR_OPTION_READ_ONLY, name, "can only be read");
	if (!set && def->access == ACCESS_WO)
		return option_error(error, ERROR_OPTION_WRITE_ONLY, name, "can only be set");
	if (!fits_place(def->scope, place, set))
		return option_error(error, ERROR_OPTION_SCOPE, name, wrong_place[def->scope]);
	return id;
}

static int check_fields(const struct record *r, bool set, const struct stack_slot *slot,
                        struct shape_error *error)
{
	const struct record_def *def = &catalog_records[r->id];
	const struct stack_layout *layout = slot->ops->layout;
	unsigned values = 0, possible = 0;
	char name[64];

	for (int i = def->first; i < def->first + def->count; i++) {
		const struct field_def *field = &catalog_fields[i];
		bool present = record_get(r, i)->present;

		snprintf(name, sizeof(name), "%.30s.%.30s", def->name, field->name);
		if (field->role == ROLE_KEY && !present)
			return option_error(error, ERROR_BAD_OPTION_VALUE, name, "is missing");
		if (present && def->home != HOME_DAEMON && !layout->fields[i].width)
			return not_supported(slot, name, NULL, error);
		if (present && !set && field->role == ROLE_VALUE)
			return option_error(error, ERROR_BAD_OPTION_VALUE, name, "says nothing in a read");
		values += present && field->role == ROLE_VALUE;
		possible += field->role == ROLE_VALUE;
	}
	if (set && possible && !values)
		return option_error(error, ERROR_BAD_OPTION_VALUE, def->name, "has no value to set");
	return 0;
}

/* What the stack's struct has no room for, and the names that it does not know, are said before anything is
 * done. The bytes may be a key: they are where the others are. */
static int check_encoding(const struct record *r, const struct stack_slot *slot, struct arena *arena,
                          struct shape_error *error)
{
	size_t size = record_encoded_size(slot->ops->layout, r);
	void *raw = arena_alloc(arena, size);
	enum field_id bad = FIELD_COUNT;
	int result = raw ? record_encode(slot->ops->layout, r, raw, size, &bad) : -ENOMEM;

	if (result < 0)
		option_explain(slot, r, bad, result, error);
	return result < 0 ? -EINVAL : 0;
}

/* RFC 6458 8.1.12: some values take effect only with a flag. */
static void imply_flags(struct record *r)
{
	for (size_t i = 0; i < catalog_withs_n; i++) {
		const struct with_def *with = &catalog_withs[i];
		enum name_id first = catalog_set_first(catalog_fields[with->flags].names);
		struct value *flags;

		if (with->record != r->id || !record_get(r, with->field)->present)
			continue;
		flags = record_at(r, with->flags);
		if (flags->present && flags->number & (UINT64_C(1) << (with->off - first)))
			continue;
		record_set_number(r, with->flags, flags->number | UINT64_C(1) << (with->on - first));
	}
}

struct record *option_list_begin(struct option_list *list, const char *name, enum option_place place,
                                 bool set, const struct stack_slot *slot, struct shape_error *error)
{
	int id = find_option(name, place, set, slot, error);

	if (id < 0)
		return NULL;
	record_init(&list->records[list->n], id);
	return &list->records[list->n];
}

int option_list_end(struct option_list *list, bool set, const struct stack_slot *slot,
                    struct shape_error *error)
{
	struct record *r = &list->records[list->n];

	if (check_fields(r, set, slot, error) < 0)
		return -EINVAL;
	imply_flags(r);
	if (catalog_records[r->id].home != HOME_DAEMON && check_encoding(r, slot, &list->arena, error) < 0)
		return -EINVAL;
	list->n++;
	return 0;
}

/* Moves the records for which @last says so to the end, each kind in its order. The number moved. */
static size_t move_last(struct option_list *list, bool (*last)(const struct record_def *def))
{
	size_t moved = 0;

	for (size_t i = 0; i + moved < list->n;) {
		struct record r = list->records[i];

		if (!last(&catalog_records[r.id])) {
			i++;
			continue;
		}
		moved++;
		memmove(&list->records[i], &list->records[i + 1], (list->n - i - 1) * sizeof(r));
		list->records[list->n - 1] = r;
	}
	return moved;
}

static bool is_write_only(const struct record_def *def)
{
	return def->access == ACCESS_WO;
}

static bool chooses_key(const struct record_def *def)
{
	return def == &catalog_records[OPTION_auth_active_key];
}

static bool drops_key(const struct record_def *def)
{
	return def == &catalog_records[OPTION_auth_deactivate_key] ||
	       def == &catalog_records[OPTION_auth_delete_key];
}

static bool is_own(const struct record_def *def)
{
	return def->home == HOME_DAEMON;
}

size_t option_list_own(struct option_list *list)
{
	return move_last(list, is_own);
}

int option_list_init(struct option_list *list, size_t room, struct shape_error *error)
{
	*list = (struct option_list){.room = room};
	list->records = arena_alloc(&list->arena, room * sizeof(list->records[0]));
	return list->records ? 0 : option_error(error, ERROR_INTERNAL, "", "no memory");
}

void option_list_order(struct option_list *list)
{
	move_last(list, is_write_only);
	move_last(list, chooses_key);
	move_last(list, drops_key);
}

struct record *option_list_find(const struct option_list *list, enum record_id option)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->records[i].id == option)
			return &list->records[i];
	return NULL;
}

int option_add(struct option_list *list, const struct record *r, enum option_place place,
               const struct stack_slot *slot, struct shape_error *error)
{
	int id = find_option(catalog_records[r->id].name, place, true, slot, error);

	if (id < 0)
		return id;
	if (list->n == list->room)
		return option_error(error, ERROR_INTERNAL, catalog_records[r->id].name, "no room");
	list->records[list->n++] = *r;
	return 0;
}

static bool names_assoc(const struct record *r)
{
	return catalog_records[r->id].scope == SCOPE_ANY && record_find_kind(r->id, KIND_ASSOC) >= 0;
}

void option_list_split(struct option_list *list, struct option_list *late)
{
	size_t moved = move_last(list, is_write_only);

	moved += move_last(list, chooses_key);
	move_last(list, drops_key);
	*late = (struct option_list){.records = &list->records[list->n - moved]};
	while (late->n < moved && names_assoc(&late->records[late->n]))
		late->n++;
	list->n -= late->n;
}

/* The record outlives the buffer of the stack. */
static int own_bytes(struct record *r, struct arena *arena)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		enum field_kind kind = catalog_fields[def->first + i].kind;
		struct value *v = &r->values[i];
		uint8_t *copy;

		if (!v->present || (kind != KIND_LIST && kind != KIND_TEXT))
			continue;
		copy = arena_alloc(arena, v->bytes.len + 1);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, v->bytes.data, v->bytes.len);
		v->bytes.data = copy;
	}
	return 0;
}

static bool is_of_its_socket(const struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];

	return def->scope == SCOPE_ANY && def->home != HOME_DAEMON && !names_assoc(r);
}

int option_list_copy_sockets(const struct option_list *list, struct option_list *ret)
{
	struct shape_error ignored;

	if (option_list_init(ret, list->n, &ignored) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		if (!is_of_its_socket(&list->records[i]))
			continue;
		ret->records[ret->n] = list->records[i];
		if (own_bytes(&ret->records[ret->n], &ret->arena) < 0)
			return -ENOMEM;
		ret->n++;
	}
	return 0;
}

const struct record *option_list_negotiated(const struct option_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct record_def *def = &catalog_records[list->records[i].id];

		if (def->scope == SCOPE_FUTURE || chooses_key(def) ||
		    (is_write_only(def) && names_assoc(&list->records[i])))
			return &list->records[i];
	}
	return NULL;
}

static bool is_in_init(enum record_id id)
{
	return id == OPTION_initmsg || id == OPTION_adaptation_layer || id == OPTION_hmac_ident ||
	       id == OPTION_auth_chunk;
}

const struct record *option_list_idle(const struct option_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (catalog_records[list->records[i].id].scope == SCOPE_SOCKET &&
		    !is_in_init(list->records[i].id))
			return &list->records[i];
	return NULL;
}

const struct record *option_list_stays(const struct option_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_write_only(&catalog_records[list->records[i].id]) && !names_assoc(&list->records[i]))
			return &list->records[i];
	return NULL;
}

void option_list_clear(struct option_list *list)
{
	arena_clear(&list->arena);
	list->n = 0;
}

/* --- reading and setting --- */

static uint64_t read_number(const char *path)
{
	unsigned long long number = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	if (fscanf(f, "%llu", &number) != 1)
		number = 0;
	fclose(f);
	return number;
}

/* The host's limit of buffers, and who can raise it (socket(7)). It is the first network namespace's, and
 * cannot be read in another. */
static void explain_size(const struct record *r, const char *name, struct shape_error *error)
{
	const char *sysctl = r->id == OPTION_sndbuf ? "wmem_max" : "rmem_max";
	char path[64], what[160];
	uint64_t limit;

	snprintf(path, sizeof(path), "/proc/sys/net/core/%s", sysctl);
	limit = read_number(path);
	if (limit)
		snprintf(what, sizeof(what),
		         "the host gives %llu bytes at the most; the sysctl net.core.%s raises that",
		         (unsigned long long)limit, sysctl);
	else
		snprintf(what, sizeof(what),
		         "the host gives less; the sysctl net.core.%s of its first network namespace says "
		         "how much, and raises that",
		         sysctl);
	option_error(error, ERROR_BAD_OPTION_VALUE, name, what);
	error->limit = limit;
}

void option_explain(const struct stack_slot *slot, const struct record *r, enum field_id bad, int errno_,
                    struct shape_error *error)
{
	const char *option = catalog_records[r->id].name;
	char name[64];

	if (bad < FIELD_COUNT)
		snprintf(name, sizeof(name), "%.30s.%.30s", option, catalog_fields[bad].name);
	else
		snprintf(name, sizeof(name), "%.60s", option);
	if (errno_ == -EOPNOTSUPP || errno_ == -ENOPROTOOPT)
		not_supported(slot, name, NULL, error);
	else if (errno_ == -EINPROGRESS)
		option_error(error, ERROR_RECONFIG_BUSY, name,
		             "waits for the peer's answer to an earlier change");
	else if (errno_ == -ENOBUFS && (r->id == OPTION_sndbuf || r->id == OPTION_recbuf))
		explain_size(r, name, error);
	else if (errno_ == -ERANGE)
		option_error(error, ERROR_BAD_OPTION_VALUE, name, "the number is too large for the option");
	else
		option_error(error, ERROR_BAD_OPTION_VALUE, name, strerror(-errno_));
	error->error = errno_;
}

struct assoc *option_target_assoc(const struct option_target *target)
{
	return target->a ? target->a : endpoint_alone(target->e);
}

static int get_one(const struct option_target *target, struct record *r, enum field_id *bad)
{
	const struct assoc *a = option_target_assoc(target);
	const struct endpoint *e = target->e;

	*bad = FIELD_COUNT;
	if (catalog_records[r->id].home == HOME_DAEMON)
		return option_own_get(target, r);
	if (a && attempt_get_option(a, r))
		return 0;
	if (a && !a->stack)
		return -ENOTCONN;
	return e->slot->ops->get_option(e->stack, a ? a->stack : NULL, r, bad);
}

/* What the stack is given as defaults of send, send has to ask for. */
static void mark_send_defaults(const struct option_target *target, enum record_id id)
{
	struct assoc *a = option_target_assoc(target);
	struct option_own *own = a ? &a->own : &target->e->own;

	if (id != OPTION_default_sndinfo && id != OPTION_default_prinfo && id != OPTION_default_send_param)
		return;
	own->send_defaults = true;
	if (id != OPTION_default_sndinfo)
		own->send_ttl = id == OPTION_default_send_param;
}

/* The stack has done @r. */
static void option_given(const struct option_target *target, const struct record *r)
{
	mark_send_defaults(target, r->id);
	option_keys_follow(target, r);
}

void option_given_at_open(struct endpoint *e, const struct option_list *list)
{
	const struct option_target target = {.e = e};

	for (size_t i = 0; i < list->n; i++)
		option_given(&target, &list->records[i]);
}

static int set_one(const struct option_target *target, const struct record *r, enum field_id *bad)
{
	struct assoc *a = option_target_assoc(target);
	const struct endpoint *e = target->e;
	int error;

	*bad = FIELD_COUNT;
	if (catalog_records[r->id].home == HOME_DAEMON)
		return option_own_set(target, r, bad);
	if (a && !a->stack)
		return -ENOTCONN;
	if (r->id == OPTION_auth_key && !option_keys_have_room(target, r))
		return -ENOSPC;
	error = e->slot->ops->set_option(e->stack, a ? a->stack : NULL, r, bad);
	if (a)
		assoc_relearn(a);
	if (error)
		return error;
	option_given(target, r);
	return 0;
}

int option_check_needs(const struct option_target *target, enum record_id option, struct shape_error *error)
{
	int needs = catalog_option_needs(option), flag = needs < 0 ? -1 : record_find_kind(needs, KIND_BOOL);
	struct record other;
	enum field_id bad;
	char what[128];

	if (flag < 0)
		return 0;
	record_init(&other, needs);
	if (get_one(target, &other, &bad) < 0 || record_number(&other, flag) != 0)
		return 0;
	snprintf(what, sizeof(what), "needs %s, which %s", catalog_records[needs].name,
	         target->a ? "the association has not negotiated" : "is off");
	return option_error(error, ERROR_NOT_NEGOTIATED, catalog_records[option].name, what);
}

/* Where what it depends on is no bool, that may be the reason. */
static bool explain_depends(const struct record *r, int errno_, struct shape_error *error)
{
	int needs = catalog_option_needs(r->id);
	char what[128];

	if (needs < 0 || record_find_kind(needs, KIND_BOOL) >= 0)
		return false;
	snprintf(what, sizeof(what), "%.60s; it depends on %.40s", strerror(-errno_),
	         catalog_records[needs].name);
	option_error(error, ERROR_BAD_OPTION_VALUE, catalog_records[r->id].name, what);
	return true;
}

/* What @r and, where it says nothing, what is in force make of @field; 0 where that cannot be read. */
static uint64_t effective(const struct record *r, const struct record *now, enum field_id field)
{
	const struct value *v = record_get(r, field);

	return v->present && v->number ? v->number : record_number(now, field);
}

/* RFC 6458 8.1.1: one timeout limits the other, and a stack says no more than that the value is invalid. */
static bool explain_rtoinfo(const struct option_target *target, const struct record *r,
                            struct shape_error *error)
{
	struct record now;
	enum field_id bad;
	uint64_t min, max, initial;
	char what[128];

	record_init(&now, OPTION_rtoinfo);
	if (r->id != OPTION_rtoinfo || get_one(target, &now, &bad) < 0)
		return false;
	min = effective(r, &now, FIELD_rtoinfo_min);
	max = effective(r, &now, FIELD_rtoinfo_max);
	initial = effective(r, &now, FIELD_rtoinfo_initial);
	if (min <= initial && initial <= max)
		return false;
	snprintf(what, sizeof(what), "min %llu, initial %llu, max %llu: they must not fall in this order",
	         (unsigned long long)min, (unsigned long long)initial, (unsigned long long)max);
	option_error(error, ERROR_BAD_OPTION_VALUE, catalog_records[r->id].name, what);
	return true;
}

/* What an option depends on is said instead of what the stack says. */
static void explain(const struct option_target *target, const struct record *r, enum field_id bad, int errno_,
                    struct shape_error *error)
{
	if (r->id == OPTION_auth_key && errno_ == -ENOSPC)
		option_error(error, ERROR_LIMIT_REACHED, catalog_records[r->id].name,
		             "a socket, or an association, may have 64 keys");
	else if (bad < FIELD_COUNT ||
	         (option_check_needs(target, r->id, error) == 0 && !explain_depends(r, errno_, error) &&
	          !explain_rtoinfo(target, r, error)))
		option_explain(target->e->slot, r, bad, errno_, error);
	error->error = errno_;
}

int option_get(const struct option_target *target, struct record *r, struct shape_error *error)
{
	const struct record asked = *r;
	enum field_id bad;
	int result = get_one(target, r, &bad);

	if (result < 0)
		explain(target, &asked, bad, result, error);
	return result;
}

struct undo_step {
	struct option_target target;
	struct record was;
};

/* Reads what @r is about to change, so that it can be put back. */
static int remember(const struct option_target *target, const struct record *r, struct option_undo *undo,
                    enum field_id *bad)
{
	const struct record_def *def = &catalog_records[r->id];
	struct undo_step *step = &undo->steps[undo->n];
	int error;

	*bad = FIELD_COUNT;
	if (def->access != ACCESS_RW)
		return 0;
	step->target = *target;
	record_init(&step->was, r->id);
	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].role == ROLE_KEY ||
		    catalog_fields[def->first + i].role == ROLE_PICK)
			step->was.values[i] = r->values[i];
	error = get_one(target, &step->was, bad);
	if (!error)
		error = own_bytes(&step->was, &undo->arena);
	if (error)
		return error;
	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].role == ROLE_RESULT)
			step->was.values[i].present = false;
	imply_flags(&step->was);
	undo->n++;
	return 0;
}

void option_keep(struct option_undo *undo)
{
	arena_clear(&undo->arena);
	free(undo->steps);
	undo->steps = NULL;
	undo->n = 0;
}

void option_put_back(struct option_undo *undo)
{
	enum field_id bad;

	while (undo->n-- > 0)
		set_one(&undo->steps[undo->n].target, &undo->steps[undo->n].was, &bad);
	undo->n = 0;
	option_keep(undo);
}

static int set_all(const struct option_target *targets, size_t n, const struct option_list *list,
                   struct option_undo *undo, struct shape_error *error)
{
	enum field_id bad;
	int r;

	/* Each option on every target before the next, so that what cannot be put back is last everywhere. */
	for (size_t i = 0; i < list->n; i++) {
		for (size_t k = 0; k < n; k++) {
			r = remember(&targets[k], &list->records[i], undo, &bad);
			if (!r)
				r = set_one(&targets[k], &list->records[i], &bad);
			if (!r)
				continue;
			explain(&targets[k], &list->records[i], bad, r, error);
			return r;
		}
	}
	return 0;
}

int option_set(const struct option_target *targets, size_t n, const struct option_list *list,
               struct option_undo *undo, struct shape_error *error)
{
	struct option_undo scratch, *steps = undo ? undo : &scratch;
	int r;

	*steps = (struct option_undo){.steps = calloc(n * list->n + 1, sizeof(struct undo_step))};
	if (!steps->steps) {
		option_error(error, ERROR_INTERNAL, "", "no memory");
		return -ENOMEM;
	}
	r = set_all(targets, n, list, steps, error);
	if (r < 0)
		option_put_back(steps);
	else if (!undo)
		option_keep(steps);
	return r;
}
