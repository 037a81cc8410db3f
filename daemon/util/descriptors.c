/* The descriptors of this process, and a reserve of them. */
#include "util/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define RESERVE 64
/* The reserve is this part of a small limit. */
#define RESERVE_SHARE 4

static struct descriptors descriptors;
static int spare = -1;

static size_t raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}

int descriptors_init(void)
{
	descriptors = (struct descriptors){.limit = raise_limit()};
	descriptors_restore_spare();
	return spare < 0 ? -errno : 0;
}

/* The number of the next descriptor, or a negative errno. */
static int next_number(void)
{
	int fd = fcntl(spare, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	close(fd);
	return fd;
}

void descriptors_keep_back(void)
{
	int next = next_number();
	size_t left = next < 0 || (size_t)next >= descriptors.limit ? 0 : descriptors.limit - next;

	descriptors.reserve = left / RESERVE_SHARE < RESERVE ? left / RESERVE_SHARE : RESERVE;
}

struct descriptors descriptors_get(void)
{
	return descriptors;
}

bool descriptors_are_ordinary(int fd)
{
	return !descriptors.reserve || (size_t)fd < descriptors.limit - descriptors.reserve;
}

int descriptors_ask(void)
{
	int next;

	if (!descriptors.limit) /* no reserve */
		return 0;
	descriptors_restore_spare();
	next = spare < 0 ? -EMFILE : next_number();
	if (next < 0)
		return next;
	return descriptors_are_ordinary(next) ? 0 : -EMFILE;
}

bool descriptors_have(size_t n)
{
	int next;

	if (!descriptors.limit)
		return true;
	if (descriptors_ask() < 0)
		return false;
	next = next_number();
	return next >= 0 && descriptors_are_ordinary(next + n + descriptors.reserve / 2);
}

int descriptors_check(int fd)
{
	if (fd < 0 || descriptors_are_ordinary(fd))
		return fd;
	close(fd);
	return -EMFILE;
}

void descriptors_spend_spare(void)
{
	if (spare >= 0)
		close(spare);
	spare = -1;
}

void descriptors_restore_spare(void)
{
	if (spare < 0)
		spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}
