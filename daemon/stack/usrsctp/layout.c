/* Where usrsctp keeps each field of each record, and its numbers for the names: the tables of proto over its
 * header. */
#include "stack/usrsctp/private.h"

/* RFC 7496's name for the policy that this header calls by its older one. */
#define SCTP_PR_SCTP_PRIO SCTP_PR_SCTP_BUF

struct int_option {
	int value;
};

/* A record's C type by the record's name. */
#define EVENT(name, symbol, type, summary)                                                                   \
	struct raw_##name {                                                                                  \
		type raw;                                                                                    \
	};
#include "proto/events.def"
#define OPTION(name, level, symbol, type, access, start, summary)                                            \
	struct raw_##name {                                                                                  \
		type raw;                                                                                    \
	};
#include "proto/options.def"

static const struct record_layout records[RECORD_COUNT] = {
#define EVENT(name, symbol, type, summary)                                                                   \
	[EVENT_##name] = {.supported = true, .number = symbol, .size = sizeof(type)},
#include "proto/events.def"
#define OPTION(name, option_level, symbol, type, access, start, summary)                                     \
	[OPTION_##name] = {.supported = true, .level = option_level, .number = symbol, .size = sizeof(type)},
#include "proto/options.def"
};

#define MEMBER(record, member)     (((struct raw_##record *)0)->raw.member)
#define PLACE(record, member)      .offset = offsetof(struct raw_##record, raw.member)
#define WIDTH(record, member)      .width = sizeof(MEMBER(record, member))
#define TAIL_WIDTH(record, member) .width = sizeof(MEMBER(record, member)[0]), .tail = true

static const struct field_layout fields[FIELD_COUNT] = {
#define FIELD(record, name, member, kind, role, names, unit, summary)                                        \
	[FIELD_##record##_##name] = {PLACE(record, member), WIDTH(record, member)},
#define FIELD_KERNEL(record, name, member, kind, role, names, unit, summary)
#define TAIL(record, name, member, kind, role, names, unit, summary)                                         \
	[FIELD_##record##_##name] = {PLACE(record, member), TAIL_WIDTH(record, member)},
#include "proto/events.def"
#define FIELD(record, name, member, kind, role, names, unit, summary)                                        \
	[FIELD_##record##_##name] = {PLACE(record, member), WIDTH(record, member)},
#define FIELD_KERNEL(record, name, member, kind, role, names, unit, summary)
#define TAIL(record, name, member, kind, role, names, unit, summary)                                         \
	[FIELD_##record##_##name] = {PLACE(record, member), TAIL_WIDTH(record, member)},
#include "proto/options.def"
};

static const int64_t names[NAME_COUNT] = {
#define NAME(set, name, symbol)        [NAME_##set##_##name] = (symbol),
#define NAME_KERNEL(set, name, symbol) [NAME_##set##_##name] = NAME_ABSENT,
#include "proto/names.def"
};

const struct stack_layout usrsctp_layout = {
    .net_order = false,
    .records = records,
    .fields = fields,
    .names = names,
};
