/* Data that all sockets, associations, sessions and subscriptions share. */
#include "sctp/core.h"

#include "util/ids.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

void core_check_stopped(struct core *core)
{
	if (core->stopping && ids_count(core->endpoints) == 0)
		event_base_loopexit(core->base, NULL);
}

struct stack_slot *core_find_stack(struct core *core, const char *name)
{
	if (!name)
		return &core->stacks[0];
	for (size_t i = 0; i < core->stacks_n; i++)
		if (strcmp(core->stacks[i].ops->name, name) == 0)
			return &core->stacks[i];
	return NULL;
}

const struct stack_ops *core_find_built_in(const struct core *core, const char *name)
{
	for (const struct stack_ops *const *ops = core->built_in; *ops; ops++)
		if (strcmp((*ops)->name, name) == 0)
			return *ops;
	return NULL;
}

static const struct stack_absence *find_absence(const struct core *core, const char *name)
{
	for (size_t i = 0; i < core->absences_n; i++)
		if (strcmp(core->absences[i].ops->name, name) == 0)
			return &core->absences[i];
	return NULL;
}

static void list_built_in(const struct core *core, char *buf, size_t size)
{
	size_t len = 0;

	*buf = '\0';
	for (const struct stack_ops *const *ops = core->built_in; *ops && len < size; ops++)
		len += snprintf(buf + len, size - len, "%s%s", len ? ", " : "", (*ops)->name);
}

const char *core_why_no_stack(const struct core *core, const char *name, char *buf, size_t size)
{
	const struct stack_absence *absence = find_absence(core, name);
	char known[64];

	list_built_in(core, known, sizeof(known));
	if (!core_find_built_in(core, name))
		snprintf(buf, size, "there is no stack \"%.32s\"; there are %s", name, known);
	else if (absence)
		snprintf(buf, size, "the %s stack does not run here: %s", name, absence->why);
	else
		snprintf(buf, size, "the %s stack was not started: the setting `stack` is %.64s", name,
		         core->config->stack);
	return buf;
}
