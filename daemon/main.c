/* sctpd: owns the SCTP sockets and associations of a host for its local clients. */
#include "config.h"
#include "daemon.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct daemon *daemon = NULL;
	struct config_error error;
	struct config *config;
	int r;

	r = config_load(&config, argc, argv, &error);
	if (r < 0)
		fprintf(stderr, "sctpd: %s\n", error.text);
	if (r != 0)
		return r > 0 ? EXIT_SUCCESS : 2;
	log_open(config_log_priority(config));
	r = daemon_new(config, &daemon);
	if (r == 0)
		r = daemon_run(daemon);
	daemon_free(daemon);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
