/* Options of one stack, on endpoints and associations. */
#include "stack_cases.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_options(void)
{
	struct pair p;
	struct record r;
	enum field_id bad;

	CHECK(pair_open(&p));
	record_init(&r, OPTION_initmsg);
	record_set_number(&r, FIELD_initmsg_num_ostreams, 17);
	CHECK(ops()->set_option(p.client, NULL, &r, &bad) == 0);
	record_init(&r, OPTION_initmsg);
	CHECK(ops()->get_option(p.client, NULL, &r, &bad) == 0);
	CHECK(record_number(&r, FIELD_initmsg_num_ostreams) == 17);
	CHECK(record_number(&r, FIELD_initmsg_max_attempts) > 0);
	record_init(&r, OPTION_rtoinfo);
	record_set_number(&r, FIELD_rtoinfo_min, 150);
	CHECK(ops()->set_option(p.client, p.near->assoc, &r, &bad) == 0);
	record_init(&r, OPTION_rtoinfo);
	CHECK(ops()->get_option(p.client, p.near->assoc, &r, &bad) == 0);
	CHECK(record_number(&r, FIELD_rtoinfo_min) == 150 && record_number(&r, FIELD_rtoinfo_max) > 150);
	record_init(&r, OPTION_rtoinfo);
	CHECK(ops()->get_option(p.client, NULL, &r, &bad) == 0);
	CHECK(record_number(&r, FIELD_rtoinfo_min) != 150);
	record_init(&r, OPTION_status);
	CHECK(ops()->get_option(p.client, p.near->assoc, &r, &bad) == 0);
	CHECK(record_number(&r, FIELD_status_state) == NAME_assoc_state_established);
	CHECK(record_number(&r, FIELD_status_outstrms) > 0);
	record_init(&r, OPTION_get_peer_addr_info);
	record_set_addr(
	    &r, FIELD_get_peer_addr_info_address,
	    &(struct address){.in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}});
	CHECK(ops()->get_option(p.client, p.near->assoc, &r, &bad) == 0);
	CHECK(record_number(&r, FIELD_get_peer_addr_info_state) == NAME_path_state_active);
	CHECK(record_number(&r, FIELD_get_peer_addr_info_mtu) > 500);
	record_init(&r, OPTION_initmsg);
	record_set_number(&r, FIELD_initmsg_num_ostreams, 70000);
	CHECK(ops()->set_option(p.client, NULL, &r, &bad) == -ERANGE && bad == FIELD_initmsg_num_ostreams);
}

/* Each option that can be read is read, on an endpoint of its own and on an association. */
static void test_all_options(void)
{
	struct pair p;
	unsigned endpoint = 0, assoc = 0;

	CHECK(pair_open(&p));
	for (int i = EVENT_COUNT; i < RECORD_COUNT; i++) {
		struct record r;
		enum field_id bad;

		if (catalog_records[i].access == ACCESS_WO)
			continue;
		record_init(&r, i);
		endpoint += ops()->get_option(p.client, NULL, &r, &bad) == 0;
		record_init(&r, i);
		if (ops()->get_option(p.client, p.near->assoc, &r, &bad) == 0)
			assoc++;
		else
			printf("# not readable without a key: %s\n", catalog_records[i].name);
	}
	printf("# of %d options %u readable on an endpoint, %u on an association\n",
	       RECORD_COUNT - EVENT_COUNT, endpoint, assoc);
	CHECK(endpoint >= 8 && assoc >= 8);
}

static void test_sndbuf(void)
{
	struct pair p;
	struct record r;
	enum field_id bad;
	size_t before;

	CHECK(pair_open(&p));
	before = ops()->max_message(p.near->assoc);
	record_init(&r, OPTION_sndbuf);
	record_set_number(&r, FIELD_sndbuf_value, 20000);
	CHECK(ops()->set_option(p.client, p.near->assoc, &r, &bad) == 0);
	CHECK(ops()->max_message(p.near->assoc) < before);
}

const struct test option_tests[] = {
    {"options of endpoints and associations", test_options},
    {"every option is readable", test_all_options},
    {"sndbuf bounds the largest message", test_sndbuf},
    {0},
};
