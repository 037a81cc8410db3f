/* Reads an association: the items of its stack go into its inbox. */
#pragma once

/* The stack's callback: there is something to read. */
void assoc_readable(void *assoc);
