/* Finds associations by the address of their peer.
 *
 * The library does not see associations that were peeled off, so before each connect this stack has to
 * check whether there is one with that peer already. Asking the library for the addresses of every
 * association would cost a call for each. So the peer's addresses are recorded when an association gets a
 * socket of its own, and again with each event that may have changed them. */
#include "stack/usrsctp/private.h"

#include <stdlib.h>
#include <string.h>

static size_t hash_bytes(size_t hash, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
	return hash;
}

/* Equal addresses have the same bucket. */
static struct peer_list *bucket(struct stack *s, const struct address *addr)
{
	size_t hash = address_port(addr);

	if (addr->sa.sa_family == AF_INET)
		hash = hash_bytes(hash, &addr->in.sin_addr, sizeof(addr->in.sin_addr));
	else
		hash = hash_bytes(hash, &addr->in6.sin6_addr, sizeof(addr->in6.sin6_addr));
	return &s->peers[(hash ^ hash >> 32) % US_PEER_BUCKETS];
}

void us_peers_forget(struct stack_assoc *a)
{
	for (size_t i = 0; i < a->peers_n; i++)
		LIST_REMOVE(&a->peers[i], link);
	free(a->peers);
	a->peers = NULL;
	a->peers_n = 0;
}

void us_peers_learn(struct stack_assoc *a)
{
	struct address *addrs = NULL;
	int n = a->source.so ? us_address_list_peer(a->source.so, a->id, &addrs) : 0;
	struct peer *peers = n > 0 ? calloc(n, sizeof(*peers)) : NULL;

	if (peers) {
		us_peers_forget(a);
		a->peers = peers;
		a->peers_n = n;
	}
	for (int i = 0; peers && i < n; i++) {
		address_set_port(&addrs[i], address_port(&addrs[0]));
		peers[i] = (struct peer){.assoc = a, .addr = addrs[i]};
		LIST_INSERT_HEAD(bucket(a->endpoint->stack, &addrs[i]), &peers[i], link);
	}
	free(addrs);
}

static bool is_same(const struct address *a, const struct address *b)
{
	return address_port(a) == address_port(b) && address_equal(a, b);
}

/* A closed endpoint leaves its port to another, and its associations stay. */
static bool is_of(const struct stack_assoc *a, const struct stack_endpoint *e)
{
	return a->endpoint == e || (a->endpoint->closed && a->endpoint->port == e->port);
}

/* The recorded association may have ended since, so the library is asked about the one that was found. */
static bool has_still(const struct stack_assoc *a, const struct address *addr)
{
	struct address *addrs = NULL;
	int n = us_address_list_peer(a->source.so, a->id, &addrs);
	bool found = false;

	for (int i = 0; i < n && !found; i++)
		found = address_equal(&addrs[i], addr);
	free(addrs);
	return found;
}

bool us_peers_have(const struct stack_endpoint *e, const struct address *addrs, size_t n)
{
	const struct peer *peer;

	for (size_t i = 0; i < n; i++)
		LIST_FOREACH(peer, bucket(e->stack, &addrs[i]), link)
	if (is_same(&peer->addr, &addrs[i]) && is_of(peer->assoc, e) && has_still(peer->assoc, &addrs[i]))
		return true;
	return false;
}
