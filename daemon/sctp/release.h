/* Associations and sockets end: each is marked, and leaves every table, list and queue. */
#pragma once

struct assoc;
struct endpoint;

/* Ends it at once, and marks it: aborted where it is not over, its waiting calls fail, its queue is dropped.
 */
void assoc_free(struct assoc *a);

/* Marks it where it is over and everything was read. */
void assoc_release_if_done(struct assoc *a);

/* A call of recv was told of the end, which its owner wants no event of: may mark it. */
void assoc_end_told(struct assoc *a);

/* Fails the calls that wait for it to come up; they ask the association for the reason. */
void assoc_fail_connectors(struct assoc *a);

/* Everybody who waited learns of the end. Its queue stays for whoever reads. */
void assoc_answer_waiting(struct assoc *a);

/* Nobody will read it by calls. */
void endpoint_fail_receivers(struct endpoint *e);

/* One association fewer: may end it, where it is closing. */
void endpoint_assoc_gone(struct endpoint *e);

/* Ends it at once, with its associations: marks it. */
void endpoint_free(struct endpoint *e);
