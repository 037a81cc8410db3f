/* Broadcast: the members that do not own an association get copies of its messages and events. */
#pragma once

struct conn;
struct item;

/* @item is new in its association's sequence: members of a broadcast group get copies. */
void group_copy(const struct item *item);

/* @c reads its output again: tells it what it has missed. */
void group_resume_conn(struct conn *c);
