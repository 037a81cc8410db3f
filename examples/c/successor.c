/* Takes over what a dead worker owned: claims its socket, gets all that it did not acknowledge, and goes on
 * until the peer shuts down. Usage: successor [NAME], that of the socket ("worker").
 *
 * Everything it needs comes with the claim: the epoch, the associations, the note the worker left. */
#include <sctpd.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 30000
#define TEXT_MAX   256

static struct sctpd *sctpd;

/* The result, to be freed with sctpd_free(). An error ends the program, but for the one named @expected: then
 * NULL. */
__attribute__((format(printf, 3, 4))) static char *call(const char *expected, const char *method,
                                                        const char *format, ...)
{
	struct sctpd_error *error;
	char params[512], *result;
	va_list args;

	va_start(args, format);
	vsnprintf(params, sizeof(params), format, args);
	va_end(args);
	if (sctpd_call(sctpd, method, params, TIMEOUT_MS, &result, &error) < 0 &&
	    (!expected || strcmp(sctpd_error_name(error), expected) != 0)) {
		fprintf(stderr, "%s failed: %s\n", method, sctpd_error_message(error));
		exit(EXIT_FAILURE);
	}
	sctpd_error_free(error);
	return result;
}

/* The member of @json at @path, into @ret; "" where there is none. */
static char *text(const char *json, const char *path, char ret[static TEXT_MAX])
{
	char *found = NULL;

	sctpd_json_text(json, path, &found);
	snprintf(ret, TEXT_MAX, "%s", found ? found : "");
	sctpd_free(found);
	return ret;
}

static int64_t number(const char *json, const char *path)
{
	int64_t ret = 0;

	sctpd_json_integer(json, path, &ret);
	return ret;
}

/* The id of the socket with that name, as `list` has it. */
static int64_t find_socket(const char *name)
{
	char *list = call(NULL, "list", "{\"what\":[\"sockets\"]}"), path[64], found[TEXT_MAX];
	int64_t socket = 0;

	for (int i = 0; !socket; i++) {
		snprintf(path, sizeof(path), "sockets.%d.socket", i);
		socket = number(list, path);
		if (!socket) {
			fprintf(stderr, "there is no socket \"%s\"\n", name);
			exit(EXIT_FAILURE);
		}
		snprintf(path, sizeof(path), "sockets.%d.name", i);
		if (strcmp(text(list, path, found), name) != 0)
			socket = 0;
	}
	sctpd_free(list);
	return socket;
}

/* The association on it. */
static int64_t claim(int64_t socket)
{
	int64_t assoc;
	char note[TEXT_MAX],
	    *got = call(NULL, "claim", "{\"socket\":%" PRId64 ",\"expect_epoch\":1,\"encoding\":\"text\"}",
	                socket);

	printf("claimed   epoch %" PRId64 "; its note: \"%s\"; %" PRId64 " not acknowledged\n",
	       number(got, "epoch"), text(got, "note.text", note), number(got, "assocs.0.unacked"));
	assoc = number(got, "assocs.0.assoc");
	sctpd_free(got);
	return assoc;
}

/* A call by the dead worker's epoch would have no effect. */
static void show_fence(int64_t assoc)
{
	if (!call("wrong_epoch", "send", "{\"assoc\":%" PRId64 ",\"epoch\":1,\"text\":\"from the dead\"}",
	          assoc))
		puts("refused   a message of epoch 1: it is 2 now");
}

static void answer(const char *items, int64_t assoc)
{
	char request[TEXT_MAX], again[TEXT_MAX], *last;

	last = strrchr(text(items, "items.0.text", request), ' ');

	printf("received  \"%s\"%s: answered, acknowledged\n", request,
	       *text(items, "items.0.redelivered", again) ? " (redelivered)" : "");
	sctpd_free(call(NULL, "send", "{\"assoc\":%" PRId64 ",\"ppid\":46,\"text\":\"answer%s from C\"}",
	                assoc, last ? last : ""));
}

/* The next message or event: false after the last. */
static int serve(int64_t socket)
{
	char *items = call(NULL, "recv", "{\"socket\":%" PRId64 ",\"encoding\":\"text\"}", socket);
	int64_t assoc = number(items, "items.0.assoc");
	char state[TEXT_MAX], type[TEXT_MAX];
	int over = strcmp(text(items, "items.0.state", state), "shutdown_comp") == 0;

	if (strcmp(text(items, "items.0.type", type), "data") == 0)
		answer(items, assoc);
	sctpd_free(call(NULL, "ack", "{\"assoc\":%" PRId64 ",\"seq\":%" PRId64 "}", assoc,
	                number(items, "items.0.seq")));
	sctpd_free(items);
	return !over;
}

int main(int argc, char **argv)
{
	int64_t socket;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (sctpd_open(NULL, &sctpd) < 0) {
		fprintf(stderr, "cannot reach sctpd\n");
		return EXIT_FAILURE;
	}
	socket = find_socket(argc > 1 ? argv[1] : "worker");
	show_fence(claim(socket));
	while (serve(socket))
		;
	puts("the peer has shut down: everything was answered");
	sctpd_close(sctpd);
	return EXIT_SUCCESS;
}
