/* Base64 of RFC 4648 4, with padding and nothing else. */
#pragma once

#include <stddef.h>
#include <stdint.h>

size_t base64_encoded_length(size_t len);

/* Writes base64_encoded_length(@len) characters and no NUL. */
void base64_encode(const uint8_t *data, size_t len, char *ret);

/* An upper bound for the bytes that base64_decode() writes for @len characters. */
size_t base64_decoded_length(size_t len);

/* Decodes strictly: no white space, padding where it belongs, unused bits zero. 0 and *@ret_len, or -EINVAL.
 */
int base64_decode(const char *text, size_t len, uint8_t *ret, size_t *ret_len);
