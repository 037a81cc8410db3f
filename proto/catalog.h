/* The neutral tables that names.def, events.def, options.def and errors.def expand to: no stack, no numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of field. The byte order of some numbers differs between the stacks; _NET is network order on both,
 * _NETK on the kernel stack only. Whoever reads a decoded record sees host order and the plain kind. */
enum field_kind {
	KIND_UINT,
	KIND_UINT_NET,
	KIND_BOOL,
	KIND_ASSOC,      /* the stack's own association id: filled in and taken out by the stack */
	KIND_ADDR,       /* a socket address */
	KIND_NAME,       /* one of a set of names */
	KIND_FLAGS,      /* several of a set of names */
	KIND_CAUSE_NET,  /* an error cause code, RFC 9260 3.3.10 */
	KIND_CAUSE_NETK, /* the same, in network order on the kernel stack only */
	KIND_CAUSES,     /* tail: error cause TLVs */
	KIND_LIST,       /* tail: numbers; with a set of names, numbers of the wire */
	KIND_COUNT,      /* how many elements the tail has: filled in and taken out by the codec */
	KIND_PAYLOAD,    /* tail: bytes of a user message */
	KIND_BYTES,      /* tail: a key, which is never read back, nor logged */
	KIND_TEXT,       /* characters in a fixed array */
};

enum field_role {
	ROLE_KEY,    /* says what is meant: goes in before a read, and must be given */
	ROLE_PICK,   /* the same, but it may be left out */
	ROLE_VALUE,  /* read, and written where the option can be */
	ROLE_RESULT, /* only read */
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
 * after it steps back by one, so that it takes no number of its own. */
enum name_id {
#define NAMES(set)              NAMES_FIRST_##set, NAMES_STEP_##set = NAMES_FIRST_##set - 1,
#define NAME(set, name, symbol) NAME_##set##_##name,
#include "proto/names.def"
	NAME_COUNT
};

/* Events first, then options: EVENT_assoc_change, OPTION_rtoinfo. */
enum record_id {
#define EVENT(name, symbol, type, summary) EVENT_##name,
#include "proto/events.def"
	EVENT_COUNT,
	RECORD_BEFORE_OPTIONS = EVENT_COUNT - 1,
#define OPTION(name, level, symbol, type, access, start, scope, reference, summary) OPTION_##name,
#include "proto/options.def"
	RECORD_COUNT
};

/* Every field of every record: FIELD_assoc_change_state. FIELDS_FROM_ and FIELDS_TO_ enclose a record's
 * fields; the enumerator after each steps back by one, so that they take no number of their own. */
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
	int wire; /* its number on the wire; -1: each stack has one of its own */
};

struct field_def {
	const char *name;
	enum record_id record;
	enum field_kind kind;
	enum field_role role;
	enum names_id names;
	const char *unit;
	const char *summary;
	enum option_home home; /* HOME_KERNEL, HOME_USRSCTP: only that stack's struct has it */
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
	const char *absent;    /* HOME_KERNEL, HOME_USRSCTP: why the other stack has none; HOME_KEPT: why */
};

/* A field that takes effect only with a flag. Bits of the flags' set. */
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
	int errno_; /* what a socket's call would have failed with; 0: none would */
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

extern const struct set_def catalog_sets[NAMES_COUNT + 1]; /* the one behind the last closes it */
extern const struct name_def catalog_names[NAME_COUNT];
extern const struct field_def catalog_fields[FIELD_COUNT];
extern const struct record_def catalog_records[RECORD_COUNT];
extern const struct error_def catalog_errors[ERROR_COUNT];
extern const struct with_def catalog_withs[];
extern const size_t catalog_withs_n;

/* The option that must be on for @option to work, or that says what it can be; -1: none. */
int catalog_option_needs(enum record_id option);

/* The id of @name in @set, or -1. */
int catalog_find_name(enum names_id set, const char *name);

/* The name of @set with the wire's number @wire, or -1. */
int catalog_find_wire(enum names_id set, uint64_t wire);

/* The first name of @set; the set's names are contiguous, catalog_set_count() of them; NAMES_none has none.
 */
enum name_id catalog_set_first(enum names_id set);
unsigned catalog_set_count(enum names_id set);

/* The event or option called @name, or -1. */
int catalog_find_record(enum record_type type, const char *name);

/* The field of @record called @name, or -1. */
int catalog_find_field(enum record_id record, const char *name);

/* The error cause with that code, RFC 9260 3.3.10 and its extensions; NULL: none, or not known. */
const struct cause_def *catalog_cause(uint64_t code);

/* Its name alone, of an error cause code of RFC 9260 3.3.10 and its extensions; NULL: none, or not known. */
const char *catalog_cause_name(uint64_t code);
