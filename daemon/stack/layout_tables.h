/* Where one stack keeps each field of each record, and its numbers for the names: the tables of proto over
 * its own header. Included once by each stack's layout.c, after that header and what it lacks, with
 * LAYOUT_KERNEL or LAYOUT_USRSCTP defined. */
#include "stack/codec.h"

#include <stddef.h>
#include <sys/socket.h>

struct int_option {
	int value;
};

/* The leading member of every struct that is about one association only. */
struct assoc_option {
	sctp_assoc_t assoc;
};

/* The C type of a record, by the name of the record. */
#define RAW(name, type)                                                                                      \
	union raw_##name {                                                                                   \
		type raw;                                                                                    \
	};
#include "stack/layout_skip.h"
#define EVENT(name, symbol, type, summary) RAW(name, type)
#include "proto/events.def"
#include "stack/layout_skip.h"
#define OPTION(name, level, symbol, type, access, start, scope, reference, summary) RAW(name, type)
#include "proto/options.def"

static const struct record_layout records[RECORD_COUNT] = {
#include "stack/layout_skip.h"
#define EVENT(name, symbol, type, summary)                                                                   \
	[EVENT_##name] = {.supported = true, .number = symbol, .size = sizeof(union raw_##name)},
#include "proto/events.def"
#include "stack/layout_skip.h"
#define OPTION(name, level_, symbol, type, access, start, scope, reference, summary)                         \
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
#include "stack/layout_skip.h"
#define FIELD(record, name, member, kind, role, names, unit, summary) FIELD_AT(record, name, member)
#define TAIL(record, name, member, kind, role, names, unit, summary)  TAIL_AT(record, name, member)
#include "proto/events.def"
#include "stack/layout_skip.h"
#define FIELD(record, name, member, kind, role, names, unit, summary) FIELD_AT(record, name, member)
#define TAIL(record, name, member, kind, role, names, unit, summary)  TAIL_AT(record, name, member)
#include "proto/options.def"
};

static const int64_t names[NAME_COUNT] = {
#define NAME_NONE(set, name) [NAME_##set##_##name] = NAME_ABSENT,
#include "stack/layout_skip.h"
#define NAME(set, name, symbol) [NAME_##set##_##name] = (symbol),
#include "proto/names.def"
};
