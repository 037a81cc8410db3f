/* Calls of reload that wait. */
#pragma once

#include "rpc/request.h"

#include <stdint.h>

struct config_error;

/* Answers those in @waiting that wait for @turn. Borrows @result. */
void administer_answer(struct request_queue *waiting, uint64_t turn, struct json_object *result);

/* The same with what was wrong. */
void administer_refuse(struct request_queue *waiting, uint64_t turn, const struct config_error *error);
