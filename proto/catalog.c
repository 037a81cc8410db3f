/* The neutral tables, expanded from the .def files. */
#include "proto/catalog.h"

#include <string.h>

const char *const catalog_sets[NAMES_COUNT] = {
#define NAMES(set) [NAMES_##set] = #set,
#include "proto/names.def"
};

const struct name_def catalog_names[NAME_COUNT] = {
#define NAME(set, name, symbol) [NAME_##set##_##name] = {NAMES_##set, #name},
#include "proto/names.def"
};

const struct field_def catalog_fields[FIELD_COUNT] = {
#define FIELD(record, name, member, kind, role, names, unit, summary)                                        \
	[FIELD_##record##_##                                                                                 \
	    name] = {#name, EVENT_##record, KIND_##kind, ROLE_##role, NAMES_##names, unit, summary},
#include "proto/events.def"
#define FIELD(record, name, member, kind, role, names, unit, summary)                                        \
	[FIELD_##record##_##                                                                                 \
	    name] = {#name, OPTION_##record, KIND_##kind, ROLE_##role, NAMES_##names, unit, summary},
#include "proto/options.def"
};

const struct record_def catalog_records[RECORD_COUNT] = {
#define FIELDS(name) .first = FIELDS_FROM_##name, .count = FIELDS_TO_##name - FIELDS_FROM_##name
#define EVENT(name_, symbol, type_, summary_)                                                                \
	[EVENT_##name_] = {                                                                                  \
	    .name = #name_, .type = RECORD_EVENT, .access = ACCESS_RO, .summary = summary_, FIELDS(name_)},
#include "proto/events.def"
#define OPTION(name_, level, symbol, type_, access_, start_, summary_)                                       \
	[OPTION_##name_] = {.name = #name_,                                                                  \
	                    .type = RECORD_OPTION,                                                           \
	                    .access = ACCESS_##access_,                                                      \
	                    .start = START_##start_,                                                         \
	                    .summary = summary_,                                                             \
	                    FIELDS(name_)},
#include "proto/options.def"
#undef FIELDS
};

const struct error_def catalog_errors[ERROR_COUNT] = {
#define ERROR(symbol, code_, name_, summary_) [ERROR_##symbol] = {code_, name_, summary_},
#include "proto/errors.def"
};

int catalog_find_name(enum names_id set, const char *name)
{
	for (int i = 0; i < NAME_COUNT; i++)
		if (catalog_names[i].set == set && strcmp(catalog_names[i].name, name) == 0)
			return i;
	return -1;
}

enum name_id catalog_set_first(enum names_id set)
{
	int i = 0;

	while (i < NAME_COUNT && catalog_names[i].set != set)
		i++;
	return i;
}

unsigned catalog_set_count(enum names_id set)
{
	unsigned n = 0;

	for (int i = catalog_set_first(set); i < NAME_COUNT && catalog_names[i].set == set; i++)
		n++;
	return n;
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

const char *catalog_cause_name(uint64_t code)
{
	switch (code) {
#define CAUSE(name, number)                                                                                  \
	case number:                                                                                         \
		return #name;
#include "proto/causes.def"
	}
	return NULL;
}
