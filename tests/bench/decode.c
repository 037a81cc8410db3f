/* Decodes events and the header of a message again and again, for callgrind and for a count of allocations:
 * how much one costs, and that none takes memory. Prints how many fields one has. */
#include "stack/codec.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct stack_layout kernel_layout, usrsctp_layout;

static size_t allocations;

/* The C library's, counted. */
void *malloc(size_t size)
{
	static void *(*next)(size_t);

	if (!next)
		next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	allocations++;
	return next(size);
}

static const enum record_id measured[] = {EVENT_assoc_change, EVENT_peer_addr_change, EVENT_send_failed,
                                          OPTION_status};

static int find(const char *name)
{
	for (size_t i = 0; i < sizeof(measured) / sizeof(measured[0]); i++)
		if (strcmp(catalog_records[measured[i]].name, name) == 0)
			return measured[i];
	return -1;
}

int main(int argc, char **argv)
{
	const struct stack_layout *layout =
	    argc > 1 && strcmp(argv[1], "usrsctp") == 0 ? &usrsctp_layout : &kernel_layout;
	int id = argc > 2 ? find(argv[2]) : -1;
	long count = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
	static _Alignas(8) uint8_t raw[1024];
	size_t before, fields = 0;
	struct record r;

	if (id < 0 || count <= 0) {
		fputs("usage: bench-decode kernel|usrsctp RECORD COUNT\n", stderr);
		return 2;
	}
	record_init(&r, id);
	before = allocations;
	for (long i = 0; i < count; i++)
		record_decode(layout, raw, layout->records[id].size + 16, &r);
	before = allocations - before;
	for (unsigned i = 0; i < catalog_records[id].count; i++)
		fields += layout->fields[catalog_records[id].first + i].width != 0;
	printf("{\"fields\":%zu,\"allocations\":%zu}\n", fields, before);
	return 0;
}
