/* The SCTP extensions that an association has negotiated. They are read from its options, which every stack
 * has; only usrsctp lists some in sac_info. */
#include "view/features.h"

#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"

#include <errno.h>

#define NAMED(feature) [NAME_feature_##feature - NAMES_FIRST_feature] = #feature
#define FIELD(feature) [NAME_feature_##feature - NAMES_FIRST_feature] = FIELD_##feature##_supported_value

const char *const features_names[] = {NAMED(pr),       NAMED(auth),         NAMED(asconf),
                                      NAMED(reconfig), NAMED(interleaving), NAMED(ecn),
                                      NAMED(nrsack),   NAMED(pktdrop),      NULL};
static const enum field_id features[] = {
    FIELD(pr),           FIELD(auth), FIELD(asconf), FIELD(reconfig),
    FIELD(interleaving), FIELD(ecn),  FIELD(nrsack), FIELD(pktdrop),
};
#define FEATURES (sizeof(features) / sizeof(features[0]))
_Static_assert(NAME_feature_pktdrop == NAMES_FIRST_feature + FEATURES - 1, "a row for each name");

/* Whether the association has @feature: 1, 0, or a negative errno. */
static int has_feature(struct assoc *a, enum field_id feature)
{
	struct record r;
	enum field_id bad;
	int error;

	record_init(&r, catalog_fields[feature].record);
	error = a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, &r, &bad);
	if (error == -EOPNOTSUPP) /* this stack, or its version, lacks the option */
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
		r = has_feature(a, features[i]);
		if (r < 0)
			return r;
		*ret |= (uint64_t)r << i;
	}
	return 0;
}
