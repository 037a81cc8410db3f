/* The socket options of one call: checks the stack, the place and the values of each. */
#include "sctp/option_list.h"

#include "proto/params.h"
#include "sctp/core.h"
#include "sctp/option_error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The reason why @slot's stack lacks the option; NULL: it has the option. */
static const char *why_absent(const struct stack_slot *slot, enum record_id id)
{
	const struct record_def *def = &catalog_records[id];
	const struct stack_layout *layout = slot->ops->layout;

	return def->home == HOME_DAEMON || layout->records[id].supported ? NULL : def->absent;
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

/* The id of the option called @name; -EINVAL: there is none for this call. */
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
		return option_not_supported(slot, name, absent, error);
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
			return option_not_supported(slot, name, NULL, error);
		if (present && !set && field->role == ROLE_VALUE)
			return option_error(error, ERROR_BAD_OPTION_VALUE, name,
			                    "has no meaning when an option is read");
		values += present && field->role == ROLE_VALUE;
		possible += field->role == ROLE_VALUE;
	}
	if (set && possible && !values)
		return option_error(error, ERROR_BAD_OPTION_VALUE, def->name, "has no field to set");
	return 0;
}

/* Before any option is set, refuses fields and names that the stack does not have. */
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

void option_imply_flags(struct record *r)
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
	option_imply_flags(r);
	if (catalog_records[r->id].home != HOME_DAEMON && check_encoding(r, slot, &list->arena, error) < 0)
		return -EINVAL;
	list->n++;
	return 0;
}

/* Moves the records for which @last() is true to the end, without other changes of the order. Returns their
 * number. */
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

int option_own_bytes(struct record *r, struct arena *arena)
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
		if (option_own_bytes(&ret->records[ret->n], &ret->arena) < 0)
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
