/* The stack of the Linux kernel: the probe, its capabilities, and its table of functions. */
#include "stack/kernel/kernel.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

static bool protocol_registered(void)
{
	char line[256];
	bool found = false;
	FILE *f = fopen("/proc/net/protocols", "re");

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strncmp(line, "SCTP", 4) == 0;
	fclose(f);
	return found;
}

static int socket_works(int family)
{
	int fd = socket(family, SOCK_SEQPACKET | SOCK_CLOEXEC, IPPROTO_SCTP);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

bool kernel_module_waits(const char *modules)
{
	char line[512];
	bool found = false;
	FILE *f = fopen(modules, "re");

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strncmp(line, "kernel/net/sctp/sctp.ko", 23) == 0;
	fclose(f);
	return found;
}

static bool host_has_module(void)
{
	struct utsname u;
	char path[128];

	if (uname(&u) < 0)
		return false;
	snprintf(path, sizeof(path), "/lib/modules/%.64s/modules.dep", u.release);
	return kernel_module_waits(path);
}

/* socket(2) makes the kernel load its module, so it is only tried where SCTP is loaded or was asked for by
 * name. */
static int kernel_probe(const struct stack_config *config, char *why, size_t why_len)
{
	int error;

	if (!protocol_registered() && !config->asked) {
		snprintf(why, why_len, "the kernel has no SCTP loaded (/proc/net/protocols)%s",
		         host_has_module() ? "; `modprobe sctp` loads it, a line \"sctp\" in "
		                             "/etc/modules-load.d/sctp.conf at each start"
		                           : "");
		return -EPROTONOSUPPORT;
	}
	error = socket_works(AF_INET);
	if (error)
		snprintf(why, why_len, "the kernel refuses an SCTP socket: %s", strerror(-error));
	return error;
}

static uint16_t read_udp_port(void)
{
	unsigned port = 0;
	FILE *f = fopen("/proc/sys/net/sctp/udp_port", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%u", &port) != 1)
		port = 0;
	fclose(f);
	return port <= UINT16_MAX ? port : 0;
}

static void find_caps(struct stack *s)
{
	size_t n = 0;

	s->caps[n++] = "multihoming";
	s->caps[n++] = "partial_reliability";
	if (socket_works(AF_INET6) == 0)
		s->caps[n++] = "ipv6";
	if (s->udp_port)
		s->caps[n++] = "udp_encapsulation";
}

static void find_version(struct stack *s)
{
	struct utsname u;

	if (uname(&u) == 0)
		snprintf(s->version, sizeof(s->version), "%.16s %.40s", u.sysname, u.release);
}

static int kernel_start(const struct stack_config *config, struct event_base *base,
                        const struct stack_sink *sink, struct stack **ret)
{
	char why[8];
	int error = kernel_probe(config, why, sizeof(why));
	struct stack *s;

	if (error)
		return error;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->buffer = malloc(PIECE_MAX + PIECE_SLACK);
	if (!s->buffer) {
		free(s);
		return -ENOMEM;
	}
	s->base = base;
	s->sink = sink;
	kernel_rest_init(s);
	s->udp_port = read_udp_port();
	find_caps(s);
	find_version(s);
	*ret = s;
	return 0;
}

static void kernel_stop(struct stack *s)
{
	if (!s)
		return;
	evtimer_del(&s->rest);
	free(s->buffer);
	free(s);
}

static void kernel_describe(struct stack *s, struct stack_info *ret)
{
	*ret = (struct stack_info){
	    .name = kernel_stack_ops.name, .transport = "ip", .udp_port = s->udp_port, .caps = s->caps};
	memcpy(ret->version, s->version, sizeof(ret->version));
}

const struct stack_ops kernel_stack_ops = {
    .name = "kernel",
    .layout = &kernel_layout,
    .summary = "SCTP of the Linux kernel",
    .probe = kernel_probe,
    .start = kernel_start,
    .stop = kernel_stop,
    .describe = kernel_describe,
    .check_netns = kernel_netns_check,
    .open = kernel_endpoint_open,
    .close = kernel_endpoint_close,
    .bindx = kernel_endpoint_bindx,
    .listen = kernel_endpoint_listen,
    .local_addrs = kernel_endpoint_local_addrs,
    .hold = kernel_endpoint_hold,
    .negotiates_late = true,
    .host_routes = true,
    .connect = kernel_endpoint_connect,
    .send = kernel_assoc_send,
    .recv = kernel_assoc_recv,
    .set_event = kernel_assoc_set_event,
    .want = kernel_assoc_want,
    .eof = kernel_assoc_eof,
    .abort = kernel_assoc_abort,
    .free_assoc = kernel_assoc_free,
    .max_message = kernel_assoc_max_message,
    .unacked = kernel_assoc_unacked,
    .weigh = kernel_assoc_weigh,
    .endpoint_kept = sizeof(struct stack_endpoint),
    .peer_addrs = kernel_assoc_peer_addrs,
    .assoc_local_addrs = kernel_assoc_local_addrs,
    .link_local = true,
    .shares_addrs = true,
    .exchanges_addrs = true,
    .assoc_bindx = kernel_assoc_bindx,
    .get_option = kernel_option_get,
    .set_option = kernel_option_set,
};
