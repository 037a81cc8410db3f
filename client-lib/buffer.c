/* Bytes that are added at the end and taken from the front. */
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

/* The initial size. */
#define FIRST 4096

/* An empty buffer larger than this gives its memory back. */
#define KEEP (256 * 1024)

char *buffer_reserve(struct buffer *b, size_t len)
{
	size_t used = b->end - b->start, size = b->size ? b->size : FIRST;
	char *data;

	if (b->size - b->end >= len)
		return b->data + b->end;
	while (size - used < len)
		size *= 2;
	if (size != b->size) {
		data = malloc(size);
		if (!data)
			return NULL;
		if (used)
			memcpy(data, b->data + b->start, used);
		free(b->data);
		b->data = data;
		b->size = size;
	} else {
		memmove(b->data, b->data + b->start, used);
	}
	b->start = 0;
	b->end = used;
	return b->data + b->end;
}

void buffer_commit(struct buffer *b, size_t len)
{
	b->end += len;
}

void buffer_take(struct buffer *b, size_t len)
{
	b->start += len;
	b->scanned = b->scanned > len ? b->scanned - len : 0;
	if (b->start < b->end)
		return;
	b->start = b->end = 0;
	if (b->size > KEEP)
		buffer_free(b);
}

const char *buffer_line(struct buffer *b, size_t *len)
{
	size_t used = b->end - b->start;
	const char *line, *newline;

	if (b->scanned >= used)
		return NULL;
	line = b->data + b->start;
	newline = memchr(line + b->scanned, '\n', used - b->scanned);
	if (!newline) {
		b->scanned = used;
		return NULL;
	}
	*len = newline - line;
	b->scanned = *len;
	return line;
}

size_t buffer_length(const struct buffer *b)
{
	return b->end - b->start;
}

void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){0};
}
