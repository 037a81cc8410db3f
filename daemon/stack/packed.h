/* A record as flat bytes without pointers, which can be stored and copied as they are. */
#pragma once

#include "stack/codec.h"

/* How many bytes @r takes, and those bytes written at @to. */
size_t record_packed_size(const struct record *r);
void record_pack(const struct record *r, void *to);

/* Reads the record @id from the @len bytes at @from. Its lists and texts point into these bytes; of a payload
 * only the length is left. The bytes are validated: 0, or -EINVAL. */
int record_unpack(const void *from, size_t len, enum record_id id, struct record *ret);
