/* The time that passes. */
#pragma once

#include <stdint.h>

/* Microseconds since some beginning; never goes back. */
uint64_t clock_us(void);

/* Milliseconds, likewise, as of the kernel's last tick: costs no more than reading two words. */
uint64_t clock_coarse_ms(void);
