/* What a packet must be before the library may see it: RFC 9260, and the chunks and parameters of RFC 3758,
 * 4895, 5061, 6525 and 8260. No state, no lock, no type of the library: bytes in, a verdict out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a packet is dropped. */
enum guard_reason {
	GUARD_NONE,          /* it is not */
	GUARD_HEADER,        /* no room for a header and a chunk, or the port 0 */
	GUARD_TAG,           /* the tag 0 outside of INIT, or another one with it */
	GUARD_CHUNK_LENGTH,  /* shorter than the chunk's type allows, or past the packet's end */
	GUARD_BUNDLING,      /* chunks that must not be together, or not in this order */
	GUARD_INIT_FIELDS,   /* initiate tag 0, no streams, a window below 1500 */
	GUARD_PARAM_LENGTH,  /* a parameter shorter than its type allows, or past the chunk's end */
	GUARD_PARAM_COUNT,   /* more than GUARD_PARAMS_MAX */
	GUARD_AUTH_LISTS,    /* RFC 4895 and 5061: lists of INIT that contradict themselves or each other */
	GUARD_ASCONF_PARAMS, /* an address that is none */
	GUARD_SMALL_PIECE,   /* of a message, and not its last: below GUARD_PIECE_MIN bytes */
	GUARD_REASONS
};

/* Parameters of one chunk, but for the causes of an ERROR. An INIT of a host with 200 addresses still passes.
 */
#define GUARD_PARAMS_MAX 256
/* An INIT that is longer cannot be one: 256 parameters of the longest kind fit. */
#define GUARD_INIT_MAX 16384

/* Bytes of a message in a piece that is not its last. Senders fill their packets, the smallest of which have
 * 512 bytes, so even beside a cookie there is room for more. The library keeps some hundred bytes for each
 * piece, some thousand where it came alone, until a message is long enough to be read in part: pieces of a
 * byte would cost it that for each byte. */
#define GUARD_PIECE_MIN 128

struct guard_text {
	const char *name;    /* as `stats` has it */
	const char *summary; /* for people */
};

extern const struct guard_text guard_texts[GUARD_REASONS];

/* Whether the library may see the SCTP packet of @len bytes, from the common header on. False: *@why is set.
 */
bool guard_accepts(const uint8_t *packet, size_t len, enum guard_reason *why);
