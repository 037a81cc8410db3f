/* A batch: calls that came in one line, and their answers, which leave in one line. */
#include "rpc/batch.h"

#include "feed/conn_wire.h"
#include "feed/line.h"
#include "sctp/core.h"
#include "server/client.h"
#include "util/cleanup.h"

#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdlib.h>

/* Gathered answers of this size are allowed even if the user's account is full. */
#define SMALL_ANSWERS 16384

size_t batch_bytes(const struct batch *batch)
{
	return sizeof(*batch) + evbuffer_get_length(batch->answers) + (batch->json ? batch->cost : 0);
}

static void batch_recharge(struct batch *batch)
{
	if (batch->client)
		charge_set(&batch->charge, batch->client->conn.account, ACCOUNT_BYTES, batch_bytes(batch));
}

struct batch *batch_new(struct client *client, struct json_object *json, size_t cost)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (batch)
		batch->answers = evbuffer_new();
	if (!batch || !batch->answers) {
		json_object_put(json);
		free(batch);
		return NULL;
	}
	batch->client = client;
	batch->json = json;
	batch->cost = cost;
	batch->missing = json_object_array_length(json);
	TAILQ_INSERT_TAIL(&client->batches, batch, in_client);
	batch_recharge(batch);
	return batch;
}

bool batch_next(struct batch *batch, struct json_object **ret)
{
	if (!batch->json)
		return false;
	*ret = json_object_get(json_object_array_get_idx(batch->json, batch->next++));
	if (batch->next == json_object_array_length(batch->json)) {
		json_object_put(TAKE_PTR(batch->json));
		batch_recharge(batch);
	}
	return true;
}

bool batch_is_full(const struct batch *batch)
{
	const struct client *c = batch->client;

	if (c->gathered >= c->conn.core->config->output_bytes_per_client)
		return true;
	return c->gathered >= SMALL_ANSWERS && account_full(c->conn.account, ACCOUNT_BYTES, 0);
}

static void batch_leave(struct batch *batch)
{
	struct client *c = TAKE_PTR(batch->client);

	TAILQ_REMOVE(&c->batches, batch, in_client);
	c->gathered -= evbuffer_get_length(batch->answers);
	charge_clear(&batch->charge);
}

static void batch_free(struct batch *batch)
{
	if (batch->client)
		batch_leave(batch);
	json_object_put(batch->json);
	evbuffer_free(batch->answers);
	free(batch);
}

/* Moves the answers to the client's output. */
static void batch_send(struct batch *batch)
{
	struct client *c = batch->client;

	if (evbuffer_get_length(batch->answers) == 0)
		return;
	c->gathered -= evbuffer_get_length(batch->answers);
	evbuffer_add(batch->answers, "]\n", 2);
	charge_clear(&batch->charge);
	line_append(conn_output(&c->conn), batch->answers);
}

void batch_skip_answer(struct batch *batch)
{
	if (--batch->missing > 0)
		return;
	if (batch->client)
		batch_send(batch);
	batch_free(batch);
}

struct evbuffer *batch_open_answer(struct batch *batch)
{
	size_t before = evbuffer_get_length(batch->answers);

	if (!batch->client)
		return NULL;
	batch->client->gathered -= before; /* batch_close_answer() adds them again, with the new answer */
	evbuffer_add(batch->answers, before ? "," : "[", 1);
	return batch->answers;
}

void batch_close_answer(struct batch *batch)
{
	batch->client->gathered += evbuffer_get_length(batch->answers);
	batch_recharge(batch);
	batch_skip_answer(batch);
}

void batch_forget_client(struct batch *batch)
{
	batch_leave(batch);
	if (batch->json)
		batch->missing -= json_object_array_length(batch->json) - batch->next;
	json_object_put(TAKE_PTR(batch->json));
	evbuffer_drain(batch->answers, evbuffer_get_length(batch->answers));
	if (batch->missing == 0)
		batch_free(batch);
}
