/* The tables that names.def, events.def, options.def and errors.def expand to, the same for every stack:
 * no numbers of a stack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of fields. The byte order of some numbers differs between the stacks: _NET is network order on
 * both, _NETK on the kernel's stack only. A decoded record has host order and the plain kind. */
enum field_kind {
	KIND_UINT,
	KIND_UINT_NET,
	KIND_BOOL,
	KIND_ASSOC,      /* the stack's own association id: the stack fills it in and removes it */
	KIND_ADDR,       /* a socket address */
	KIND_NAME,       /* a name of a set */
	KIND_FLAGS,      /* several names of a set */
	KIND_CAUSE_NET,  /* an error cause code, RFC 9260 3.3.10 */
	KIND_CAUSE_NETK, /* the same, in network order on the kernel stack only */
	KIND_CAUSES,     /* tail: TLVs of error causes */
	KIND_LIST,       /* tail: numbers; with a set of names, numbers of the protocol */
	KIND_COUNT,      /* the number of elements in the tail: the codec fills it in and removes it */
	KIND_PAYLOAD,    /* tail: bytes of a user message */
	KIND_BYTES,      /* tail: a key, which is never read back or logged */
	KIND_TEXT,       /* characters in a fixed array */
	KIND_OBJECT,     /* the daemon's own: a JSON object as text, made where it happened */
};

enum field_role {
	ROLE_KEY,    /* selects what to read: set before a read, and required */
	ROLE_PICK,   /* the same, but optional */
	ROLE_VALUE,  /* is read, and set where the option can be set */
	ROLE_RESULT, /* is only read */
};

enum option_access { ACCESS_RW, ACCESS_RO, ACCESS_WO };
enum option_start { START_CURRENT, START_ZERO };
enum option_scope { SCOPE_ANY, SCOPE_SOCKET, SCOPE_ASSOC, SCOPE_FUTURE, SCOPE_OPEN };
enum option_home { HOME_STACKS, HOME_KERNEL, HOME_USRSCTP, HOME_DAEMON, HOME_KEPT };
enum record_type { RECORD_EVENT, RECORD_OPTION };

/* Sets of names. */
enum names_id {
	NAMES_none = -1,
#define NAMES(set) NAMES_##set,
#include "proto/names.def"
	NAMES_COUNT
};

/* Every name of every set: NAME_assoc_change_state_comm_up. A set begins at NAMES_FIRST_; the enumerator
 * after that one steps back by one, so that it takes no number. */
enum name_id {
#define NAMES(set)              NAMES_FIRST_##set, NAMES_STEP_##set = NAMES_FIRST_##set - 1,
#define NAME(set, name, symbol) NAME_##set##_##name,
#include "proto/names.def"
	NAME_COUNT
};

/* Events first, the stacks' and the daemon's own, then options: EVENT_assoc_change, EVENT_paused,
 * OPTION_rtoinfo. */
enum record_id {
#define EVENT(name, symbol, type, summary) EVENT_##name,
#include "proto/events.def"
	EVENT_COUNT,
	STACK_EVENT_COUNT = EVENT_unknown, /* the daemon's own events begin here */
	RECORD_BEFORE_OPTIONS = EVENT_COUNT - 1,
#define OPTION(name, level, symbol, type, access, start, scope, reference, summary) OPTION_##name,
#include "proto/options.def"
	RECORD_COUNT
};

/* Every field of every record: FIELD_assoc_change_state. FIELDS_FROM_ and FIELDS_TO_ enclose the fields of
 * a record; the enumerator after each steps back by one, so that it takes no number. */
enum field_id {
#define OPEN_FIELDS(name)                                             FIELDS_FROM_##name, FIELDS_STEP_##name = FIELDS_FROM_##name - 1,
#define EVENT(name, symbol, type, summary)                            OPEN_FIELDS(name)
#define FIELD(record, name, member, kind, role, names, unit, summary) FIELD_##record##_##name,
#define END(record)                                                   FIELDS_TO_##record, FIELDS_BACK_##record = FIELDS_TO_##record - 1,
#include "proto/events.def"
#define OPTION(name, level, symbol, type, access, start, scope, reference, summary) OPEN_FIELDS(name)
#define FIELD(record, name, member, kind, role, names, unit, summary)               FIELD_##record##_##name,
#define END(record)                                                                 FIELDS_TO_##record, FIELDS_BACK_##record = FIELDS_TO_##record - 1,
#include "proto/options.def"
#undef OPEN_FIELDS
	FIELD_COUNT
};

struct name_def {
	enum names_id set;
	const char *name;
	int wire; /* its number in the protocol; -1: each stack has its own */
};

struct field_def {
	const char *name;
	enum record_id record;
	enum field_kind kind;
	enum field_role role;
	enum names_id names;
	const char *unit;
	const char *summary;
	enum option_home home; /* HOME_KERNEL, HOME_USRSCTP: only the struct of that stack has it */
};

struct record_def {
	const char *name;
	enum record_type type;
	uint16_t first, count; /* its fields, as enum field_id */
	const char *summary;
	/* options only */
	enum option_access access;
	enum option_start start;
	enum option_scope scope;
	enum option_home home;
	const char *reference; /* the RFC's section, or the manual page */
	const char *absent;    /* HOME_KERNEL, HOME_USRSCTP: why the other stack lacks it; HOME_KEPT: why the
	                          daemon keeps it */
};

/* A field that takes effect only with a flag, a bit of the set of flags. */
struct with_def {
	enum record_id record;
	enum field_id field, flags;
	enum name_id on, off;
};

enum error_id {
#define ERROR(symbol, code, name, errno_, summary) ERROR_##symbol,
#include "proto/errors.def"
	ERROR_COUNT
};

struct error_def {
	int code;
	const char *name;
	int errno_; /* the errno of the corresponding call on a socket; 0: there is none */
	const char *summary;
};

struct cause_def {
	unsigned code;
	const char *name;
	const char *text;      /* for people */
	const char *reference; /* the RFC's section */
};

struct set_def {
	const char *name;
	enum name_id first;
};

extern const struct set_def catalog_sets[NAMES_COUNT + 1]; /* an entry after the last one ends it */
extern const struct name_def catalog_names[NAME_COUNT];
extern const struct field_def catalog_fields[FIELD_COUNT];
extern const struct record_def catalog_records[RECORD_COUNT];
extern const struct error_def catalog_errors[ERROR_COUNT];
extern const struct with_def catalog_withs[];
extern const size_t catalog_withs_n;

/* The option that must be on for @option to work, or that limits its values; -1: none. */
int catalog_option_needs(enum record_id option);

/* The id of @name in @set, or -1. */
int catalog_find_name(enum names_id set, const char *name);

/* The name of @set with the number @wire in the protocol, or -1. */
int catalog_find_wire(enum names_id set, uint64_t wire);

/* The first name of @set; the set's names are contiguous, catalog_set_count() of them; NAMES_none has none.
 */
enum name_id catalog_set_first(enum names_id set);
unsigned catalog_set_count(enum names_id set);

/* The event or option called @name, or -1. */
int catalog_find_record(enum record_type type, const char *name);

/* The field of @record called @name, or -1. */
int catalog_find_field(enum record_id record, const char *name);

/* The error cause with that code (RFC 9260 3.3.10 and its extensions); NULL: unknown. */
const struct cause_def *catalog_cause(uint64_t code);

/* The name of the error cause with that code; NULL: unknown. */
const char *catalog_cause_name(uint64_t code);
