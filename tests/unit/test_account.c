/* What a user may have, beside others. */
#include "support/unit.h"

#include "config/config.h"
#include "loop/trim.h"
#include "own/account.h"

#include <event2/event.h>

static struct config config;
static struct config *in_force = &config;

/* Where all have reached their limit together, only those with more than an equal share are stopped. */
static void who_has_more_than_a_share_stops_first(void **state)
{
	struct event_base *base = event_base_new();
	struct charge much = {0}, little = {0};
	struct account *rich, *poor;
	struct accounts all = {0};
	struct trim trim = {0};

	(void)state;
	config.bytes_per_user = 4000;
	config.bytes_in_all = 1000;
	assert_int_equal(accounts_init(&all, base, &in_force, &trim), 0);
	rich = account_get(&all, 1);
	poor = account_get(&all, 2);
	charge_set(&much, rich, ACCOUNT_BYTES, 800);
	charge_set(&little, poor, ACCOUNT_BYTES, 100);
	assert_null(account_full(rich, ACCOUNT_BYTES, 100));
	assert_string_equal(account_full(rich, ACCOUNT_BYTES, 101), "all");
	assert_null(account_full(poor, ACCOUNT_BYTES, 101));
	assert_null(account_full(poor, ACCOUNT_BYTES, 400));
	assert_string_equal(account_full(poor, ACCOUNT_BYTES, 401), "all");
	assert_string_equal(account_full(rich, ACCOUNT_BYTES, 3201), "user");
	charge_clear(&much);
	charge_clear(&little);
	account_put(rich);
	account_put(poor);
	accounts_clear(&all);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(who_has_more_than_a_share_stops_first)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
