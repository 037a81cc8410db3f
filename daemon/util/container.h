/* The struct that a member is part of. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CONTAINER_OF(pointer, type, member)                                                                  \
	({                                                                                                   \
		const __typeof__(((type *)0)->member) *member_ = (pointer);                                  \
		(type *)((char *)(uintptr_t)member_ - offsetof(type, member));                               \
	})
