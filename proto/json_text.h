/* Values as JSON has them, written into memory of the caller's, who knows that there is room. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Digits of the largest number. */
#define JSON_DIGITS 20

/* Each writes at @at and returns the end of the text; no NUL. */
char *json_put_number(char *at, uint64_t number);
/* The inside of a string: @text is UTF-8. */
char *json_put_text(char *at, const uint8_t *text, size_t len);

/* The length of that inside. */
size_t json_text_length(const uint8_t *text, size_t len);
