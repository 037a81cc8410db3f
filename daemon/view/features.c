/* Which extensions of SCTP an association has. Read from the options alike on every stack: of an association
 * they tell what was negotiated. (usrsctp lists some in sac_info too, the kernel does not.) */
#include "view/features.h"

#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"

#include <errno.h>
#include <json-c/json.h>

/* In the order of NAMES_feature. */
static const enum field_id features[] = {
    FIELD_pr_supported_value,       FIELD_auth_supported_value,         FIELD_asconf_supported_value,
    FIELD_reconfig_supported_value, FIELD_interleaving_supported_value, FIELD_ecn_supported_value,
    FIELD_nrsack_supported_value,   FIELD_pktdrop_supported_value,
};
#define FEATURES (sizeof(features) / sizeof(features[0]))
_Static_assert(NAME_feature_pktdrop == NAMES_FIRST_feature + FEATURES - 1, "a row for each name");

/* 1, 0, or a negative errno. */
static int has(struct assoc *a, enum field_id feature)
{
	struct record r;
	enum field_id bad;
	int error;

	record_init(&r, catalog_fields[feature].record);
	error = a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, &r, &bad);
	if (error == -EOPNOTSUPP) /* this stack does not have it, or an older one */
		return 0;
	return error ? error : record_number(&r, feature) != 0;
}

int features_read(struct assoc *a, uint64_t *ret)
{
	int r;

	*ret = 0;
	if (!a->stack)
		return -ENOTCONN;
	for (size_t i = 0; i < FEATURES; i++) {
		r = has(a, features[i]);
		if (r < 0)
			return r;
		*ret |= (uint64_t)r << i;
	}
	return 0;
}

struct json_object *features_of(struct assoc *a)
{
	struct json_object *list;
	uint64_t bits;

	if (features_read(a, &bits) < 0)
		return NULL;
	list = json_object_new_array();
	for (size_t i = 0; i < FEATURES; i++)
		if (bits & UINT64_C(1) << i)
			json_object_array_add(
			    list, json_object_new_string(catalog_names[NAMES_FIRST_feature + i].name));
	return list;
}
