/* SCTP in this process: the usrsctp library, over UDP (RFC 6951) without any privilege, or over raw IP. */
#include "stack/usrsctp/asconf.h"
#include "stack/usrsctp/host.h"
#include "stack/usrsctp/interpose.h"
#include "stack/usrsctp/private.h"

#include "util/cleanup.h"
#include "util/pulse.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FINISH_TRIES   100
#define FINISH_WAIT_NS 10000000L /* between the tries: 1 s in all */
#define GATE_TRIES                                                                                           \
	200 /* attempts to wait of the same length: the library's threads may be slow on a busy machine */

/* The last version whose parameter loops may not end, and whose associations are ended by a forged INIT;
 * fixed in 2021. */
#define LAST_WITHOUT_MENDS "0.9.5.0"

/* The library is global to the process: one stack at a time, and no other after one that could not be
 * stopped. */
static bool in_use;

int us_error(void)
{
	return errno > 0 ? -errno : -EIO;
}

/* Exported by the library, but in no header, and perhaps missing in another version. */
__attribute__((weak)) void sctp_close(struct socket *so);
__attribute__((weak)) void recv_thread_destroy(void);
__attribute__((weak)) void sctp_stop_timer_thread(void);
__attribute__((weak)) uint32_t sctp_get_tick_count(void);

/* usrsctp_close() drops the last reference to the socket before it takes the socket from its associations.
 * A packet between the two makes the library free it twice. sctp_close() takes it from them first. */
void us_socket_close(struct socket *so)
{
	const struct linger abort = {.l_onoff = 1};

	if (!so)
		return;
	usrsctp_setsockopt(so, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	if (sctp_close)
		sctp_close(so);
	usrsctp_close(so);
}

/* An association may end while it is being peeled off. The library has made a socket with an endpoint by
 * then, finds nothing to move, and frees the socket but not the endpoint, which points to it for ever. A
 * peer can cause that at will, by aborting as soon as the association is up. This function replaces the
 * step that fails, while the socket still exists. */
int sctp_do_peeloff(struct socket *head, struct socket *so, sctp_assoc_t id);

INTERPOSED int sctp_do_peeloff(struct socket *head, struct socket *so, sctp_assoc_t id)
{
	int error = us_real.do_peeloff(head, so, id);

	if (error && sctp_close)
		sctp_close(so); /* removes the endpoint; a second call does nothing */
	return error;
}

/* --- the probe --- */

static int refuse(int error, char *why, size_t why_len, const char *text)
{
	snprintf(why, why_len, "%s", text);
	return error;
}

static bool line_starts(const char *path, const char *word)
{
	char line[512];
	size_t len = strlen(word);
	bool found = false;
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strncmp(line, word, len) == 0;
	fclose(f);
	return found;
}

/* Never socket(…, IPPROTO_SCTP): that would load the module. */
static bool kernel_has_sctp(void)
{
	return line_starts("/proc/net/protocols", "SCTP") || line_starts("/proc/modules", "sctp ");
}

static struct __user_cap_header_struct cap_header = {.version = _LINUX_CAPABILITY_VERSION_3};

static bool have_net_raw(struct __user_cap_data_struct data[2])
{
	memset(data, 0, 2 * sizeof(*data));
	return syscall(SYS_capget, &cap_header, data) == 0 && (data[0].effective & (1U << CAP_NET_RAW));
}

static int probe_raw(char *why, size_t why_len)
{
	struct __user_cap_data_struct data[2];

	if (kernel_has_sctp())
		return refuse(
		    -EBUSY, why, why_len,
		    "raw mode cannot run beside the kernel's SCTP, which would abort its associations");
	if (!have_net_raw(data))
		return refuse(-EPERM, why, why_len, "raw mode needs CAP_NET_RAW");
	return 0;
}

/* Tries the UDP port. If it is in use, the library neither sends nor receives, and reports no error. */
static int try_udp(int family, uint16_t port)
{
	struct address any = {0};
	const int on = 1;
	int error = 0;
	_cleanup_(closep) int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	any.sa.sa_family = family;
	address_set_port(&any, port);
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return -errno;
	if (bind(fd, &any.sa, address_length(&any)))
		error = -errno;
	return error;
}

static int probe_udp(uint16_t port, char *why, size_t why_len)
{
	int error = try_udp(AF_INET, port);

	if (!error)
		error = try_udp(AF_INET6, port);
	if (error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL) /* a host without IPv6 */
		error = 0;
	if (error)
		snprintf(why, why_len, "UDP port %u: %s", port, strerror(-error));
	return error;
}

static int usrsctp_probe(const struct stack_config *config, char *why, size_t why_len)
{
	int error = 0;

	if (in_use)
		return refuse(-EBUSY, why, why_len, "the library can serve only one stack per process");
	if (!config->raw && !config->udp_port)
		return refuse(-EINVAL, why, why_len, "neither a UDP port nor raw mode is configured");
	if (config->raw)
		error = probe_raw(why, why_len);
	if (!error && config->udp_port)
		error = probe_udp(config->udp_port, why, why_len);
	return error;
}

/* --- start and stop --- */

/* The library opens raw SCTP sockets whenever it may, also when it is to use UDP only. Beside the kernel's
 * SCTP it would then see the kernel's packets and answer them with ABORT. So it is started without that
 * privilege. */
static void init_library(const struct stack_config *config)
{
	struct __user_cap_data_struct data[2], less[2];
	bool drop = have_net_raw(data) && !config->raw;

	memcpy(less, data, sizeof(data));
	less[0].effective &= ~(1U << CAP_NET_RAW);
	if (drop)
		syscall(SYS_capset, &cap_header, less);
	us_interpose();
	usrsctp_init(config->udp_port, NULL, NULL);
	if (drop)
		syscall(SYS_capset, &cap_header, data);
	/* other stacks on this host do check the checksum */
	usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
	/* The library would end an association after so many probes of a closed window, although the peer
	 * answers each: a peer that does not read. RFC 9260 6.1 A: that is no failure. */
	usrsctp_sysctl_set_sctp_max_retran_chunk(0);
	/* a chunk type of no RFC, which carries parts of other packets to be parsed */
	usrsctp_sysctl_set_sctp_pktdrop_enable(0);
	/* needed so that a socket may turn it on; us_option_prepare() turns it off for each */
	usrsctp_sysctl_set_sctp_cmt_on_off(1);
}

/* The number of sockets that the library receives from. There may be none for UDP: another program may
 * have taken the port since the probe. */
static unsigned count_sockets(void)
{
	struct dirent *entry;
	unsigned found = 0;
	DIR *dir = opendir("/proc/self/fd");

	if (!dir)
		return 1; /* without /proc only the probe counts */
	while ((entry = readdir(dir)))
		found += entry->d_name[0] != '.' && us_gate_is_receiving(atoi(entry->d_name));
	closedir(dir);
	return found;
}

/* Whether all packets of the library come through the gate, which depends on how the program was linked. */
static bool is_guarded(unsigned sockets)
{
	const struct timespec pause = {.tv_nsec = FINISH_WAIT_NS};

	for (int tries = 0; us_gate_receivers() < sockets && tries < GATE_TRIES; tries++)
		nanosleep(&pause, NULL);
	return us_gate_receivers() >= sockets;
}

/* --- the library's timers --- */

static struct pulse timers;

/* The library's timers run in a thread of their own, whose progress shows only in the library's clock. */
static void on_second(evutil_socket_t fd, short what, void *arg)
{
	static uint32_t latest;
	uint32_t ticks = sctp_get_tick_count();

	(void)fd;
	(void)what;
	(void)arg;
	if (ticks != latest)
		pulse_beat(&timers);
	latest = ticks;
}

static int watch_timers(struct stack *s, struct event_base *base)
{
	static const struct timeval second = {.tv_sec = 1};

	if (!sctp_get_tick_count)
		return 0;
	s->second = event_new(base, -1, EV_PERSIST, on_second, s);
	if (!s->second || event_add(s->second, &second))
		return -ENOMEM;
	atomic_store(&timers.name, "the thread of usrsctp that runs its timers");
	return 0;
}

static struct pulse *usrsctp_pulse(struct stack *s, unsigned i)
{
	(void)s;
	if (i < US_GATE_RECEIVERS)
		return us_gate_pulse(i);
	return i == US_GATE_RECEIVERS ? &timers : NULL;
}

static bool usrsctp_drop(struct stack *s, unsigned i, struct stack_drop *ret)
{
	enum guard_reason why = GUARD_NONE + 1 + i;

	(void)s;
	if (why >= GUARD_REASONS)
		return false;
	*ret = (struct stack_drop){
	    .name = guard_texts[why].name,
	    .summary = guard_texts[why].summary,
	    .count = us_gate_dropped(why),
	};
	return true;
}

/* --- start and stop --- */

/* The first step of usrsctp_finish(): ends the threads that make upcalls, and closes their sockets. False:
 * this version of the library does not allow it. */
static bool end_threads(void)
{
	if (!recv_thread_destroy || !sctp_stop_timer_thread)
		return false;
	recv_thread_destroy();
	sctp_stop_timer_thread();
	return true;
}

/* The library ends when its sockets have ended, which its timers do. If that takes too long, its threads
 * are ended, and its memory stays until the process ends. */
static void usrsctp_stop(struct stack *s)
{
	const struct timespec pause = {.tv_nsec = FINISH_WAIT_NS};
	int tries = 0;

	if (!s)
		return;
	while (usrsctp_finish() && ++tries < FINISH_TRIES)
		nanosleep(&pause, NULL);
	in_use = tries == FINISH_TRIES;
	if (s->second)
		event_free(s->second);
	pulse_end(&timers);
	us_wake_free(s->wake, in_use && !end_threads());
	us_gate_open();
	us_asconf_forget();
	us_host_forget();
	free(s->buffer);
	free(s);
}

static void stopp(struct stack **s)
{
	usrsctp_stop(*s);
}

static void list_caps(struct stack *s)
{
	size_t n = 0;

	s->caps[n++] = "multihoming";
	s->caps[n++] = "partial_reliability";
	if (s->ipv6)
		s->caps[n++] = "ipv6";
	if (s->udp_port)
		s->caps[n++] = "udp_encapsulation";
	s->caps[n] = NULL;
}

static bool host_has_ipv6(void)
{
	_cleanup_(closep) int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd >= 0;
}

static int usrsctp_start(const struct stack_config *config, struct event_base *base,
                         const struct stack_sink *sink, struct stack **ret)
{
	char why[1];
	struct stack *s = NULL;
	unsigned sockets;
	int error = usrsctp_probe(config, why, sizeof(why));

	if (error)
		return error;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->sink = sink;
	TAILQ_INIT(&s->endpoints);
	s->udp_port = config->udp_port;
	s->raw = config->raw;
	s->ipv6 = host_has_ipv6();
	list_caps(s);
	error = us_wake_new(base, &s->wake);
	if (error) {
		free(s);
		return error;
	}
	_cleanup_(stopp) struct stack *started = s;
	in_use = true;
	us_gate_shut(s->udp_port);
	init_library(config);
	sockets = count_sockets();
	if (s->udp_port && sockets == 0)
		return -EADDRINUSE;
	if (!is_guarded(sockets))
		return -ENOSYS;
	error = watch_timers(s, base);
	if (error)
		return error;
	*ret = TAKE_PTR(started);
	return 0;
}

static void usrsctp_describe(struct stack *s, struct stack_info *ret)
{
	*ret = (struct stack_info){
	    .name = "usrsctp",
	    .version = "usrsctp " USRSCTP_VERSION,
	    .notice =
	        strverscmp(USRSCTP_VERSION, LAST_WITHOUT_MENDS) > 0
	            ? NULL
	            : "this library hangs on some packets and ends associations for others that anybody can "
	              "forge; such packets are dropped before it sees them",
	    .transport = s->raw ? "ip" : "udp",
	    .udp_port = s->udp_port,
	    .caps = s->caps,
	};
}

const struct stack_ops usrsctp_stack_ops = {
    .name = "usrsctp",
    .layout = &usrsctp_layout,
    .summary = "SCTP in the daemon's own process, over UDP (RFC 6951) or raw IP",
    .probe = usrsctp_probe,
    .start = usrsctp_start,
    .stop = usrsctp_stop,
    .describe = usrsctp_describe,
    .drop = usrsctp_drop,
    .pulse = usrsctp_pulse,
    .open = us_endpoint_open,
    .close = us_endpoint_close,
    .bindx = us_endpoint_bindx,
    .listen = us_endpoint_listen,
    .hold = us_endpoint_hold,
    .local_addrs = us_endpoint_local_addrs,
    .host_routes = true,
    .setup_moves_primary = true,
    .connect = us_assoc_connect,
    .send = us_assoc_send,
    .recv = us_assoc_recv,
    .set_event = us_assoc_set_event,
    .want = us_assoc_want,
    .eof = us_assoc_eof,
    .abort = us_assoc_abort,
    .free_assoc = us_assoc_free,
    .max_message = us_assoc_max_message,
    .unacked = us_assoc_unacked,
    .weigh = us_assoc_weigh,
    .kept = us_assoc_kept,
    .endpoint_kept = 5000, /* as measured */
    .peer_addrs = us_assoc_peer_addrs,
    .assoc_local_addrs = us_assoc_local_addrs,
    .link_local = false,      /* it drops the scope of an address, and so finds no source address */
    .shares_addrs = false,    /* usrsctp_bindx() looks for the address on every socket of the port */
    .exchanges_addrs = false, /* it would report both changes from an address that the peer does not know */
    .assoc_bindx = us_assoc_bindx,
    .get_option = us_option_get,
    .set_option = us_option_set,
};
