/* What the fake stack was told to do wrong: one set for the process, by C or by JSON. */
#include "support/fake_internal.h"

#include "proto/params.h"

#include <json-c/json.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fault {
	int error, times; /* times -1: for ever */
	unsigned after;
};

static struct {
	struct fault faults[FAKE_OPS];
	unsigned long calls[FAKE_OPS];
	size_t split;
	unsigned breaks, truncated;
	bool privileged, silent, hold;
} settings;

static const char *const op_names[FAKE_OPS + 1] = {
    [FAKE_PROBE] = "probe",
    [FAKE_START] = "start",
    [FAKE_OPEN] = "open",
    [FAKE_BINDX] = "bindx",
    [FAKE_LISTEN] = "listen",
    [FAKE_LOCAL_ADDRS] = "local_addrs",
    [FAKE_CONNECT] = "connect",
    [FAKE_ACCEPT] = "accept",
    [FAKE_SEND] = "send",
    [FAKE_RECV] = "recv",
    [FAKE_EOF] = "eof",
    [FAKE_ABORT] = "abort",
    [FAKE_PEER_ADDRS] = "peer_addrs",
    [FAKE_ASSOC_LOCAL_ADDRS] = "assoc_local_addrs",
    [FAKE_ASSOC_BINDX] = "assoc_bindx",
    [FAKE_GET_OPTION] = "get_option",
    [FAKE_SET_OPTION] = "set_option",
};

int fake_fault_take(enum fake_op op)
{
	struct fault *f = &settings.faults[op];

	settings.calls[op]++;
	if (f->times == 0)
		return 0;
	if (f->after > 0) {
		f->after--;
		return 0;
	}
	if (f->times > 0)
		f->times--;
	return -f->error;
}

void fake_fault(enum fake_op op, int error, unsigned after, int times)
{
	settings.faults[op] = (struct fault){.error = error, .after = after, .times = times};
}

unsigned long fake_calls(enum fake_op op)
{
	return settings.calls[op];
}

void fake_split(size_t bytes)
{
	settings.split = bytes;
}

void fake_break(unsigned times)
{
	settings.breaks = times;
}

void fake_truncate(unsigned times)
{
	settings.truncated = times;
}

void fake_privileged(bool on)
{
	settings.privileged = on;
}

void fake_silent(bool on)
{
	settings.silent = on;
}

bool fake_fault_silent(void)
{
	return settings.silent;
}

void fake_reset(void)
{
	memset(&settings, 0, sizeof(settings));
	fake_drift_reset();
}

size_t fake_fault_split(void)
{
	return settings.split;
}

static bool take_one(unsigned *times)
{
	if (*times == 0)
		return false;
	--*times;
	return true;
}

bool fake_fault_break(void)
{
	return take_one(&settings.breaks);
}

bool fake_fault_truncate(void)
{
	return take_one(&settings.truncated);
}

void fake_hold(bool on)
{
	settings.hold = on;
}

bool fake_fault_hold(void)
{
	return settings.hold;
}

bool fake_fault_privileged(void)
{
	return settings.privileged;
}

/* What fake_control() takes: each "do" looks at its own members. None of them is one that shape_free() frees.
 */
struct control {
	int what, op;
	const char *error, *event, *option;
	struct json_object *times, *fields;
	uint64_t after, bytes, number;
	bool on, absent;
};

enum control_do {
	DO_FAULT,
	DO_SPLIT,
	DO_BREAK,
	DO_TRUNCATE,
	DO_PRIVILEGED,
	DO_SILENT,
	DO_HOLD,
	DO_DRIFT,
	DO_RESET,
	DO_IDLE,
	DO_CALLS,
	DO_EVENT,
	DO_UNKNOWN,
	DO_LOSE,
	DO_SENT
};

static const char *const dos[] = {"fault",   "split", "break", "truncate", "privileged", "silent",
                                  "hold",    "drift", "reset", "idle",     "calls",      "event",
                                  "unknown", "lose",  "sent",  NULL};

static bool is_integer(struct json_object *json)
{
	return json_object_is_type(json, json_type_int);
}

static const struct shape_type times_type = {.fits = is_integer, .expected = "an integer"};

#define AT(member) .offset = offsetof(struct control, member)
static const struct shape control_rows[] = {
    {"do", SHAPE_ENUM, true, AT(what), .choices = dos},
    {"op", SHAPE_ENUM, false, AT(op), .choices = op_names, .def = FAKE_OPS},
    {"error", SHAPE_STRING, false, AT(error)},
    {"after", SHAPE_UINT, false, AT(after), .max = UINT32_MAX},
    {"times", SHAPE_TREE, false, AT(times), .type = &times_type}, /* -1 is one of its values */
    {"bytes", SHAPE_UINT, false, AT(bytes)},
    {"on", SHAPE_BOOL, false, AT(on), .def = true},
    {"event", SHAPE_STRING, false, AT(event)},
    {"option", SHAPE_STRING, false, AT(option)},
    {"absent", SHAPE_BOOL, false, AT(absent)},
    {"fields", SHAPE_TREE, false, AT(fields), .type = &shape_object},
    {"number", SHAPE_UINT, false, AT(number), .max = INT32_MAX},
    {0},
};
#undef AT

static int wrong(struct shape_error *error, const char *param, const char *what)
{
	error->id = ERROR_INVALID_PARAMS;
	snprintf(error->param, sizeof(error->param), "%s", param);
	snprintf(error->message, sizeof(error->message), "%s: %s", param, what);
	return -EINVAL;
}

static int times_of(const struct control *c)
{
	return c->times ? json_object_get_int(c->times) : 1;
}

static int control_fault(const struct control *c, struct shape_error *error)
{
	for (int number = 1; c->error && number < 200; number++) {
		const char *name = strerrorname_np(number);

		if (name && strcmp(name, c->error) == 0) {
			fake_fault(c->op, number, c->after, times_of(c));
			return 0;
		}
	}
	return wrong(error, "error", "expected the name of an errno");
}

/* The result is the length in the header. */
static int control_drift(const struct control *c, struct json_object *result, struct shape_error *error)
{
	int id = c->option ? catalog_find_record(RECORD_OPTION, c->option)
	                   : catalog_find_record(RECORD_EVENT, c->event ? c->event : "");

	if (id < 0 || !kernel_layout.records[id].supported)
		return wrong(error, c->option ? "option" : "event", "there is no such one");
	*fake_drift_of(id) = (struct fake_drift){.length = c->bytes, .absent = c->absent};
	json_object_object_add(result, "length", json_object_new_int(kernel_layout.records[id].size));
	return 0;
}

static uint64_t parse_flags(enum names_id set, struct json_object *json)
{
	uint64_t flags = 0;

	for (size_t i = 0; i < json_object_array_length(json); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(json, i));
		int id = name ? catalog_find_name(set, name) : -1;

		if (id >= 0)
			flags |= UINT64_C(1) << (id - catalog_set_first(set));
	}
	return flags;
}

/* A field of an event to be injected. */
static int parse_field(enum field_id id, struct json_object *json, struct value *v)
{
	const struct field_def *def = &catalog_fields[id];
	int name;

	v->present = v->known = true;
	switch (def->kind) {
	case KIND_ADDR:
		return json ? address_parse(json_object_get_string(json), 0, &v->addr) : -EINVAL;
	case KIND_CAUSES:
	case KIND_LIST:
	case KIND_PAYLOAD:
	case KIND_BYTES:
	case KIND_TEXT:
	case KIND_OBJECT:
		if (!json_object_is_type(json, json_type_string))
			return -EINVAL;
		v->bytes.data = (const uint8_t *)json_object_get_string(json);
		v->bytes.len = json_object_get_string_len(json);
		v->bytes.width = def->kind == KIND_LIST ? 2 : 1;
		return 0;
	case KIND_FLAGS:
		if (!json_object_is_type(json, json_type_array))
			return -EINVAL;
		v->number = parse_flags(def->names, json);
		return 0;
	case KIND_NAME:
		name = json_object_is_type(json, json_type_string)
		           ? catalog_find_name(def->names, json_object_get_string(json))
		           : -1;
		v->known = name >= 0;
		v->number = name >= 0 ? (uint64_t)name : json_object_get_uint64(json);
		return 0;
	case KIND_UINT:
	case KIND_UINT_NET:
	case KIND_BOOL:
	case KIND_ASSOC:
	case KIND_COUNT:
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
		break;
	}
	v->number = json_object_get_uint64(json);
	return 0;
}

static int control_event(struct stack_assoc *a, const struct control *c, struct shape_error *error)
{
	int id = c->event ? catalog_find_record(RECORD_EVENT, c->event) : -1;
	struct record r;

	if (id < 0)
		return wrong(error, "event", "there is no such event");
	record_init(&r, id);
	if (c->fields) {
		json_object_object_foreach (c->fields, name, value) {
			int field = catalog_find_field(id, name);

			if (field < 0 || parse_field(field, value, record_at(&r, field)) < 0)
				return wrong(error, "fields", "a field is unknown or of the wrong type");
		}
	}
	return fake_event(a, &r) < 0 ? wrong(error, "event", "no memory") : 0;
}

/* What the last message was sent with. */
static void control_sent(const struct stack_assoc *a, struct json_object *result)
{
	const struct stack_send *m = &a->sent;
	char addr[ADDRESS_TEXT_MAX + 1];

	json_object_object_add(result, "len", json_object_new_uint64(m->len));
	json_object_object_add(result, "stream", json_object_new_uint64(m->stream));
	json_object_object_add(result, "ppid", json_object_new_uint64(m->ppid));
	json_object_object_add(result, "context", json_object_new_uint64(m->context));
	json_object_object_add(result, "unordered", json_object_new_boolean(m->unordered));
	json_object_object_add(result, "sack_immediately", json_object_new_boolean(m->sack_immediately));
	json_object_object_add(result, "pr_policy", json_object_new_string(catalog_names[m->pr_policy].name));
	json_object_object_add(result, "pr_value", json_object_new_uint64(m->pr_value));
	if (m->has_auth_key)
		json_object_object_add(result, "auth_key", json_object_new_uint64(m->auth_key));
	if (m->addr && address_format(&a->sent_to, addr))
		json_object_object_add(result, "addr", json_object_new_string(addr));
}

static int control_assoc(struct stack_assoc *a, const struct control *c, struct json_object *result,
                         struct shape_error *error)
{
	if (!a)
		return wrong(error, "assoc", "is required");
	if (c->what == DO_EVENT)
		return control_event(a, c, error);
	if (c->what == DO_UNKNOWN)
		return fake_unknown_event(a, c->number) < 0 ? wrong(error, "number", "no memory") : 0;
	if (c->what == DO_SENT)
		control_sent(a, result);
	else
		fake_lose(a, c->number);
	return 0;
}

static int control_run(struct stack_assoc *a, const struct control *c, struct json_object *result,
                       struct shape_error *error)
{
	switch ((enum control_do)c->what) {
	case DO_FAULT:
		return control_fault(c, error);
	case DO_SPLIT:
		fake_split(c->bytes);
		return 0;
	case DO_BREAK:
		fake_break(times_of(c));
		return 0;
	case DO_TRUNCATE:
		fake_truncate(times_of(c));
		return 0;
	case DO_PRIVILEGED:
		fake_privileged(c->on);
		return 0;
	case DO_SILENT:
		fake_silent(c->on);
		return 0;
	case DO_HOLD:
		fake_hold(c->on);
		return 0;
	case DO_DRIFT:
		return control_drift(c, result, error);
	case DO_RESET:
		fake_reset();
		return 0;
	case DO_IDLE:
		json_object_object_add(result, "idle", json_object_new_boolean(fake_is_idle()));
		return 0;
	case DO_CALLS:
		json_object_object_add(result, "calls", json_object_new_uint64(fake_calls(c->op)));
		return 0;
	case DO_EVENT:
	case DO_UNKNOWN:
	case DO_LOSE:
	case DO_SENT:
		return control_assoc(a, c, result, error);
	}
	return -EINVAL;
}

int fake_control(struct stack_assoc *a, struct json_object *params, struct json_object **result,
                 struct shape_error *error)
{
	struct control c;
	int r = shape_decode(control_rows, params, &c, error);

	if (r < 0)
		return r;
	if ((c.what == DO_FAULT || c.what == DO_CALLS) && c.op == FAKE_OPS)
		return wrong(error, "op", "is required");
	*result = json_object_new_object();
	r = control_run(a, &c, *result, error);
	if (r < 0) {
		json_object_put(*result);
		*result = NULL;
	}
	return r;
}
