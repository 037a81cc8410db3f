/* What the watchdog notices and what it lets pass. It ends its process, so each case has one of its own. */
#include "loop/watchdog.h"
#include "support/unit.h"
#include "util/log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS 300
#define LONG_MS  (LIMIT_MS * 4)
#define MUCH_MS  20000 /* only a test that fails takes so long */

static struct pulse watched;

static struct pulse *only_pulse(void *arg, unsigned i)
{
	(void)arg;
	return i == 0 ? &watched : NULL;
}

static void pause_ms(unsigned ms)
{
	const struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&ts, NULL);
}

static struct watchdog *start(uint64_t limit_ms)
{
	const struct watchdog_config how = {.limit_ms = limit_ms, .pulse = only_pulse};
	struct watchdog *w;

	if (watchdog_new(&how, &w) < 0)
		_exit(9);
	return w;
}

/* Runs @body in a process whose standard error is @said, of @size; returns how it ended, as wait(2) has it.
 * @meanwhile (or NULL) is called with its id. */
static int run(void (*body)(void), void (*meanwhile)(pid_t), char *said, size_t size)
{
	int out[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDERR_FILENO);
		close(out[0]);
		close(out[1]);
		log_open(LOG_INFO);
		alarm(MUCH_MS / 1000);
		body();
		_exit(0);
	}
	close(out[1]);
	if (meanwhile)
		meanwhile(pid);
	while (len < size - 1 && (n = read(out[0], said + len, size - 1 - len)) > 0)
		len += n;
	said[len] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void stand_still(void)
{
	pulse_begin(&watched, "the thread of this test");
	pulse_beat(&watched);
	watchdog_phase("waiting for nothing");
	start(LIMIT_MS);
	for (;;)
		pause();
}

static void test_who_stands_still_is_named_and_the_process_ends(void **state)
{
	char said[16384];
	int status = run(stand_still, NULL, said, sizeof(said));

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(said, "the thread of this test has made no progress for 300 ms"));
	assert_non_null(strstr(said, "waiting for nothing"));
	assert_non_null(strstr(said, "test_watchdog")); /* its stack */
}

static void rest(void)
{
	struct watchdog *w;

	pulse_begin(&watched, "the thread of this test");
	pulse_rest(&watched);
	w = start(LIMIT_MS);
	pause_ms(LONG_MS);
	watchdog_free(w);
}

static void test_who_waits_for_work_may_wait(void **state)
{
	char said[16384];

	(void)state;
	assert_int_equal(run(rest, NULL, said, sizeof(said)), 0);
	assert_string_equal(said, "");
}

static void go_on(void)
{
	struct watchdog *w;

	pulse_begin(&watched, "the thread of this test");
	pulse_beat(&watched);
	w = start(LIMIT_MS);
	for (int i = 0; i < LONG_MS; i += 5) {
		pause_ms(5);
		pulse_beat(&watched);
	}
	watchdog_free(w);
}

static void stop_for_a_while(pid_t pid)
{
	pause_ms(LIMIT_MS);
	kill(pid, SIGSTOP);
	pause_ms(LONG_MS);
	kill(pid, SIGCONT);
}

static void test_time_for_which_the_process_is_stopped_does_not_count(void **state)
{
	char said[16384];

	(void)state;
	assert_int_equal(run(go_on, stop_for_a_while, said, sizeof(said)), 0);
	assert_string_equal(said, "");
}

static void end_the_pulse(void)
{
	struct watchdog *w;

	pulse_begin(&watched, "the thread of this test");
	pulse_beat(&watched);
	pulse_end(&watched);
	w = start(LIMIT_MS);
	pause_ms(LONG_MS);
	watchdog_free(w);
}

static void test_who_has_ended_need_not_go_on(void **state)
{
	char said[16384];

	(void)state;
	assert_int_equal(run(end_the_pulse, NULL, said, sizeof(said)), 0);
}

static void test_without_a_limit_and_without_systemd_there_is_none(void **state)
{
	const struct watchdog_config how = {.pulse = only_pulse};
	struct watchdog *w;

	(void)state;
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(watchdog_new(&how, &w), 0);
	assert_null(w);
	assert_int_equal(watchdog_period_ms(w), 0);
}

/* --- systemd --- */

static int listen_as_systemd(struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char pid[32];

	memset(at, 0, sizeof(*at));
	at->sun_family = AF_UNIX;
	snprintf(at->sun_path, sizeof(at->sun_path), "/tmp/test-watchdog-%d", getpid());
	unlink(at->sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof(*at)), 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("NOTIFY_SOCKET", at->sun_path, 1);
	setenv("WATCHDOG_USEC", "300000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	return fd;
}

static void stop_as_systemd(int fd, const struct sockaddr_un *at)
{
	close(fd);
	unlink(at->sun_path);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

/* Whether it heard from us within @ms. */
static bool is_fed(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char text[64];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return false;
	n = recv(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "WATCHDOG=1");
	return true;
}

static void test_systemd_hears_from_us_while_all_go_on_and_not_longer(void **state)
{
	struct sockaddr_un at;
	struct watchdog *w;
	int fd = listen_as_systemd(&at);
	int more = 0;

	(void)state;
	pulse_begin(&watched, "the thread of this test");
	pulse_rest(&watched);
	w = start(0);
	for (int i = 0; i < 20; i++)
		assert_true(is_fed(fd, MUCH_MS));
	pulse_beat(&watched); /* it has work, and does not go on */
	while (is_fed(fd, LIMIT_MS * 2))
		assert_true(++more < 30);
	pulse_beat(&watched);
	assert_true(is_fed(fd, MUCH_MS));
	watchdog_free(w);
	stop_as_systemd(fd, &at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_who_stands_still_is_named_and_the_process_ends),
	    cmocka_unit_test(test_who_waits_for_work_may_wait),
	    cmocka_unit_test(test_time_for_which_the_process_is_stopped_does_not_count),
	    cmocka_unit_test(test_who_has_ended_need_not_go_on),
	    cmocka_unit_test(test_without_a_limit_and_without_systemd_there_is_none),
	    cmocka_unit_test(test_systemd_hears_from_us_while_all_go_on_and_not_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
