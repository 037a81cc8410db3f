/* A peer in a process of its own, for what has to happen while the test's loop stands still. */
#include "stack_cases.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define VISIT_MS 20000

/* --- in the peer's process --- */

static bool visit(uint16_t port)
{
	struct stack_endpoint *e;
	struct end *end;

	return world_open(NULL, 0, NULL, 0, &e) == 0 && end_connect(e, "127.0.0.1", port, &end) == 0 &&
	       end_wait_change(end, NAME_assoc_change_state_comm_up) &&
	       end_send(end, 1, 9, "hello", 5) == 0 && end_send(end, 2, 9, "world", 5) == 0 &&
	       ops()->eof(end->assoc) == 0 && end_wait_change(end, NAME_assoc_change_state_shutdown_comp);
}

int peer_main(const struct stack_ops *stack, char **argv)
{
	struct stack_config config = {.asked = true, .udp_port = atoi(argv[1])};
	bool done;

	if (world_start(stack, &config) < 0)
		return 2;
	world.peer_udp_port = atoi(argv[2]);
	done = visit(atoi(argv[0]));
	world_stop();
	return done ? 0 : 1;
}

/* --- in the test's --- */

static uint16_t free_udp_port(void)
{
	struct address any = address_of("0.0.0.0", 0);
	socklen_t len = address_length(&any);
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, &any.sa, len) || getsockname(fd, &any.sa, &len))
		return 0;
	return address_port(&any);
}

/* By its name: /proc/self/exe itself would be valgrind, where that runs us. */
static const char *own_path(void)
{
	static char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[len > 0 ? len : 0] = '\0';
	return path;
}

/* The peer's end of the pipe @alive closes when the peer is gone. */
static pid_t spawn(uint16_t port, int alive)
{
	posix_spawn_file_actions_t actions;
	char self[] = "stack_test", mode[] = "peer", stack[16], to[8], own_udp[8], peer_udp[8];
	char *argv[] = {self, mode, stack, to, own_udp, peer_udp, NULL};
	pid_t pid;
	int error;

	snprintf(stack, sizeof(stack), "%s", ops()->name);
	snprintf(to, sizeof(to), "%u", port);
	snprintf(own_udp, sizeof(own_udp), "%u", world.info.udp_port ? free_udp_port() : 0);
	snprintf(peer_udp, sizeof(peer_udp), "%u", world.info.udp_port);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, alive, 3);
	posix_spawn_file_actions_addclosefrom_np(&actions, 4);
	error = posix_spawn(&pid, own_path(), &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error ? -1 : pid;
}

bool peer_visit(uint16_t port)
{
	struct pollfd ended = {.events = POLLIN};
	int alive[2], status = -1;
	pid_t pid;

	if (pipe2(alive, O_CLOEXEC) < 0)
		return false;
	pid = spawn(port, alive[1]);
	close(alive[1]);
	ended.fd = alive[0];
	if (pid > 0 && poll(&ended, 1, VISIT_MS) != 1)
		kill(pid, SIGKILL);
	close(alive[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
