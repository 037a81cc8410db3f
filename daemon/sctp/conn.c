/* A client's connection, as the core sees it. */
#include "sctp/conn.h"

#include "sctp/core.h"

bool conn_may_observe(const struct conn *c, uid_t user)
{
	return access_may_observe(c->core->config->access, &c->who, user);
}

bool conn_has_gone(const struct conn *c)
{
	return c->ops->has_gone(c);
}

void conn_free(struct conn *c)
{
	c->ops->free(c);
}

void conn_settled(struct conn *c)
{
	c->ops->settled(c);
}

bool conn_congested(struct conn *c)
{
	return c->ops->congested(c);
}

bool conn_is_behind(struct conn *c)
{
	return c->ops->is_behind(c);
}

bool conn_hears(struct conn *c, const struct account *by)
{
	return c->ops->hears(c, by);
}

void conn_told(struct conn *c, const struct account *by, size_t len)
{
	c->ops->told(c, by, len);
}

void conn_miss(struct conn *c)
{
	c->ops->miss(c);
}

void conn_end(struct conn *c)
{
	c->ops->end(c);
}
