/* The data of a JSON-RPC error. */
#include "view/error_data.h"

#include "proto/message.h"
#include "proto/writer.h"
#include "view/view_assoc.h"

#include <string.h>

#define AT(member) .offset = offsetof(struct error_data, member)
static const struct shape data_rows[] = {
    {"assoc", SHAPE_UINT, AT(assoc), .summary = "The association it is about"},
    {"socket", SHAPE_UINT, AT(socket), .summary = "The socket it is about"},
    {"sub", SHAPE_UINT, AT(sub), .summary = "The subscription that has the data"},
    {"held", SHAPE_BOOL, AT(held), .summary = "The socket has no owner's connection, and can be claimed"},
    {"epoch", SHAPE_UINT, AT(epoch), .summary = "As it is now"},
    {"owner", SHAPE_UINT, AT(owner), .summary = "The session that owns it"},
    {"acked", SHAPE_UINT, AT(acked), .def = SHAPE_ABSENT,
     .summary = "Number of the latest acknowledged item"},
    {"seq", SHAPE_UINT, AT(seq), .def = SHAPE_ABSENT, .summary = "Number of the latest that was delivered"},
    {"limit", SHAPE_UINT, AT(limit), .def = SHAPE_ABSENT, .summary = "The most there may be"},
    {"what", SHAPE_STRING, AT(what), .summary = "Of what, where several things have that limit"},
    {"user", SHAPE_UINT, AT(user), .def = SHAPE_ABSENT, .summary = "The user whose account is full"},
    {"retry", SHAPE_BOOL, AT(retry), .summary = "The same call may succeed later"},
    {"verb", SHAPE_STRING, AT(verb), .summary = "What the caller may not do"},
    {"rule", SHAPE_STRING, AT(rule), .summary = "The rule that refused it, or none"},
    {"missing", SHAPE_STRINGS, AT(missing), .max = 1024,
     .summary = "Rules that would allow it, as lines of the configuration"},
    {"file", SHAPE_STRING, AT(file), .summary = "The configuration's file with the mistake"},
    {"line", SHAPE_UINT, AT(line), .summary = "Its line"},
    {"reason", SHAPE_STRING, AT(reason), .summary = "What ended the attempt, in a word"},
    {"why", SHAPE_STRING, AT(why), .summary = "Why the daemon ended it itself"},
    {"cause", SHAPE_STRING, AT(cause), .summary = "The error cause that the peer sent (RFC 9260 3.3.10)"},
    {"udp_port", SHAPE_UINT, AT(udp_port), .max = 65535,
     .summary = "The peer's UDP port that packets went to"},
    {"tried", SHAPE_LIST, AT(tried), .type = &view_try_type,
     .summary = "Of several addresses those that were tried"},
    {"untried", SHAPE_STRINGS, AT(untried), .max = 1024, .summary = "And those that were not"},
    {"lost", SHAPE_OBJECT, AT(lost), .type = &view_loss_type,
     .summary = "Messages that the peer has not got"},
    {"param", SHAPE_STRING, AT(param), .summary = "The parameter at fault, with its path"},
    {"errno", SHAPE_STRING, AT(errno_), .summary = "What a program with a socket of its own would have read"},
    {"name", SHAPE_STRING, AT(name), .required = true, .summary = "The error's name, which does not change"},
    {0},
};
#undef AT

static const struct shape_type data_type = {.name = "ErrorData",
                                            .summary = "What programs need to know of an error",
                                            .rows = data_rows,
                                            .size = sizeof(struct error_data)};

struct error {
	int64_t code;
	const char *message;
	const struct error_data *data;
};

static const struct shape error_rows[] = {
    {"code", SHAPE_INT, .offset = offsetof(struct error, code), .required = true,
     .summary = "JSON-RPC's number for it"},
    {"message", SHAPE_STRING, .offset = offsetof(struct error, message), .required = true,
     .summary = "For people"},
    {"data", SHAPE_OBJECT, .offset = offsetof(struct error, data), .required = true, .type = &data_type,
     .summary = "For programs"},
    {0},
};

const struct shape_type error_type = {.name = "Error",
                                      .summary = "What a call that failed is answered with",
                                      .rows = error_rows,
                                      .size = sizeof(struct error)};

void error_write(struct writer *w, struct json_object *id, enum error_id error, const char *message,
                 struct error_data *data)
{
	const struct error_def *def = &catalog_errors[error];
	const struct error body = {def->code, message ? message : def->summary, data};

	data->name = def->name;
	if (def->errno_ && !data->errno_)
		data->errno_ = strerrorname_np(def->errno_);
	message_write_head(w, id, "error");
	shape_encode(error_rows, &body, w);
	writer_close(w, '}');
}
