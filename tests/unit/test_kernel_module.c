/* Whether a host has SCTP's module to load, by depmod(8)'s list. */
#include "stack/kernel/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <string.h>

static bool waits(const char *list)
{
	char path[] = "/tmp/modules.XXXXXX";
	int fd = mkstemp(path);
	bool found;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, list, strlen(list)), strlen(list));
	close(fd);
	found = kernel_module_waits(path);
	unlink(path);
	return found;
}

static void a_module_that_waits_is_seen(void **state)
{
	(void)state;
	assert_true(
	    waits("kernel/net/ipv6/tunnel6.ko:\nkernel/net/sctp/sctp.ko.xz: kernel/lib/libcrc32c.ko\n"));
	assert_false(
	    waits("kernel/net/ipv6/tunnel6.ko: kernel/net/sctp/sctp.ko\nkernel/net/sctp/sctp_diag.ko:\n"));
	assert_false(kernel_module_waits("/nonexistent/modules.dep"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_module_that_waits_is_seen)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
