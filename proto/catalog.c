/* The neutral tables, expanded from the .def files. */
#include "proto/catalog.h"

#include <errno.h>
#include <string.h>

const struct set_def catalog_sets[NAMES_COUNT + 1] = {
#define NAMES(set) [NAMES_##set] = {#set, NAMES_FIRST_##set},
#include "proto/names.def"
    [NAMES_COUNT] = {NULL, NAME_COUNT},
};

const struct name_def catalog_names[NAME_COUNT] = {
#define NAME(set, name, symbol)      [NAME_##set##_##name] = {NAMES_##set, #name, -1},
#define NAME_WIRE(set, name, number) [NAME_##set##_##name] = {NAMES_##set, #name, number},
#include "proto/names.def"
};

#define FIELD_ROW(type, record, name, kind, role, names, unit, summary, home)                                \
	[FIELD_##record##_##name] = {#name, type##_##record, KIND_##kind, ROLE_##role, NAMES_##names,        \
	                             unit,  summary,         HOME_##home},
#define EVENT_FIELD(home, record, name, member, kind, role, names, unit, summary)                            \
	FIELD_ROW(EVENT, record, name, kind, role, names, unit, summary, home)
#define OPTION_FIELD(home, record, name, member, kind, role, names, unit, summary)                           \
	FIELD_ROW(OPTION, record, name, kind, role, names, unit, summary, home)

const struct field_def catalog_fields[FIELD_COUNT] = {
#define FIELD(...)                      EVENT_FIELD(STACKS, __VA_ARGS__)
#define FIELD_KERNEL(...)               EVENT_FIELD(KERNEL, __VA_ARGS__)
#define FIELD_USRSCTP(...)              EVENT_FIELD(USRSCTP, __VA_ARGS__)
#define FIELD_DAEMON(record, name, ...) EVENT_FIELD(DAEMON, record, name, , __VA_ARGS__)
#include "proto/events.def"
#define FIELD(...)         OPTION_FIELD(STACKS, __VA_ARGS__)
#define FIELD_KERNEL(...)  OPTION_FIELD(KERNEL, __VA_ARGS__)
#define FIELD_USRSCTP(...) OPTION_FIELD(USRSCTP, __VA_ARGS__)
#define TAIL_KERNEL(...)   OPTION_FIELD(KERNEL, __VA_ARGS__)
#define TAIL_USRSCTP(...)  OPTION_FIELD(USRSCTP, __VA_ARGS__)
#include "proto/options.def"
};

const struct record_def catalog_records[RECORD_COUNT] = {
#define FIELDS(name) .first = FIELDS_FROM_##name, .count = FIELDS_TO_##name - FIELDS_FROM_##name
#define EVENT(name_, symbol, type_, summary_)                                                                \
	[EVENT_##name_] = {                                                                                  \
	    .name = #name_, .type = RECORD_EVENT, .access = ACCESS_RO, .summary = summary_, FIELDS(name_)},
#define EVENT_DAEMON(name_, summary_)                                                                        \
	[EVENT_##name_] = {.name = #name_,                                                                   \
	                   .type = RECORD_EVENT,                                                             \
	                   .access = ACCESS_RO,                                                              \
	                   .home = HOME_DAEMON,                                                              \
	                   .summary = summary_,                                                              \
	                   FIELDS(name_)},
#include "proto/events.def"
#define ROW(name_, access_, start_, scope_, home_, reference_, summary_, absent_)                            \
	[OPTION_##name_] = {.name = #name_,                                                                  \
	                    .type = RECORD_OPTION,                                                           \
	                    .access = ACCESS_##access_,                                                      \
	                    .start = START_##start_,                                                         \
	                    .scope = SCOPE_##scope_,                                                         \
	                    .home = HOME_##home_,                                                            \
	                    .reference = reference_,                                                         \
	                    .summary = summary_,                                                             \
	                    .absent = absent_,                                                               \
	                    FIELDS(name_)},
#define OPTION(name, level, symbol, type, access, start, scope, reference, summary)                          \
	ROW(name, access, start, scope, STACKS, reference, summary, NULL)
#define OPTION_KERNEL(name, level, symbol, type, access, start, scope, reference, summary, absent)           \
	ROW(name, access, start, scope, KERNEL, reference, summary, absent)
#define OPTION_USRSCTP(name, level, symbol, type, access, start, scope, reference, summary, absent)          \
	ROW(name, access, start, scope, USRSCTP, reference, summary, absent)
#define OPTION_DAEMON(name, access, scope, reference, summary)                                               \
	ROW(name, access, ZERO, scope, DAEMON, reference, summary, NULL)
#define OPTION_KEPT(name, reference, why) ROW(name, RW, ZERO, ANY, KEPT, reference, why, why)
#include "proto/options.def"
#undef ROW
#undef FIELDS
};

const struct with_def catalog_withs[] = {
#define WITH(record, field, flags, on, off)                                                                  \
	{OPTION_##record, FIELD_##record##_##field, FIELD_##record##_##flags, NAME_peer_addr_flags_##on,     \
	 NAME_peer_addr_flags_##off},
#include "proto/options.def"
};
const size_t catalog_withs_n = sizeof(catalog_withs) / sizeof(catalog_withs[0]);

int catalog_option_needs(enum record_id option)
{
	static const struct {
		enum record_id option, other;
	} needs[] = {
#define NEEDS(option_, other_) {OPTION_##option_, OPTION_##other_},
#include "proto/options.def"
	};

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (needs[i].option == option)
			return needs[i].other;
	return -1;
}

const struct error_def catalog_errors[ERROR_COUNT] = {
#define ERROR(symbol, code_, name_, errno_, summary_) [ERROR_##symbol] = {code_, name_, errno_, summary_},
#include "proto/errors.def"
};

int catalog_find_name(enum names_id set, const char *name)
{
	for (enum name_id i = catalog_sets[set].first; i < catalog_sets[set + 1].first; i++)
		if (strcmp(catalog_names[i].name, name) == 0)
			return i;
	return -1;
}

int catalog_find_wire(enum names_id set, uint64_t wire)
{
	for (enum name_id i = catalog_sets[set].first; i < catalog_sets[set + 1].first; i++)
		if (catalog_names[i].wire >= 0 && (uint64_t)catalog_names[i].wire == wire)
			return i;
	return -1;
}

enum name_id catalog_set_first(enum names_id set)
{
	return catalog_sets[set].first;
}

unsigned catalog_set_count(enum names_id set)
{
	return set == NAMES_none ? 0 : catalog_sets[set + 1].first - catalog_sets[set].first;
}

int catalog_find_record(enum record_type type, const char *name)
{
	for (int i = 0; i < RECORD_COUNT; i++)
		if (catalog_records[i].name && catalog_records[i].type == type &&
		    strcmp(catalog_records[i].name, name) == 0)
			return i;
	return -1;
}

int catalog_find_field(enum record_id record, const char *name)
{
	const struct record_def *def = &catalog_records[record];

	for (int i = def->first; i < def->first + def->count; i++)
		if (strcmp(catalog_fields[i].name, name) == 0)
			return i;
	return -1;
}

const struct cause_def *catalog_cause(uint64_t code)
{
	static const struct cause_def causes[] = {
#define CAUSE(name_, code_, text_, reference_) {code_, #name_, text_, reference_},
#include "proto/causes.def"
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].code == code)
			return &causes[i];
	return NULL;
}

const char *catalog_cause_name(uint64_t code)
{
	const struct cause_def *cause = catalog_cause(code);

	return cause ? cause->name : NULL;
}
