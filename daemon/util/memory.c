/* A shortage of memory fails a call, not the daemon. */
#include "util/memory.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

/* Every library of the program finds the functions defined here before those of the C library, which these
 * call. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *memory, size_t size);
void REAL(free)(void *memory);

#define PUBLIC __attribute__((visibility("default")))
/* For functions that a sanitizer calls while it starts, before it can check anything. */
#define UNINSTRUMENTED __attribute__((no_sanitize("address", "thread", "undefined")))
#define ALIGN          16
#define PAGE           4096
/* Memory is no longer low when the C library has a block of this size. */
#define PROBE (64u << 10)
/* Blocks up to this size are wiped without a call; the largest step of one call. */
#define WIPE_INLINE  64
#define WIPE_AT_ONCE 1024

/* The reserve is a sequence of blocks; neighbouring free blocks are joined during a search. It is part of
 * the program's data, so that a leak checker sees the pointers in it. */
struct block {
	size_t size; /* of the whole block, a multiple of ALIGN */
	size_t used;
};

static _Alignas(PAGE) char reserve[MEMORY_RESERVE];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool low, ready;
static size_t in_use;
static bool (*fault)(size_t size);
static _Thread_local unsigned long failures;

static struct block *block_next(struct block *b)
{
	return (struct block *)((char *)b + b->size);
}

static bool is_end(const struct block *b)
{
	return (const char *)b == reserve + sizeof(reserve);
}

static bool is_reserved(const void *memory)
{
	return (uintptr_t)memory - (uintptr_t)reserve < sizeof(reserve);
}

static struct block *block_of(void *memory)
{
	return (struct block *)((char *)memory - sizeof(struct block));
}

static void block_join(struct block *b)
{
	for (struct block *next = block_next(b); !is_end(next) && !next->used; next = block_next(b))
		b->size += next->size;
}

static void block_split(struct block *b, size_t size)
{
	struct block *rest = (struct block *)((char *)b + size);

	if (b->size - size < sizeof(*b) + ALIGN)
		return;
	*rest = (struct block){.size = b->size - size};
	b->size = size;
}

static void *reserve_find(size_t size)
{
	for (struct block *b = (struct block *)reserve; !is_end(b); b = block_next(b)) {
		if (b->used)
			continue;
		block_join(b);
		if (b->size < size)
			continue;
		block_split(b, size);
		b->used = 1;
		in_use += b->size;
		return b + 1;
	}
	return NULL;
}

/* A block of the reserve, or NULL. */
static void *reserve_take(size_t size)
{
	void *memory = NULL;

	atomic_store(&low, true);
	if (size <= MEMORY_SMALL && atomic_load(&ready)) {
		pthread_mutex_lock(&lock);
		memory = reserve_find((size + sizeof(struct block) + ALIGN - 1) / ALIGN * ALIGN);
		pthread_mutex_unlock(&lock);
	}
	if (!memory) {
		failures++;
		errno = ENOMEM;
	}
	return memory;
}

static void reserve_give(void *memory)
{
	struct block *b = block_of(memory);

	pthread_mutex_lock(&lock);
	b->used = 0;
	in_use -= b->size;
	pthread_mutex_unlock(&lock);
}

static bool fails(size_t size)
{
	return __builtin_expect(fault != NULL, 0) && fault(size);
}

PUBLIC void *malloc(size_t size)
{
	void *memory = fails(size) ? NULL : REAL(malloc)(size);

	return memory ? memory : reserve_take(size);
}

PUBLIC void *calloc(size_t n, size_t size)
{
	size_t all;
	void *memory;

	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	memory = fails(all) ? NULL : REAL(calloc)(n, size);
	if (memory)
		return memory;
	memory = reserve_take(all);
	return memory ? memset(memory, 0, all) : NULL;
}

static size_t size_of(void *memory)
{
	return is_reserved(memory) ? block_of(memory)->size - sizeof(struct block)
	                           : malloc_usable_size(memory);
}

/* How many bytes are to be wiped. Before main() there are no secrets, and a sanitizer cannot tell sizes
 * yet. */
UNINSTRUMENTED static size_t size_to_wipe(void *memory)
{
	size_t size;

	if (!memory || !atomic_load_explicit(&ready, memory_order_relaxed))
		return 0;
	size = size_of(memory);
	return size <= MEMORY_WIPED ? size : 0;
}

/* Most freed blocks are so small that a call would take longer than the stores. From 2 KiB on the memset()
 * of the C library uses microcode, which is slow to begin. */
static void wipe(char *at, size_t size)
{
	while (size > WIPE_INLINE) {
		size_t n = size < WIPE_AT_ONCE ? size : WIPE_AT_ONCE;

		explicit_bzero(at, n);
		at += n;
		size -= n;
	}
	for (; size >= 8; at += 8, size -= 8)
		*(volatile uint64_t *)at = 0;
	for (; size > 0; at++, size--)
		*(volatile char *)at = 0;
}

PUBLIC void free(void *memory)
{
	wipe(memory, size_to_wipe(memory));
	if (__builtin_expect(is_reserved(memory), 0))
		reserve_give(memory);
	else
		REAL(free)(memory);
}

/* Copies the block @before to @memory (or NULL) and frees @before. */
static void *move(void *before, void *memory, size_t size)
{
	size_t had = size_of(before);

	if (!memory)
		return NULL;
	memcpy(memory, before, had < size ? had : size);
	free(before);
	return memory;
}

PUBLIC void *realloc(void *before, size_t size)
{
	void *memory;

	if (!before)
		return malloc(size);
	if (!size) {
		free(before);
		return NULL;
	}
	/* realloc() of the C library would leave a copy behind when it moves the block */
	if (is_reserved(before) || size_to_wipe(before))
		return move(before, malloc(size), size);
	memory = fails(size) ? NULL : REAL(realloc)(before, size);
	return memory ? memory : move(before, reserve_take(size), size);
}

#ifdef __SANITIZE_ADDRESS__
/* A leak checker knows the allocations of ld.so by their caller, which is this file. */
PUBLIC const char *__lsan_default_suppressions(void)
{
	return "leak:ld-linux\n";
}
#endif

void memory_init(void)
{
	/* Makes the pages resident, by one call where the kernel has it (5.14), otherwise by a fault for
	 * each page. */
	if (madvise(reserve, sizeof(reserve), MADV_POPULATE_WRITE) < 0)
		memset(reserve, 1, sizeof(reserve));
	*(struct block *)reserve = (struct block){.size = sizeof(reserve)};
	atomic_store(&ready, true);
}

bool memory_is_low(void)
{
	void *probe;

	if (__builtin_expect(!atomic_load_explicit(&low, memory_order_relaxed), 1))
		return false;
	probe = fails(PROBE) ? NULL : REAL(malloc)(PROBE);
	REAL(free)(probe);
	atomic_store(&low, !probe);
	return !probe;
}

unsigned long memory_failures(void)
{
	return failures;
}

size_t memory_reserve_used(void)
{
	return in_use;
}

void memory_set_fault(bool (*says)(size_t size))
{
	fault = says;
}
