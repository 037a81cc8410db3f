/* The time that passes. */
#pragma once

#include <stdint.h>

/* Microseconds, milliseconds, since some beginning; never goes back. */
uint64_t clock_us(void);
uint64_t clock_ms(void);

/* Milliseconds, likewise, as of the kernel's last tick: costs no more than reading two words. */
uint64_t clock_coarse_ms(void);
