/* A layout of no real stack, for tests of the codec: fields packed and unaligned behind one odd byte, numbers
 * of 4 bytes, addresses of 28 (as large as an IPv6 socket address), a tail at the end; names count from 1 in
 * their set, flags are bits. */
#pragma once

#include "stack/codec.h"

#define MADE_SIZE_MAX 256

extern const struct stack_layout made_layout;
extern struct field_layout made_fields[FIELD_COUNT];
extern int64_t made_names[NAME_COUNT];

/* Builds it, also anew after a test changed it. */
void made_layout_build(void);
