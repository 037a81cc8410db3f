/* Checks each packet before the library sees it: RFC 9260, and the chunks and parameters of RFC 3758,
 * 4895, 5061, 6525 and 8260. A pure function from bytes to a verdict: no state, no lock, no type of the
 * library. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a packet is dropped. */
enum guard_reason {
	GUARD_NONE,          /* it is not dropped */
	GUARD_HEADER,        /* no room for a header and a chunk, or port 0 */
	GUARD_TAG,           /* tag 0 without INIT, or INIT with another tag */
	GUARD_CHUNK_LENGTH,  /* below the minimum of the chunk's type, or past the packet's end */
	GUARD_BUNDLING,      /* chunks that must not be together, or not in this order */
	GUARD_INIT_FIELDS,   /* initiate tag 0, no streams, a window below 1500 */
	GUARD_PARAM_LENGTH,  /* below the minimum of the parameter's type, or past the chunk's end */
	GUARD_PARAM_COUNT,   /* more than GUARD_PARAMS_MAX */
	GUARD_AUTH_LISTS,    /* RFC 4895 and 5061: lists of INIT that contradict themselves or each other */
	GUARD_ASCONF_PARAMS, /* a parameter without a valid address */
	GUARD_SMALL_PIECE,   /* a fragment of a message, not the last, below GUARD_PIECE_MIN bytes */
	GUARD_REASONS
};

/* Limit of parameters in one chunk, causes of an ERROR excepted. An INIT of a host with 200 addresses
 * still passes. */
#define GUARD_PARAMS_MAX 256
/* Limit of an INIT: 256 parameters of the longest kind fit. */
#define GUARD_INIT_MAX 16384

/* The least payload of a fragment that is not the last of its message. Senders fill their packets, which
 * have at least 512 bytes, so even beside a cookie there is room for more. The library keeps some hundred
 * bytes for each fragment, and some thousand for a fragment that came alone, until the message is long
 * enough to be read in part. Fragments of one byte would cost it that much for each byte. */
#define GUARD_PIECE_MIN 128

struct guard_text {
	const char *name;    /* its name in `stats` */
	const char *summary; /* for people */
};

extern const struct guard_text guard_texts[GUARD_REASONS];

/* Whether the library may see the SCTP packet of @len bytes, which begins with the common header. False:
 * *@why is set. */
bool guard_accepts(const uint8_t *packet, size_t len, enum guard_reason *why);
