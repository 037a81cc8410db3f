/* sctpd: owns the SCTP sockets and associations of a host for its local clients. */
#include "config/config.h"
#include "daemon.h"
#include "rpc/dispatch.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

/* The memory holds keys and messages of clients. A leak checker must be able to read it, so its builds may
 * dump. */
static void forbid_core_dumps(void)
{
#ifndef SCTPD_CHECKS
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		log_warning("a crash may leave a core: %s", strerror(errno));
#endif
}

int main(int argc, char **argv)
{
	struct daemon *daemon = NULL;
	struct config_error error;
	struct config *config;
	int r;

	r = config_load(&config, argc, argv, &error);
	if (r < 0)
		fprintf(stderr, "sctpd: %s\n", error.text);
	if (r == CONFIG_OPENRPC)
		dispatch_print_openrpc();
	if (r != 0)
		return r > 0 ? EXIT_SUCCESS : 2;
	log_open(config_log_priority(config));
	config_log_oddities(config);
	if (!config->core_dumps)
		forbid_core_dumps();
	r = daemon_new(config, &daemon);
	if (r == 0)
		r = daemon_run(daemon);
	daemon_free(daemon);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
