/* What the groups of tests of one stack share: how a test fails and skips, and an association with both its
 * ends. */
#pragma once

#include "stack_world.h"

/* Why and where the running test failed, why it was skipped; NULL: it was not. */
extern const char *failed_why, *skipped_why;
extern int failed_line;
/* An address that nobody answers for; NULL: none given. */
extern const char *silent_host;

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			failed_why = #condition;                                                             \
			failed_line = __LINE__;                                                              \
			return;                                                                              \
		}                                                                                            \
	} while (0)

#define SKIP(why)                                                                                            \
	do {                                                                                                 \
		skipped_why = why;                                                                           \
		return;                                                                                      \
	} while (0)

struct test {
	const char *name; /* NULL ends a group */
	void (*run)(void);
};

extern const struct test endpoint_tests[], message_tests[], assoc_tests[], option_tests[];

/* The stack's functions. */
const struct stack_ops *ops(void);

/* A listener with @port and a client endpoint with one association, both ends up. */
struct pair {
	uint16_t port;
	struct stack_endpoint *server, *client;
	struct end *near, *far;
};

bool pair_open(struct pair *p);

/* Bytes that differ by place and @seed, and whether they are what they were. */
void fill(uint8_t *data, size_t len, unsigned seed);
bool filled(const uint8_t *data, size_t len, unsigned seed);

uint64_t now_ms(void);

/* --- stack_peer.c --- */

/* A peer that connects to 127.0.0.1 and @port, sends "hello" and "world" on streams 1 and 2 and leaves
 * gracefully. Waits for its end without running the loop. False: it did not get that far in 20 s. */
bool peer_visit(uint16_t port);
/* That peer's process. @argv: port, its own UDP port, that of the test (0: none). */
int peer_main(const struct stack_ops *stack, char **argv);
