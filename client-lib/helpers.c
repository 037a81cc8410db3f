/* Base64, and freeing memory that the library has given away. */
#include "sctpd.h"

#include "proto/base64.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *sctpd_base64_encode(const void *data, size_t len)
{
	size_t encoded = base64_encoded_length(len);
	char *ret = malloc(encoded + 1);

	if (!ret)
		return NULL;
	base64_encode(data, len, ret);
	ret[encoded] = '\0';
	return ret;
}

int sctpd_base64_decode(const char *text, void **ret, size_t *ret_len)
{
	_cleanup_(freep) uint8_t *data = malloc(base64_decoded_length(strlen(text)) + 1);
	int r;

	*ret = NULL;
	if (!data)
		return -ENOMEM;
	r = base64_decode(text, strlen(text), data, ret_len);
	if (r < 0)
		return r;
	data[*ret_len] = '\0';
	*ret = TAKE_PTR(data);
	return 0;
}

void sctpd_free(void *memory)
{
	free(memory);
}
