/* Waits for the daemon, standard input and the signals that end a command. */
#include "loop.h"

#include "sctpd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* The last signal: SIGTERM takes precedence over SIGINT; 0: none. */
static volatile sig_atomic_t came;
static sigset_t unblocked;

static void on_signal(int number)
{
	if (came != SIGTERM)
		came = number;
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
	return came;
}

bool loop_take_interrupt(void)
{
	if (came != SIGINT)
		return false;
	came = 0;
	return true;
}

int loop_wait(struct sctpd *c, bool input, int timeout_ms, bool *input_ready)
{
	const struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
	struct pollfd fds[2] = {
	    {.fd = sctpd_get_fd(c), .events = sctpd_get_events(c)},
	    {.fd = input ? STDIN_FILENO : -1, .events = POLLIN},
	};
	int n = ppoll(fds, 2, timeout_ms < 0 ? NULL : &timeout, &unblocked);

	*input_ready = n > 0 && fds[1].revents;
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (!fds[0].revents)
		return 0;
	n = sctpd_process(c);
	return n < 0 ? n : 0;
}

int64_t loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *loop_failure(const struct sctpd *c)
{
	const char *why = sctpd_get_failure(c);

	return why ? why : "waiting for input failed";
}
