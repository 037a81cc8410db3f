/* Bytes that are added at the end and taken from the front. */
#pragma once

#include <stddef.h>

struct buffer {
	char *data;
	size_t start, end, size;
	size_t scanned; /* bytes from `start` that contain no newline */
};

/* Room for @len bytes at the end, or NULL. buffer_commit() makes the first @len of them part of the buffer.
 */
char *buffer_reserve(struct buffer *b, size_t len);
void buffer_commit(struct buffer *b, size_t len);

/* Removes @len bytes from the front. */
void buffer_take(struct buffer *b, size_t len);

/* The first line; *@len is its length without the newline. NULL: there is no complete line. Borrowed until
 * the next change; buffer_take(len + 1) removes it. */
const char *buffer_line(struct buffer *b, size_t *len);

size_t buffer_length(const struct buffer *b);
void buffer_free(struct buffer *b);
