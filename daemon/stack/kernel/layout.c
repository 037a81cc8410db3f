/* Where the kernel's structs keep the fields of the catalog, and the kernel's numbers for its names. */
#include "stack/kernel/kernel.h"

#include <stddef.h>

/* linux/sctp.h keeps the old names of RFC 6458 6.1.11. */
#define ssfe_flags    ssf_flags
#define ssfe_error    ssf_error
#define ssfe_assoc_id ssf_assoc_id
#define ssfe_data     ssf_data

struct int_option {
	int value;
};

/* Gives each record's type a name that its fields can use. */
#define EVENT(name, symbol, type, summary)                                                                   \
	union raw_##name {                                                                                   \
		type raw;                                                                                    \
	};
#include "proto/events.def"
#define OPTION(name, level, symbol, type, access, start, summary)                                            \
	union raw_##name {                                                                                   \
		type raw;                                                                                    \
	};
#include "proto/options.def"

static const struct record_layout records[RECORD_COUNT] = {
#define EVENT(name, symbol, type, summary)                                                                   \
	[EVENT_##name] = {.supported = true, .number = symbol, .size = sizeof(union raw_##name)},
#include "proto/events.def"
#define OPTION(name, level_, symbol, type, access, start, summary)                                           \
	[OPTION_##name] = {                                                                                  \
	    .supported = true, .level = level_, .number = symbol, .size = sizeof(union raw_##name)},
#include "proto/options.def"
};

#define MEMBER(record, member) (((union raw_##record *)0)->raw.member)
#define FIELD_AT(record, name, member)                                                                       \
	[FIELD_##record##_##name] = {.offset = offsetof(union raw_##record, raw.member),                     \
	                             .width = sizeof(MEMBER(record, member))},
#define TAIL_AT(record, name, member)                                                                        \
	[FIELD_##record##_##name] = {.offset = offsetof(union raw_##record, raw.member),                     \
	                             .width = sizeof(MEMBER(record, member)[0]),                             \
	                             .tail = true},

static const struct field_layout fields[FIELD_COUNT] = {
#define FIELD(record, name, member, kind, role, names, unit, summary) FIELD_AT(record, name, member)
#define FIELD_USRSCTP(record, name, member, kind, role, names, unit, summary)
#define TAIL(record, name, member, kind, role, names, unit, summary) TAIL_AT(record, name, member)
#include "proto/events.def"
#define FIELD(record, name, member, kind, role, names, unit, summary) FIELD_AT(record, name, member)
#define FIELD_USRSCTP(record, name, member, kind, role, names, unit, summary)
#define TAIL(record, name, member, kind, role, names, unit, summary) TAIL_AT(record, name, member)
#include "proto/options.def"
};

static const int64_t names[NAME_COUNT] = {
#define NAME(set, name, symbol)         [NAME_##set##_##name] = symbol,
#define NAME_USRSCTP(set, name, symbol) [NAME_##set##_##name] = NAME_ABSENT,
#include "proto/names.def"
};

const struct stack_layout kernel_layout = {
    .net_order = true,
    .records = records,
    .fields = fields,
    .names = names,
};
