/* Which extensions of SCTP an association has. Read from the options alike on every stack: of an association
 * they tell what was negotiated. (usrsctp lists some in sac_info too, the kernel does not.) */
#include "view/features.h"

#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"

#include <errno.h>
#include <json-c/json.h>

static const struct feature {
	const char *name; /* the option's, without `_supported` */
	enum field_id field;
} features[] = {
    {"pr", FIELD_pr_supported_value},
    {"auth", FIELD_auth_supported_value},
    {"asconf", FIELD_asconf_supported_value},
    {"reconfig", FIELD_reconfig_supported_value},
    {"interleaving", FIELD_interleaving_supported_value},
    {"ecn", FIELD_ecn_supported_value},
    {"nrsack", FIELD_nrsack_supported_value},
    {"pktdrop", FIELD_pktdrop_supported_value},
};
#define FEATURES (sizeof(features) / sizeof(features[0]))

/* 1, 0, or a negative errno. */
static int has(struct assoc *a, const struct feature *feature)
{
	struct record r;
	enum field_id bad;
	int error;

	record_init(&r, catalog_fields[feature->field].record);
	error = a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, &r, &bad);
	if (error == -EOPNOTSUPP) /* this stack does not have it, or an older one */
		return 0;
	return error ? error : record_number(&r, feature->field) != 0;
}

struct json_object *features_of(struct assoc *a)
{
	struct json_object *list;
	int r;

	if (!a->stack)
		return NULL;
	list = json_object_new_array();
	for (size_t i = 0; i < FEATURES; i++) {
		r = has(a, &features[i]);
		if (r < 0) {
			json_object_put(list);
			return NULL;
		}
		if (r)
			json_object_array_add(list, json_object_new_string(features[i].name));
	}
	return list;
}

struct json_object *features_schema(void)
{
	struct json_object *schema = json_object_new_object(), *items = json_object_new_object(),
	                   *names = json_object_new_array();

	for (size_t i = 0; i < FEATURES; i++)
		json_object_array_add(names, json_object_new_string(features[i].name));
	json_object_object_add(items, "type", json_object_new_string("string"));
	json_object_object_add(items, "enum", names);
	json_object_object_add(schema, "type", json_object_new_string("array"));
	json_object_object_add(schema, "description",
	                       json_object_new_string("The extensions of SCTP that both ends support"));
	json_object_object_add(schema, "items", items);
	return schema;
}
