/* Waiting for the daemon, standard input and the signals that end a command. */
#include "loop.h"

#include "sctpd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static sigset_t unblocked;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

void loop_catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &unblocked);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool loop_interrupted(void)
{
	return interrupted;
}

int loop_wait(struct sctpd *c, bool input, bool *input_ready)
{
	struct pollfd fds[2] = {
	    {.fd = sctpd_get_fd(c), .events = sctpd_get_events(c)},
	    {.fd = input ? STDIN_FILENO : -1, .events = POLLIN},
	};
	int n = ppoll(fds, 2, NULL, &unblocked);

	*input_ready = n > 0 && fds[1].revents;
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (!fds[0].revents)
		return 0;
	n = sctpd_process(c);
	return n < 0 ? n : 0;
}

const char *loop_failure(const struct sctpd *c)
{
	const char *why = sctpd_get_failure(c);

	return why ? why : "waiting for input failed";
}
