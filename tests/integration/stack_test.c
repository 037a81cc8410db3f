/* Drives one SCTP stack through stack.h, both ends in this process:
 * stack_test NAME [UDP port | "-" [silent host | "-" [part of a test's name]]]. Prints TAP. */
#include "stack_cases.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const struct stack_ops *const stacks[] = {&kernel_stack_ops, &usrsctp_stack_ops};
static const struct test *const groups[] = {endpoint_tests, message_tests, assoc_tests, option_tests};

const char *failed_why, *skipped_why;
int failed_line;
const char *silent_host;
static unsigned number, failures;

const struct stack_ops *ops(void)
{
	return world.ops;
}

bool pair_open(struct pair *p)
{
	*p = (struct pair){0};
	p->server = world_listener(&p->port);
	return p->server && world_open("127.0.0.1", 0, NULL, 0, &p->client) == 0 &&
	       world_pair(p->client, p->port, &p->near, &p->far);
}

void fill(uint8_t *data, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		data[i] = seed + i * 7 + i / 251;
}

bool filled(const uint8_t *data, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != (uint8_t)(seed + i * 7 + i / 251))
			return false;
	return true;
}

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * UINT64_C(1000) + t.tv_nsec / 1000000;
}

static void run(const struct test *test)
{
	uint64_t start = now_ms();

	number++;
	failed_why = skipped_why = NULL;
	test->run();
	world_reset();
	if (failed_why) {
		failures++;
		printf("not ok %u - %s # %s (line %d)\n", number, test->name, failed_why, failed_line);
	} else if (skipped_why) {
		printf("ok %u - %s # SKIP %s\n", number, test->name, skipped_why);
	} else {
		printf("ok %u - %s # %u ms\n", number, test->name, (unsigned)(now_ms() - start));
	}
	fflush(stdout);
}

static void run_groups(const char *only)
{
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++)
		for (const struct test *t = groups[g]; t->name; t++)
			if (!only || strstr(t->name, only))
				run(t);
}

static const struct stack_ops *find_stack(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(stacks); i++)
		if (strcmp(stacks[i]->name, name) == 0)
			return stacks[i];
	return NULL;
}

/* 77 is what a test says that cannot run here. */
static int start(const char *name, const char *udp_port)
{
	const struct stack_ops *stack = find_stack(name);
	struct stack_config config = {.asked = true, .udp_port = udp_port ? atoi(udp_port) : 0};
	char why[200] = "";
	int error;

	if (!stack) {
		fprintf(stderr, "there is no stack '%s'\n", name);
		return 2;
	}
	if (stack->probe(&config, why, sizeof(why)) < 0) {
		printf("1..0 # SKIP %s\n", why);
		return 77;
	}
	error = world_start(stack, &config);
	if (error) {
		printf("Bail out! start: %s\n", strerror(-error));
		return 1;
	}
	printf("# %s, transport %s\n", world.info.version, world.info.transport);
	return 0;
}

/* Stops the stack: nothing may be left open. */
static void finish(int fds_before)
{
	world_stop();
	number++;
	if (count_fds() == fds_before) {
		printf("ok %u - no descriptor left\n", number);
		return;
	}
	failures++;
	printf("not ok %u - no descriptor left # %d before, %d now\n", number, fds_before, count_fds());
}

/* An argument that is there and not "-". */
static const char *argument(int argc, char **argv, int i)
{
	return argc > i && strcmp(argv[i], "-") != 0 ? argv[i] : NULL;
}

/* The crowd has a thousand descriptors. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	int before = count_fds();
	int status;

	raise_descriptor_limit();

	if (argc == 6 && strcmp(argv[1], "peer") == 0 && find_stack(argv[2]))
		return peer_main(find_stack(argv[2]), argv + 3);
	if (argc < 2) {
		fprintf(stderr, "usage: %s STACK [UDP-PORT|- [SILENT-HOST|- [PART-OF-NAME]]]\n", argv[0]);
		return 2;
	}
	status = start(argv[1], argument(argc, argv, 2));
	if (status)
		return status;
	silent_host = argument(argc, argv, 3);
	run_groups(argument(argc, argv, 4));
	finish(before);
	printf("1..%u\n# %u tests, %u failed\n", number, number, failures);
	return failures ? 1 : 0;
}
