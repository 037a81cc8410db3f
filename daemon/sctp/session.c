/* Sessions, the owners of sockets and associations. */
#include "sctp/session.h"

#include "own/account.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "util/cleanup.h"
#include "util/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

int token_make(char ret[static SESSION_TOKEN_DIGITS + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char random[SESSION_TOKEN_DIGITS / 2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < SESSION_TOKEN_DIGITS; i++)
		ret[i] = digits[random[i / 2] >> (i % 2 ? 0 : 4) & 15];
	ret[SESSION_TOKEN_DIGITS] = '\0';
	return 0;
}

bool token_equal(const char *token, const char *given)
{
	unsigned char differs = 0;

	if (strlen(given) != SESSION_TOKEN_DIGITS)
		return false;
	for (size_t i = 0; i < SESSION_TOKEN_DIGITS; i++)
		differs |= token[i] ^ given[i];
	return !differs;
}

int session_new(struct conn *c)
{
	_cleanup_(freep) struct session *s = calloc(1, sizeof(*s));
	int r = s ? token_make(s->token) : -ENOMEM;

	if (r < 0)
		return r;
	s->core = c->core;
	s->linger_ms = c->core->config->linger_ms;
	TAILQ_INIT(&s->endpoints);
	TAILQ_INIT(&s->memberships);
	TAILQ_INIT(&s->offers);
	s->id = ids_add(c->core->sessions, s);
	if (!s->id)
		return -ENOMEM;
	s->account = account_ref(c->account);
	s->conn = c;
	c->session = TAKE_PTR(s);
	return 0;
}

static void session_reap(void *object)
{
	struct session *s = object;

	account_put(s->account);
	free(s->name);
	explicit_bzero(s->token, sizeof(s->token));
	free(s);
}

void session_end_if_done(struct session *s)
{
	if (!s->conn && TAILQ_EMPTY(&s->endpoints) &&
	    grave_mark(&s->core->graves, &s->grave, GRAVE_SESSION, s, session_reap)) {
		ids_remove(s->core->sessions, s->id);
		due_cancel(&s->holding);
	}
}

struct session *session_by_id(struct core *core, uint64_t id)
{
	return ids_get(core->sessions, id);
}

struct session *session_by_token(struct core *core, const char *token)
{
	struct session *s, *found = NULL;
	uint64_t id = 0;

	while ((s = ids_next(core->sessions, id, &id)))
		if (token_equal(s->token, token))
			found = s;
	return found;
}

struct session *session_by_name(struct core *core, uid_t uid, const char *name)
{
	struct session *s;
	uint64_t id = 0;

	while ((s = ids_next(core->sessions, id, &id)))
		if (s->name && s->account->uid == uid && strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

bool session_has_room(const struct session *s)
{
	return s->endpoints_n < s->core->config->sockets_per_client &&
	       !account_full(s->account, ACCOUNT_SOCKETS, 1);
}
