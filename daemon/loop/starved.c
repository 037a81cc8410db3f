/* Measures whether the threads of this process had to wait for a processor. */
#include "loop/starved.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* False: the thread has ended, or the system has no such file. */
static bool read_of(pid_t id, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/%s", (int)id, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool task_read(struct starved_task *t)
{
	char text[128], *rest;

	if (!read_of(t->id, "schedstat", text, sizeof(text)))
		return false;
	t->ran = strtoull(text, &rest, 10);
	t->waited = strtoull(rest, NULL, 10);
	return t->ran > 0; /* 0: a kernel that does not count */
}

/* Whether the thread is runnable, so that it only lacks a processor. */
static bool is_runnable(pid_t id)
{
	char text[256];
	const char *end = read_of(id, "stat", text, sizeof(text)) ? strrchr(text, ')') : NULL;

	return end && strncmp(end, ") R", 3) == 0;
}

static const struct starved_task *find(const struct starved *s, pid_t id)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->tasks[i].id == id)
			return &s->tasks[i];
	return NULL;
}

static bool is_starved(const struct starved_task *now, const struct starved_task *before, uint64_t half_ns)
{
	if (now->waited - before->waited > half_ns)
		return true;
	return now->id != gettid() && now->ran - before->ran < half_ns && is_runnable(now->id);
}

/* The ids of the threads, by the system call: opendir(3) allocates. */
static void list_tasks(struct starved *s)
{
	_Alignas(struct dirent64) char entries[4096];
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n;

	while (fd >= 0 && (n = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < n; at += ((struct dirent64 *)(void *)(entries + at))->d_reclen) {
			const struct dirent64 *each = (void *)(entries + at);

			if (each->d_name[0] != '.' && s->n < STARVED_TASKS_MAX)
				s->tasks[s->n++].id = atoi(each->d_name);
		}
	}
	if (fd >= 0)
		close(fd);
}

bool starved_look(struct starved *s, uint64_t period_ms)
{
	struct starved now = {0};
	unsigned known = 0;
	bool starved = false;

	list_tasks(&now);
	for (unsigned i = 0; i < now.n; i++) {
		struct starved_task t = now.tasks[i];
		const struct starved_task *before = find(s, t.id);

		if (!task_read(&t))
			continue;
		if (before && is_starved(&t, before, period_ms * 500000))
			starved = true;
		now.tasks[known++] = t;
	}
	now.n = known;
	*s = now;
	return starved;
}
