/* A record as bytes: flat and without a pointer, so that it can be kept and copied as it is. */
#pragma once

#include "stack/codec.h"

/* How many bytes @r takes, and those bytes written at @to. */
size_t record_packed_size(const struct record *r);
void record_pack(const struct record *r, void *to);

/* The record @id that the @len bytes at @from say; its lists and texts are there. Of a payload there is the
 * length alone. Nothing in the bytes is believed: 0, or -EINVAL. */
int record_unpack(const void *from, size_t len, enum record_id id, struct record *ret);
