/* A client that connects with 5 outbound streams, sends "Test 0" on stream 0, which succeeds, and "Test 5" on
 * stream 5, which fails and says why, then aborts the association. Usage: client [ADDRESS [PORT]]
 *
 * The second example of gen_sctp's manual, for sctpd, on libsctpd. */
#include <sctpd.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 10000

/* Calls @method and prints how it went; an error is expected only if it is called @expected (or NULL). The
 * result, to be freed with sctpd_free(), or NULL. */
static char *call(struct sctpd *c, const char *method, const char *params, const char *expected)
{
	struct sctpd_error *error;
	char *result;

	if (sctpd_call(c, method, params, TIMEOUT_MS, &result, &error) == 0)
		printf("%s: ok\n", method);
	else if (expected && strcmp(sctpd_error_name(error), expected) == 0)
		printf("%s: error %s: %s\n", method, expected, sctpd_error_message(error));
	else
		fprintf(stderr, "%s failed: %s\n", method, sctpd_error_message(error));
	sctpd_error_free(error);
	return result;
}

static int64_t connect_to(struct sctpd *c, const char *address, int port)
{
	char params[256], *quoted = sctpd_json_quote(address), *result;
	int64_t assoc = -1, streams = 0;

	snprintf(params, sizeof(params),
	         "{\"addrs\":[%.120s],\"port\":%d,\"options\":{\"initmsg\":{\"num_ostreams\":5}}}",
	         quoted ? quoted : "", port);
	sctpd_free(quoted);
	result = call(c, "connect", params, NULL);
	if (result && sctpd_json_integer(result, "assoc", &assoc) == 0 &&
	    sctpd_json_integer(result, "outbound_streams", &streams) == 0)
		printf("Connection successful, assoc=%" PRId64 ", %" PRId64 " outbound streams\n", assoc,
		       streams);
	sctpd_free(result);
	return assoc;
}

/* Whether the daemon accepted the message. */
static int send_text(struct sctpd *c, int64_t assoc, int stream, const char *text, const char *expected)
{
	char params[256], *result;
	int accepted;

	snprintf(params, sizeof(params), "{\"assoc\":%" PRId64 ",\"stream\":%d,\"text\":\"%s\"}", assoc,
	         stream, text);
	result = call(c, "send", params, expected);
	accepted = result != NULL;
	sctpd_free(result);
	return accepted;
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
	int port = argc > 2 ? atoi(argv[2]) : 2006, as_expected, r;
	char params[64];
	struct sctpd *c;
	int64_t assoc;

	if (argc > 3 || port < 1 || port > 65535) {
		fprintf(stderr, "Usage: %s [ADDRESS [PORT]]\n", argv[0]);
		return 2;
	}
	r = sctpd_open(NULL, &c);
	if (r < 0)
		return cannot_reach(r);
	assoc = connect_to(c, argc > 1 ? argv[1] : "127.0.0.1", port);
	if (assoc < 0) {
		sctpd_close(c);
		return EXIT_FAILURE;
	}
	as_expected = send_text(c, assoc, 0, "Test 0", NULL);
	as_expected &= !send_text(c, assoc, 5, "Test 5", "bad_stream");
	snprintf(params, sizeof(params), "{\"assoc\":%" PRId64 ",\"reason\":\"done\"}", assoc);
	sctpd_free(call(c, "abort", params, NULL));
	sctpd_close(c);
	return as_expected ? EXIT_SUCCESS : EXIT_FAILURE;
}
