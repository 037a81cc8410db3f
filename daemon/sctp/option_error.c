/* Why an option cannot be set or read, for the client that asked. */
#include "sctp/option_error.h"

#include "proto/params.h"
#include "sctp/core.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int option_error(struct shape_error *error, enum error_id id, const char *name, const char *what)
{
	*error = (struct shape_error){.id = id};
	snprintf(error->param, sizeof(error->param), "options.%.64s", name);
	snprintf(error->message, sizeof(error->message), "%.80s: %.160s", error->param, what);
	return -EINVAL;
}

int option_not_supported(const struct stack_slot *slot, const char *name, const char *absent,
                         struct shape_error *error)
{
	char what[192];

	snprintf(what, sizeof(what), "not supported by the %s stack%s%s", slot->info.name, absent ? ": " : "",
	         absent ? absent : "");
	return option_error(error, ERROR_OPTION_NOT_SUPPORTED, name, what);
}

static uint64_t read_number(const char *path)
{
	unsigned long long number = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	if (fscanf(f, "%llu", &number) != 1)
		number = 0;
	fclose(f);
	return number;
}

/* Names the host's limit of buffers and the way to raise it (socket(7)). The limit belongs to the first
 * network namespace and cannot be read in another. */
static void explain_size(const struct record *r, const char *name, struct shape_error *error)
{
	const char *sysctl = r->id == OPTION_sndbuf ? "wmem_max" : "rmem_max";
	char path[64], what[160];
	uint64_t limit;

	snprintf(path, sizeof(path), "/proc/sys/net/core/%s", sysctl);
	limit = read_number(path);
	if (limit)
		snprintf(what, sizeof(what),
		         "the host allows at most %llu bytes; the sysctl net.core.%s raises the limit",
		         (unsigned long long)limit, sysctl);
	else
		snprintf(what, sizeof(what),
		         "the host allows less; the sysctl net.core.%s of its first network namespace has "
		         "the limit, and raises it",
		         sysctl);
	option_error(error, ERROR_BAD_OPTION_VALUE, name, what);
	error->limit = limit;
}

void option_explain(const struct stack_slot *slot, const struct record *r, enum field_id bad, int errno_,
                    struct shape_error *error)
{
	const char *option = catalog_records[r->id].name;
	char name[64];

	if (bad < FIELD_COUNT)
		snprintf(name, sizeof(name), "%.30s.%.30s", option, catalog_fields[bad].name);
	else
		snprintf(name, sizeof(name), "%.60s", option);
	if (errno_ == -EOPNOTSUPP || errno_ == -ENOPROTOOPT)
		option_not_supported(slot, name, NULL, error);
	else if (errno_ == -EINPROGRESS)
		option_error(error, ERROR_RECONFIG_BUSY, name,
		             "waits for the peer's answer to an earlier change");
	else if (errno_ == -ENOBUFS && (r->id == OPTION_sndbuf || r->id == OPTION_recbuf))
		explain_size(r, name, error);
	else if (errno_ == -ERANGE)
		option_error(error, ERROR_BAD_OPTION_VALUE, name, "the number is too large for the option");
	else
		option_error(error, ERROR_BAD_OPTION_VALUE, name, strerror(-errno_));
	error->error = errno_;
}
