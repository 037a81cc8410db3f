/* Takes over from a dead worker: claims its socket, receives the requests that the worker did not
 * acknowledge, and goes on until the peer shuts down. Usage: successor [NAME]; NAME is the name of the socket
 * ("worker").
 *
 * The answer to `claim` has everything it needs: the epoch, the associations, the worker's note. */
#include <sctpd.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 30000

static struct sctpd *sctpd;

/* The parsed result, to be freed with sctpd_json_free(); NULL after the error that is called @expected (or
 * NULL). Another error ends the program. */
__attribute__((format(printf, 3, 4))) static struct sctpd_json *call(const char *expected, const char *method,
                                                                     const char *format, ...)
{
	struct sctpd_json *parsed = NULL;
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
	if (result)
		sctpd_json_parse(result, &parsed);
	sctpd_free(result);
	return parsed;
}

/* The string at @path of @json, borrowed from @json; "" if there is none. */
static const char *text(const struct sctpd_json *json, const char *path)
{
	const char *found;

	return sctpd_json_get_string(json, path, &found, NULL) == 0 ? found : "";
}

static int64_t number(const struct sctpd_json *json, const char *path)
{
	int64_t ret = 0;

	sctpd_json_get_integer(json, path, &ret);
	return ret;
}

/* The id of the socket called @name, from `list`. */
static int64_t find_socket(const char *name)
{
	struct sctpd_json *list = call(NULL, "list", "{\"what\":[\"sockets\"]}");
	const struct sctpd_json *each;
	int64_t socket = 0;
	char path[64];

	for (int i = 0; !socket; i++) {
		snprintf(path, sizeof(path), "sockets.%d", i);
		if (sctpd_json_get(list, path, &each) < 0) {
			fprintf(stderr, "there is no socket called \"%s\": has its worker been started?\n",
			        name);
			exit(EXIT_FAILURE);
		}
		if (strcmp(text(each, "name"), name) == 0)
			socket = number(each, "socket");
	}
	sctpd_json_free(list);
	return socket;
}

/* Prints "?" for everything but printable ASCII: a peer wrote it, and must not drive the terminal. */
static void print_text(const char *from_peer)
{
	for (const char *c = from_peer; *c; c++)
		putchar(*c >= ' ' && *c <= '~' ? *c : '?');
}

/* Becomes the owner of @socket. The first association on it. */
static int64_t claim(int64_t socket)
{
	struct sctpd_json *got =
	    call(NULL, "claim", "{\"socket\":%" PRId64 ",\"expect_epoch\":1,\"encoding\":\"text\"}", socket);
	int64_t assoc = number(got, "assocs.0.assoc");

	printf("claimed   epoch %" PRId64 "; its note: \"", number(got, "epoch"));
	print_text(text(got, "note.text"));
	printf("\"; %" PRId64 " not acknowledged\n", number(got, "assocs.0.unacked"));
	sctpd_json_free(got);
	if (!assoc) {
		fputs("the socket has no association: its peer has left\n", stderr);
		exit(EXIT_FAILURE);
	}
	return assoc;
}

/* A call with the epoch of the dead worker is refused. */
static void show_fence(int64_t assoc)
{
	struct sctpd_json *sent = call(
	    "wrong_epoch", "send", "{\"assoc\":%" PRId64 ",\"epoch\":1,\"text\":\"from the dead\"}", assoc);

	if (!sent)
		puts("refused   a message of epoch 1: it is 2 now");
	sctpd_json_free(sent);
}

static void answer(const struct sctpd_json *item, int64_t assoc)
{
	const char *request = text(item, "text"), *last = strrchr(request, ' ');
	int again = 0;

	sctpd_json_get_boolean(item, "redelivered", &again);
	fputs("received  \"", stdout);
	print_text(request);
	printf("\"%s: answered, acknowledged\n", again ? " (redelivered)" : "");
	sctpd_json_free(call(NULL, "send",
	                     "{\"assoc\":%" PRId64 ",\"ppid\":46,\"text\":\"answer %d from C\"}", assoc,
	                     last ? atoi(last) : 0));
}

/* Handles the next message or event. False after the last one. */
static int serve(int64_t socket)
{
	struct sctpd_json *items =
	    call(NULL, "recv", "{\"socket\":%" PRId64 ",\"encoding\":\"text\"}", socket);
	const struct sctpd_json *item;
	int64_t assoc;
	int over;

	sctpd_json_get(items, "items.0", &item);
	assoc = number(item, "assoc");
	over = strcmp(text(item, "state"), "shutdown_comp") == 0;
	if (strcmp(text(item, "type"), "data") == 0)
		answer(item, assoc);
	sctpd_json_free(
	    call(NULL, "ack", "{\"assoc\":%" PRId64 ",\"seq\":%" PRId64 "}", assoc, number(item, "seq")));
	sctpd_json_free(items);
	return !over;
}

static int cannot_reach(int r)
{
	char *paths = sctpd_socket_paths(NULL);

	for (char *end = paths; end && (end = strchr(end, '\n'));)
		*end = ' ';
	fprintf(stderr,
	        "cannot reach sctpd at %s: %s\nIs the daemon running? Set SCTPD_SOCKET to the path of its "
	        "control socket.\n",
	        paths ? paths : "?", strerror(-r));
	sctpd_free(paths);
	return 2;
}

int main(int argc, char **argv)
{
	int64_t socket;
	int r;

	if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
		fprintf(stderr, "Usage: %s [NAME]\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	r = sctpd_open(NULL, &sctpd);
	if (r < 0)
		return cannot_reach(r);
	socket = find_socket(argc > 1 ? argv[1] : "worker");
	show_fence(claim(socket));
	while (serve(socket))
		;
	puts("the peer has shut down: everything was answered");
	sctpd_close(sctpd);
	return EXIT_SUCCESS;
}
