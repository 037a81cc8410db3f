/* An association as clients see it, with its paths. */
#pragma once

#include "proto/params.h"
#include "util/address.h"
#include "view/view_socket.h"

struct arena;
struct assoc;

/* The daemon's own knowledge of an association. */
struct view_assoc {
	uint64_t assoc, socket, peer_port, outbound_streams, inbound_streams, seq, acked, unacked;
	uint64_t messages_sent, bytes_sent, messages_received, bytes_received;
	uint64_t send_waiting, send_unacked_ms, recv_queued, recv_queued_bytes;
	const char *state, *peer;
	bool incoming, paused;
	struct view_owner by;
	char peer_text[ADDRESS_TEXT_MAX];
};

/* @ret is used where it stands: it points into itself. */
void view_assoc(struct assoc *a, struct view_assoc *ret);

struct view_path {
	const char *addr;
	bool primary;
	struct named state;
	uint64_t cwnd, srtt, rto, mtu;
};

/* The same as view_assoc, and what the stack says. */
struct view_status {
	struct view_assoc assoc;
	struct named state;
	uint64_t features, max_message, max_send, rwnd, unackdata, penddata, fragmentation_point;
	struct list paths;
	struct strings local_addrs;
};

/* So does this. */
void view_status(struct assoc *a, struct arena *arena, struct view_status *ret);

/* The peer's addresses alone, of struct view_path. */
struct list view_paths(struct assoc *a, struct arena *arena);

/* Both ends' addresses. */
struct view_ends {
	struct strings local, peer;
	uint64_t port, peer_port;
};

/* Of @a, or where it is NULL of its socket @e, which has a peer where it was peeled off. */
void view_ends(struct endpoint *e, struct assoc *a, struct arena *arena, struct view_ends *ret);

/* An address that an attempt was made to. */
struct view_try {
	const char *addr, *outcome;
};

/* The addresses that a failed attempt has tried, and those that it has not; none where it was to one address.
 * @refused: by the peer, at the last of those tried. */
void view_tries(struct assoc *a, bool refused, struct arena *arena, struct list *tried,
                struct strings *untried);

extern const struct shape_type view_assoc_type, view_status_type, view_path_type, view_try_type;
