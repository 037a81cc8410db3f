/* A line of JSON -> the method it calls. */
#pragma once

#include "proto/params.h"
#include "rpc/request.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* A method: a row beside its handler. Validation, help, rpc.discover and tests are derived from it. */
struct method {
	const char *name;
	const char *summary;
	const struct shape *params; /* NULL: none */
	size_t args_size;           /* of the struct @params decode into */
	const struct shape *result; /* NULL: an empty object */
	bool query;                 /* only reads: without an id it does nothing */
	unsigned answers;           /* enum notify_answered: its caller is not told that by events */
	bool takes; /* its answer takes the result from its only place: see request_answer() */
	bool owned; /* an owner's call on a socket or an association: takes `epoch` too */
	/* For calls about another session: calls session_settle() for it, before the lookup of anything
	 * that may end with its connection. NULL: none. */
	void (*settle)(struct request *req, void *args);
	/* Checks that the rows cannot express, and lookups of the objects of the call, without any effect:
	 * 0, or -1 and the request has failed. The objects live until the turn is over. NULL: none. */
	int (*prepare)(struct request *req, void *args);
	/* Carries the call out: answers, or parks the request. */
	void (*run)(struct request *req, void *args);
	const char
	    *example; /* params, one JSON text a line; in the order of the rows they are one conversation */
};

/* Methods come in groups, one file each; a group ends with a row without a name. */
#define METHOD_GROUPS_MAX 24
extern const struct method session_methods[], endpoint_methods[], bindx_methods[], assoc_methods[],
    send_methods[], flow_methods[], subscription_methods[], option_methods[], reconfig_methods[],
    list_methods[], stats_methods[], cause_methods[], administer_methods[], peeloff_methods[],
    assoc_end_methods[], endpoint_end_methods[], ownership_methods[], group_methods[];

/* The parameter `epoch` of an owner's calls. */
extern const struct shape *const dispatch_epoch_rows;

/* Adds a group of methods (the tests' own). It stays valid for ever. */
void dispatch_add_group(const struct method *methods);

/* A line of JSON is a call, a batch of calls, or an error. */
extern const struct protocol dispatch_protocol;

/* The OpenRPC document, made from the rows. The caller puts it. */
struct json_object *dispatch_openrpc(void);
void dispatch_print_openrpc(void);
/* The same as text without white space, to be free()d. NULL: no memory. */
char *dispatch_openrpc_text(void);

/* The rows of every group in turn: NULL after the last. *@group and *@row start at 0. */
const struct method *dispatch_next(size_t *group, size_t *row);
