/* Packets that are nearly right. */
#pragma once

#include "adversary/peer.h"

/* A packet for @peer's association, with some chunks of all kinds, each as it should be. */
void packet_make(struct packet *p, struct peer *peer, struct dice *dice);
/* An INIT for it, as a stranger would send it. */
void packet_make_init(struct packet *p, const struct peer *peer, struct dice *dice);
/* Breaks it in some places. */
void packet_mutate(struct packet *p, struct dice *dice);
