/* Where usrsctp keeps each field of each record, and its numbers for the names. */
#define LAYOUT_USRSCTP
#include "stack/usrsctp/private.h"
#include "stack/usrsctp/private_option.h"

#include "stack/layout_tables.h"

const struct stack_layout usrsctp_layout = {
    .net_order = false,
    .records = records,
    .fields = fields,
    .names = names,
};
