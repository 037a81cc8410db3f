/* Checks each packet before the library sees it.
 *
 * The library loops over chunks and parameters in many places, and some of these loops do not end for
 * certain lengths: a parameter of length 0 keeps one of them going for ever, with the association locked.
 * It also ends an association for an INIT that breaks a rule, although an INIT carries no verification tag
 * and can be forged by anybody. So one function checks all lengths first, and accepts only an INIT that a
 * correct peer could have sent. A packet that fails is dropped as a whole, as the RFCs require or allow; a
 * well-meaning peer sends it again or gives up.
 *
 * The guard does not look into messages, cookies and heartbeats, and checks no verification tags other
 * than 0: only the library knows the right tag. */
#include "stack/usrsctp/guard.h"

#include <string.h>

#define HEADER_SIZE   12 /* RFC 9260 3.1 */
#define TLV_SIZE      4  /* of a chunk and of a parameter */
#define INIT_SIZE     20
#define WINDOW_MIN    1500
#define RANDOM_SIZE   36  /* RFC 4895 3.1: 32 bytes */
#define AUTH_LIST_MAX 260 /* 256 types */
#define HMAC_SHA1     1
#define ANY_LENGTH    UINT16_MAX
#define ADDRESS_FIELD 8 /* where an ASCONF parameter has its address */
#define FLAG_LAST     1 /* of DATA and I-DATA: RFC 9260 3.3.1, RFC 8260 2.1 */
#define DATA_SIZE     16
#define I_DATA_SIZE   20

/* RFC 9260 3.2, and where the others say. */
enum chunk_type {
	CHUNK_DATA = 0,
	CHUNK_INIT = 1,
	CHUNK_INIT_ACK = 2,
	CHUNK_SACK = 3,
	CHUNK_HEARTBEAT = 4,
	CHUNK_HEARTBEAT_ACK = 5,
	CHUNK_ABORT = 6,
	CHUNK_SHUTDOWN = 7,
	CHUNK_SHUTDOWN_ACK = 8,
	CHUNK_ERROR = 9,
	CHUNK_COOKIE_ECHO = 10,
	CHUNK_COOKIE_ACK = 11,
	CHUNK_ECNE = 12,
	CHUNK_CWR = 13,
	CHUNK_SHUTDOWN_COMPLETE = 14,
	CHUNK_AUTH = 15,
	CHUNK_I_DATA = 64,
	CHUNK_ASCONF_ACK = 128,
	CHUNK_RE_CONFIG = 130,
	CHUNK_FORWARD_TSN = 192,
	CHUNK_ASCONF = 193,
	CHUNK_I_FORWARD_TSN = 194,
};

enum param_type {
	PARAM_HEARTBEAT_INFO = 1,
	PARAM_IPV4 = 5,
	PARAM_IPV6 = 6,
	PARAM_COOKIE = 7,
	PARAM_COOKIE_PRESERVATIVE = 9,
	PARAM_SUPPORTED_ADDRESSES = 12,
	PARAM_OUTGOING_RESET = 13,
	PARAM_INCOMING_RESET = 14,
	PARAM_TSN_RESET = 15,
	PARAM_RECONFIG_RESPONSE = 16,
	PARAM_ADD_OUTGOING = 17,
	PARAM_ADD_INCOMING = 18,
	PARAM_ECN = 0x8000,
	PARAM_RANDOM = 0x8002,
	PARAM_CHUNKS = 0x8003,
	PARAM_HMACS = 0x8004,
	PARAM_EXTENSIONS = 0x8008,
	PARAM_FORWARD_TSN = 0xC000,
	PARAM_ADD_IP = 0xC001,
	PARAM_DELETE_IP = 0xC002,
	PARAM_ERROR_CAUSE = 0xC003,
	PARAM_SET_PRIMARY = 0xC004,
	PARAM_SUCCESS = 0xC005,
	PARAM_ADAPTATION = 0xC006,
};

/* Where a chunk type may stand in its packet: RFC 9260 6.10, 5.1. */
enum chunk_place { PLACE_ANY, PLACE_ALONE, PLACE_FIRST };

struct chunk_row {
	uint8_t type;
	uint16_t min, max;
	uint16_t
	    params; /* offset of its parameters; 0: it has none, or the library does not loop over them */
	enum chunk_place place;
};

static const struct chunk_row chunk_rows[] = {
    {CHUNK_DATA, .min = 17, .max = ANY_LENGTH},
    {CHUNK_INIT, .min = INIT_SIZE, .max = GUARD_INIT_MAX, .params = INIT_SIZE, .place = PLACE_ALONE},
    {CHUNK_INIT_ACK, .min = INIT_SIZE, .max = GUARD_INIT_MAX, .params = INIT_SIZE, .place = PLACE_ALONE},
    {CHUNK_SACK, .min = 16, .max = ANY_LENGTH},
    {CHUNK_HEARTBEAT, .min = TLV_SIZE, .max = ANY_LENGTH}, /* the library sends it back unchanged */
    {CHUNK_HEARTBEAT_ACK, .min = 8, .max = ANY_LENGTH, .params = TLV_SIZE},
    {CHUNK_ABORT, .min = TLV_SIZE, .max = ANY_LENGTH}, /* its causes go to the owner of the association */
    {CHUNK_SHUTDOWN, .min = 8, .max = 8},
    {CHUNK_SHUTDOWN_ACK, .min = TLV_SIZE, .max = TLV_SIZE},
    {CHUNK_ERROR, .min = TLV_SIZE, .max = ANY_LENGTH, .params = TLV_SIZE},
    {CHUNK_COOKIE_ECHO, .min = TLV_SIZE, .max = ANY_LENGTH, .place = PLACE_FIRST},
    {CHUNK_COOKIE_ACK, .min = TLV_SIZE, .max = TLV_SIZE, .place = PLACE_FIRST},
    {CHUNK_ECNE, .min = 8, .max = ANY_LENGTH}, /* an older draft has a longer one */
    {CHUNK_CWR, .min = 8, .max = 8},
    {CHUNK_SHUTDOWN_COMPLETE, .min = TLV_SIZE, .max = TLV_SIZE, .place = PLACE_ALONE},
    {CHUNK_AUTH, .min = 8, .max = ANY_LENGTH},
    {CHUNK_I_DATA, .min = 21, .max = ANY_LENGTH},
    {CHUNK_ASCONF_ACK, .min = 8, .max = ANY_LENGTH, .params = 8},
    {CHUNK_RE_CONFIG, .min = 8, .max = ANY_LENGTH, .params = TLV_SIZE},
    {CHUNK_FORWARD_TSN, .min = 8, .max = ANY_LENGTH},
    {CHUNK_ASCONF, .min = 16, .max = ANY_LENGTH, .params = 8},
    {CHUNK_I_FORWARD_TSN, .min = 8, .max = ANY_LENGTH},
};

/* Causes of an ERROR have numbers of their own, not those of parameters, so only their lengths are
 * checked. */
struct param_row {
	uint16_t type, min, max;
};

static const struct param_row param_rows[] = {
    {PARAM_IPV4, 8, 8},
    {PARAM_IPV6, 20, 20},
    {PARAM_COOKIE_PRESERVATIVE, 8, 8},
    {PARAM_SUPPORTED_ADDRESSES, 6, 64},
    {PARAM_OUTGOING_RESET, 16, ANY_LENGTH},
    {PARAM_INCOMING_RESET, 8, ANY_LENGTH},
    {PARAM_TSN_RESET, 8, 8},
    {PARAM_RECONFIG_RESPONSE, 12, 20},
    {PARAM_ADD_OUTGOING, 12, 12},
    {PARAM_ADD_INCOMING, 12, 12},
    {PARAM_ECN, 4, 4},
    {PARAM_RANDOM, RANDOM_SIZE, RANDOM_SIZE},
    {PARAM_CHUNKS, 4, AUTH_LIST_MAX},
    {PARAM_HMACS, 6, AUTH_LIST_MAX},
    {PARAM_EXTENSIONS, 4, AUTH_LIST_MAX},
    {PARAM_FORWARD_TSN, 4, 4},
    {PARAM_ADD_IP, 16, 28},
    {PARAM_DELETE_IP, 16, 28},
    {PARAM_ERROR_CAUSE, 8, ANY_LENGTH},
    {PARAM_SET_PRIMARY, 16, 28},
    {PARAM_SUCCESS, 8, 8},
    {PARAM_ADAPTATION, 8, 8},
};

const struct guard_text guard_texts[GUARD_REASONS] = {
    [GUARD_NONE] = {"none", "it is valid"},
    [GUARD_HEADER] = {"header", "it has no complete header, no chunk, or port 0"},
    [GUARD_TAG] = {"tag", "its verification tag is 0 without INIT, or not 0 with INIT"},
    [GUARD_CHUNK_LENGTH] = {"chunk_length", "the length of a chunk is invalid"},
    [GUARD_BUNDLING] = {"bundling", "its chunks may not stand together, or not in this order"},
    [GUARD_INIT_FIELDS] = {"init_fields",
                           "an INIT without a tag, without streams, or with too small a window"},
    [GUARD_PARAM_LENGTH] = {"param_length", "the length of a parameter is invalid"},
    [GUARD_PARAM_COUNT] = {"param_count", "a chunk has too many parameters"},
    [GUARD_AUTH_LISTS] = {"auth_lists",
                          "the parameters of an INIT for AUTH and ASCONF contradict each other"},
    [GUARD_ASCONF_PARAMS] = {"asconf_params", "an ASCONF contains an invalid address"},
    [GUARD_SMALL_PIECE] = {"small_piece", "a fragment of a message, not the last, is too small"},
};

/* The place of a chunk or parameter. */
struct tlv {
	const uint8_t *at;
	uint16_t type, len;
};

/* The lists for AUTH in an INIT: RFC 4895 6.1, RFC 5061 4.2.7. */
struct auth_said {
	unsigned randoms, hmacs, chunk_lists;
	bool sha1, any_chunk, covers_asconf, covers_asconf_ack, does_asconf;
};

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static const struct chunk_row *find_chunk_row(uint8_t type)
{
	for (size_t i = 0; i < sizeof(chunk_rows) / sizeof(chunk_rows[0]); i++)
		if (chunk_rows[i].type == type)
			return &chunk_rows[i];
	return NULL;
}

static const struct param_row *find_param_row(uint16_t type)
{
	for (size_t i = 0; i < sizeof(param_rows) / sizeof(param_rows[0]); i++)
		if (param_rows[i].type == type)
			return &param_rows[i];
	return NULL;
}

/* --- parameters --- */

/* Reads the chunk or parameter at *@at, in a list that ends at @end, and moves *@at behind it. Its length
 * does not include its padding, which the last one of a packet may lack. */
static bool take_tlv(const uint8_t **at, const uint8_t *end, struct tlv *ret)
{
	size_t left = end - *at;

	if (left < TLV_SIZE)
		return false;
	*ret = (struct tlv){.at = *at, .len = get16(*at + 2)};
	if (ret->len < TLV_SIZE || ret->len > left)
		return false;
	*at += padded(ret->len) < left ? padded(ret->len) : left;
	return true;
}

static bool take_param(const uint8_t **at, const uint8_t *end, struct tlv *ret)
{
	if (!take_tlv(at, end, ret))
		return false;
	ret->type = get16(ret->at);
	return true;
}

static bool list_has(const struct tlv *list, uint8_t type)
{
	return memchr(list->at + TLV_SIZE, type, list->len - TLV_SIZE) != NULL;
}

static bool hmacs_have_sha1(const struct tlv *list)
{
	for (size_t i = TLV_SIZE; i + 2 <= list->len; i += 2)
		if (get16(list->at + i) == HMAC_SHA1)
			return true;
	return false;
}

static void note_auth(struct auth_said *said, const struct tlv *param)
{
	if (param->type == PARAM_RANDOM) {
		said->randoms++;
	} else if (param->type == PARAM_HMACS) {
		said->hmacs++;
		said->sha1 = hmacs_have_sha1(param) && param->len % 2 == 0;
	} else if (param->type == PARAM_CHUNKS) {
		said->chunk_lists++;
		said->any_chunk = param->len > TLV_SIZE;
		said->covers_asconf = list_has(param, CHUNK_ASCONF);
		said->covers_asconf_ack = list_has(param, CHUNK_ASCONF_ACK);
	} else if (param->type == PARAM_EXTENSIONS) {
		said->does_asconf |= list_has(param, CHUNK_ASCONF) || list_has(param, CHUNK_ASCONF_ACK);
	}
}

/* RFC 4895 6.1: each list at most once, SHA-1 among the algorithms. RFC 5061 4.2.7: a peer that supports
 * ASCONF authenticates it. */
static bool auth_makes_sense(const struct auth_said *said)
{
	bool auth = said->randoms && said->hmacs;

	if (said->randoms > 1 || said->hmacs > 1 || said->chunk_lists > 1)
		return false;
	if (said->hmacs && !said->sha1)
		return false;
	if (said->any_chunk && !auth)
		return false;
	return !said->does_asconf || (auth && said->covers_asconf && said->covers_asconf_ack);
}

/* Whether an address parameter begins at @at, as in ASCONF and its parameters. */
static bool is_address(const uint8_t *at, size_t room)
{
	if (room < TLV_SIZE)
		return false;
	if (get16(at) == PARAM_IPV4)
		return get16(at + 2) == 8 && room >= 8;
	return get16(at) == PARAM_IPV6 && get16(at + 2) == 20 && room >= 20;
}

static enum guard_reason check_param(const struct tlv *chunk, const struct tlv *param)
{
	const struct param_row *row = chunk->type == CHUNK_ERROR ? NULL : find_param_row(param->type);
	bool names_address =
	    param->type == PARAM_ADD_IP || param->type == PARAM_DELETE_IP || param->type == PARAM_SET_PRIMARY;

	if (row && (param->len < row->min || param->len > row->max))
		return GUARD_PARAM_LENGTH;
	if (chunk->type == CHUNK_ASCONF && names_address &&
	    !is_address(param->at + ADDRESS_FIELD, param->len - ADDRESS_FIELD))
		return GUARD_ASCONF_PARAMS;
	return GUARD_NONE;
}

static enum guard_reason check_params(const struct tlv *chunk, size_t first, struct auth_said *said)
{
	const uint8_t *at = chunk->at + first, *end = chunk->at + chunk->len;
	enum guard_reason why = GUARD_NONE;
	struct tlv param;

	for (unsigned n = 0; at < end && !why; n++) {
		if (n == GUARD_PARAMS_MAX && chunk->type != CHUNK_ERROR) /* an ERROR may have many causes */
			return GUARD_PARAM_COUNT;
		if (!take_param(&at, end, &param))
			return GUARD_PARAM_LENGTH;
		why = check_param(chunk, &param);
		if (!why)
			note_auth(said, &param);
	}
	return why;
}

/* --- chunks --- */

/* RFC 9260 3.3.2. */
static bool init_fields_make_sense(const uint8_t *chunk)
{
	return get32(chunk + 4) != 0 && get32(chunk + 8) >= WINDOW_MIN && get16(chunk + 12) != 0 &&
	       get16(chunk + 14) != 0;
}

static enum guard_reason check_init(const struct tlv *chunk)
{
	struct auth_said said = {0};
	enum guard_reason why;

	if (!init_fields_make_sense(chunk->at))
		return GUARD_INIT_FIELDS;
	why = check_params(chunk, INIT_SIZE, &said);
	if (!why && !auth_makes_sense(&said))
		why = GUARD_AUTH_LISTS;
	return why;
}

/* RFC 5061 4.1.1: a serial number, then the address that identifies the association, then the parameters. */
static enum guard_reason check_asconf(const struct tlv *chunk)
{
	struct auth_said ignored = {0};

	if (!is_address(chunk->at + ADDRESS_FIELD, chunk->len - ADDRESS_FIELD))
		return GUARD_ASCONF_PARAMS;
	return check_params(chunk, ADDRESS_FIELD, &ignored);
}

/* RFC 9260 3.3.4: the numbers of blocks and duplicates match the length. */
static bool sack_is_whole(const struct tlv *chunk)
{
	return chunk->len >= 16 + 4 * ((size_t)get16(chunk->at + 12) + get16(chunk->at + 14));
}

static bool is_small_piece(const struct tlv *chunk)
{
	size_t head = chunk->type == CHUNK_DATA ? DATA_SIZE : I_DATA_SIZE;

	if (chunk->type != CHUNK_DATA && chunk->type != CHUNK_I_DATA)
		return false;
	return !(chunk->at[1] & FLAG_LAST) && chunk->len < head + GUARD_PIECE_MIN;
}

/* Of an INIT ACK only the lengths are checked: it carries the tag of the association that it would end. */
static enum guard_reason check_body(const struct tlv *chunk, const struct chunk_row *row)
{
	struct auth_said ignored = {0};

	if (chunk->type == CHUNK_INIT)
		return check_init(chunk);
	if (chunk->type == CHUNK_ASCONF)
		return check_asconf(chunk);
	if (chunk->type == CHUNK_SACK && !sack_is_whole(chunk))
		return GUARD_CHUNK_LENGTH;
	if (is_small_piece(chunk))
		return GUARD_SMALL_PIECE;
	return row->params ? check_params(chunk, row->params, &ignored) : GUARD_NONE;
}

/* @first: only AUTH comes before it; @last: no chunk follows. */
static bool may_stand(enum chunk_place place, bool alone, bool first, bool last)
{
	switch (place) {
	case PLACE_ANY:
		return true;
	case PLACE_ALONE:
		return alone && last;
	case PLACE_FIRST:
		return first;
	}
	return true;
}

static bool take_chunk(const uint8_t **at, const uint8_t *end, struct tlv *ret)
{
	if (!take_tlv(at, end, ret))
		return false;
	ret->type = *ret->at;
	return true;
}

static enum guard_reason check_chunks(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *start = at;
	enum guard_reason why = GUARD_NONE;
	bool first = true;

	while (at < end && !why) {
		bool alone = at == start;
		const struct chunk_row *row;
		struct tlv chunk;

		if (!take_chunk(&at, end, &chunk))
			return GUARD_CHUNK_LENGTH;
		row = find_chunk_row(chunk.type);
		if (!row) /* RFC 9260 3.2: what is unknown is for the library to skip or to report */
			continue;
		if (chunk.len < row->min || chunk.len > row->max)
			return GUARD_CHUNK_LENGTH;
		if (!may_stand(row->place, alone, first, at == end))
			return GUARD_BUNDLING;
		why = check_body(&chunk, row);
		first = first && chunk.type == CHUNK_AUTH;
	}
	return why;
}

static enum guard_reason check_packet(const uint8_t *packet, size_t len)
{
	if (len < HEADER_SIZE + TLV_SIZE || get16(packet) == 0 || get16(packet + 2) == 0)
		return GUARD_HEADER;
	/* RFC 9260 8.5.1: a tag of 0 is for INIT alone */
	if ((get32(packet + 4) == 0) != (packet[HEADER_SIZE] == CHUNK_INIT))
		return GUARD_TAG;
	return check_chunks(packet + HEADER_SIZE, packet + len);
}

bool guard_accepts(const uint8_t *packet, size_t len, enum guard_reason *why)
{
	*why = check_packet(packet, len);
	return *why == GUARD_NONE;
}
