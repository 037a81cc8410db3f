/* What an association has from its connect until it is up: the options that its own socket is to have, and
 * the addresses that are tried. */
#pragma once

#include <stdbool.h>

struct assoc;
struct option_list;
struct record;

/* For @a, which has just begun with the options @given: 0, or -ENOMEM. */
int attempt_begin(struct assoc *a, const struct option_list *given);

/* @a is up, and has a socket of its own: that gets its options. 0, or -errno where it does not. It is not an
 * attempt any more. */
int attempt_end(struct assoc *a);

/* @a ends. */
void attempt_free(struct assoc *a);

/* What the option @r of @a will be when it is up, where the attempt has it; its socket is another's until
 * then.
 */
bool attempt_get_option(const struct assoc *a, struct record *r);
