/* An association is read: what its stack has to say goes into its queue. */
#pragma once

/* The stack's call: there is something to read, or nothing more. */
void assoc_readable(void *assoc);
