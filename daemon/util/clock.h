/* The time that passes. */
#pragma once

#include <stdint.h>

/* Microseconds since some beginning; never goes back. */
uint64_t clock_us(void);
