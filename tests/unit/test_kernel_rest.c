/* The kernel's stack where reading fails for a moment: recvmsg(2) is ours here. Needs no SCTP. */
#include "stack/kernel/kernel.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

static int failures, reads, told;

/* In the place of the C library's. */
ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	char byte;

	(void)msg;
	(void)flags;
	reads++;
	if (failures > 0) {
		failures--;
		errno = ENOMEM;
		return -1;
	}
	(void)!read(fd, &byte, 1); /* nothing waits any more */
	errno = EAGAIN;
	return -1;
}

static void on_paused(void *user, int error)
{
	(void)user;
	assert_int_equal(error, -ENOMEM);
	told++;
}

static void an_endpoint_is_read_again_after_a_failure(void **state)
{
	const struct stack_sink sink = {.accept_paused = on_paused};
	struct stack s = {.base = event_base_new(), .sink = &sink};
	struct stack_endpoint e = {.stack = &s, .netns = -1};
	uint8_t buffer[PIECE_MAX + PIECE_SLACK];
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	s.buffer = buffer;
	s.endpoints = &e;
	e.fd = ends[0];
	kernel_rest_init(&s);
	event_assign(&e.event, s.base, e.fd, EV_READ | EV_PERSIST, kernel_endpoint_readable, &e);
	event_add(&e.event, NULL);
	assert_int_equal(write(ends[1], "x", 1), 1);
	failures = 2;
	for (int turns = 0; reads < 3 && turns < 100; turns++)
		event_base_loop(s.base, EVLOOP_ONCE);
	assert_int_equal(reads, 3);
	assert_int_equal(told, 1); /* once for all failures in a row */
	assert_true(event_pending(&e.event, EV_READ, NULL));
	assert_false(e.deaf);
	event_del(&e.event);
	evtimer_del(&s.rest);
	event_base_free(s.base);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(an_endpoint_is_read_again_after_a_failure)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
