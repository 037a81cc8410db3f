/* Neutral records as the members of a JSON object, by the tables: names for numbers, host order, nothing that
 * an option or event has to say itself. */
#pragma once

#include "stack/codec.h"

struct writer;

/* Writes the present VALUE and RESULT fields of @r (KEY fields too where @keys). A payload is written as
 * `data` where @payload, otherwise only its length. */
void record_write(struct writer *w, const struct record *r, bool keys, bool payload);
