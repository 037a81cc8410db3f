/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Length of the sequence at @text (1 to 4), or 0 where it is invalid or goes on beyond @len. @len is at
 * least 1. */
size_t utf8_sequence(const char *text, size_t len);

bool utf8_valid(const char *text, size_t len);

/* How much of @text (valid, @len bytes) fits into @max bytes without cutting a sequence. */
size_t utf8_cut(const char *text, size_t len, size_t max);

/* Whether a terminal obeys the sequence of @len bytes (as utf8_sequence() has it) instead of showing it: C0,
 * DEL, C1, separators of lines, and what turns the direction of the text around it, so that it reads as
 * something else. */
bool utf8_is_control(const char *sequence, size_t len);

/* Puts '?' for every control character, those that change the direction of a text among them, and for what is
 * no UTF-8: a sentence that repeats what others sent stays on one line, and reads as it was written. */
void utf8_clean(char *text);
