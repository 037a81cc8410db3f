/* Descriptors are kept back: those who may not have them are told so while others still get one. */
#include "support/unit.h"

#include "util/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LIMIT 60

static int open_one(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int next_number(void)
{
	int fd = open_one();

	close(fd);
	return fd;
}

static void the_last_ones_are_kept_back(void **state)
{
	int taken[LIMIT], n = 0, kept = 0, fd, left;
	struct descriptors d;

	(void)state;
	assert_int_equal(descriptors_init(), 0);
	descriptors_keep_back();
	d = descriptors_get();
	assert_int_equal(d.limit, LIMIT);
	fd = open_one();
	assert_int_equal(d.reserve, (LIMIT - fd) / 4);
	assert_true(descriptors_have(LIMIT - fd - 2 - d.reserve - d.reserve / 2));
	assert_false(descriptors_have(LIMIT - fd - 1 - d.reserve - d.reserve / 2));
	assert_true(fcntl(fd - 1, F_GETFD) & FD_CLOEXEC); /* the spare one */
	close(fd);
	while (descriptors_ask() == 0) {
		left = d.limit - d.reserve - d.reserve / 2 - next_number();
		if (left > 0) /* so many more, and half of what is kept back beside them */
			assert_true(descriptors_have(left - 1));
		assert_false(descriptors_have(left < 0 ? 0 : left));
		taken[n++] = descriptors_check(open_one());
	}
	assert_false(descriptors_have(1));
	assert_int_equal(taken[n - 1], d.limit - d.reserve - 1);
	assert_int_equal(descriptors_ask(), -EMFILE);
	assert_false(descriptors_have(0));
	assert_int_equal(descriptors_check(open_one()), -EMFILE);
	close(taken[--n]); /* now one may be had, and many are not there */
	assert_int_equal(descriptors_ask(), 0);
	assert_false(descriptors_have(1));
	fd = open_one();
	assert_true(descriptors_are_ordinary(fd));
	assert_false(descriptors_are_ordinary(fd + 1));
	assert_int_equal(descriptors_check(fd), fd);
	taken[n++] = fd;
	while ((fd = open_one()) >= 0) { /* one who may have them */
		taken[n++] = fd;
		kept++;
	}
	assert_int_equal(kept, d.reserve);
	assert_int_equal(descriptors_ask(), -EMFILE);
	descriptors_spend_spare();
	fd = open_one();
	assert_true(fd >= 0);
	close(fd);
	descriptors_restore_spare();
	assert_int_equal(open_one(), -1);
	descriptors_spend_spare();
	descriptors_spend_spare();
	fd = open_one(); /* nothing is left for the spare one */
	assert_int_equal(descriptors_ask(), -EMFILE);
	close(fd);
	close(taken[0]);
	assert_int_equal(descriptors_ask(), 0);
	while (n-- > 1)
		close(taken[n]);
}

/* Where standard input is closed the next one is 0, and it is one like others. */
static void descriptor_0(void **state)
{
	int saved = dup(STDIN_FILENO), next;

	(void)state;
	descriptors_restore_spare();
	close(STDIN_FILENO);
	errno = EMFILE;
	assert_int_equal(descriptors_ask(), 0);
	assert_int_equal(descriptors_check(0), 0);
	descriptors_keep_back();
	assert_int_equal(descriptors_get().reserve, LIMIT / 4);
	descriptors_spend_spare();
	descriptors_restore_spare(); /* which is 0 now */
	next = next_number();
	assert_true(next > 0);
	descriptors_restore_spare();
	assert_int_equal(next_number(), next);
	assert_int_equal(descriptors_ask(), 0);
	descriptors_spend_spare();
	assert_int_equal(next_number(), 0);
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	close(saved);
}

static void without_a_start_nothing_is_kept_back(void **state)
{
	(void)state;
	assert_int_equal(descriptors_ask(), 0);
	assert_true(descriptors_have(1000));
	assert_int_equal(descriptors_check(0), 0);
	assert_int_equal(descriptors_check(-EBADF), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_start_nothing_is_kept_back),
	    cmocka_unit_test(the_last_ones_are_kept_back),
	    cmocka_unit_test(descriptor_0),
	};
	const struct rlimit limit = {LIMIT, LIMIT};

	setrlimit(RLIMIT_NOFILE, &limit);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
