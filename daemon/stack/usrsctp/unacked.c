/* The amount of sent messages that the peer has not acknowledged, in bytes. */
#include "stack/usrsctp/private.h"
#include "stack/usrsctp/private_option.h"

/* The library adds the header of each sent chunk to its count: RFC 9260 3.3.1, RFC 8260 2.1. */
#define DATA_HEAD   16
#define I_DATA_HEAD 20

static uint32_t head_of(const struct stack_assoc *a)
{
	struct sctp_assoc_value interleaving = {.assoc_id = a->id};

	return us_assoc_get_option(a, SCTP_INTERLEAVING_SUPPORTED, &interleaving, sizeof(interleaving)) ==
	                   0 &&
	               interleaving.assoc_value
	           ? I_DATA_HEAD
	           : DATA_HEAD;
}

size_t us_assoc_unacked(struct stack_assoc *a)
{
	struct sctp_sockstat use = {.ss_assoc_id = a->id};
	struct sctp_status status = {.sstat_assoc_id = a->id};
	uint32_t heads;

	if (!us_assoc_socket(a) || us_assoc_get_option(a, SCTP_GET_SNDBUF_USE, &use, sizeof(use)) < 0 ||
	    us_assoc_get_option(a, SCTP_STATUS, &status, sizeof(status)) < 0)
		return 0;
	heads = status.sstat_unackdata * head_of(a);
	return use.ss_total_sndbuf > heads ? use.ss_total_sndbuf - heads : 0;
}

size_t us_assoc_weigh(struct stack_assoc *a, size_t len)
{
	(void)a;
	return len;
}
