/* sctpd: owns the SCTP sockets and associations of a host for its local clients. */
#include "config.h"
#include "daemon.h"
#include "log.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
	struct daemon *daemon = NULL;
	struct config config;
	int r;

	r = config_load(&config, argc, argv);
	if (r != 0)
		return r > 0 ? EXIT_SUCCESS : 2;
	log_open(priorities[config.log_level]);
	r = daemon_new(&config, &daemon);
	if (r == 0)
		r = daemon_run(daemon);
	daemon_free(daemon);
	config_free(&config);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
