/* Clocks that never go back. */
#pragma once

#include <stdint.h>

/* Microseconds and milliseconds since an arbitrary start. */
uint64_t clock_us(void);
uint64_t clock_ms(void);

/* Milliseconds of the same clock at the kernel's last tick: costs no more than reading two words. */
uint64_t clock_coarse_ms(void);
