/* The kernel's layout of the catalog's fields, and its numbers for the catalog's names. */
#define LAYOUT_KERNEL
#include "stack/kernel/kernel.h"

#include <netinet/ip.h>

/* linux/sctp.h keeps the old names of RFC 6458 6.1.11. */
#define ssfe_flags    ssf_flags
#define ssfe_error    ssf_error
#define ssfe_assoc_id ssf_assoc_id
#define ssfe_data     ssf_data

/* socket(7), SO_BINDTODEVICE: IFNAMSIZ characters with the final NUL. */
struct name_option {
	char value[16];
};

#include "stack/layout_tables.h"

const struct stack_layout kernel_layout = {
    .net_order = true,
    .records = records,
    .fields = fields,
    .names = names,
};
