/* Changes of addresses that the peer does not answer: when they are sent again, and what ends it. The library
 * is stood in for by functions that note how they were called. */
#include "stack/usrsctp/asconf.h"
#include "stack/usrsctp/interpose.h"
#include "support/unit.h"

#include <netinet/in.h>
#include <sys/uio.h>

#define INP            ((struct sctp_inpcb *)0x1000)
#define NET            ((struct sctp_nets *)0x2000)
#define OTHER          ((struct sctp_nets *)0x3000)
#define THIRD          ((struct sctp_nets *)0x4000)
#define ASSOC          ((struct sctp_tcb *)0x10000040)
#define NEIGHBOUR      ((struct sctp_tcb *)0x10000080)
#define SAME_SLOT      ((struct sctp_tcb *)(0x10000040 + 64 * 4096))
#define CAUSE          ((struct mbuf *)0x5000)
#define FD             7
#define TIMER_OUT      32 /* the time that ends it */
#define CHUNK_DATA     0
#define CHUNK_AUTH     15
#define CHUNK_ASCONF   193
#define PACKET_MAX     65536
#define CONTROL_MAX    128
#define TIMER_OF_KIND  10
#define PROTOCOL_ERROR 13

void sctp_send_asconf(struct sctp_tcb *stcb, struct sctp_nets *net, int addr_locked);
void sctp_chunk_output(struct sctp_inpcb *inp, struct sctp_tcb *stcb, int from, int so_locked);
struct sctp_nets *sctp_find_alternate_net(struct sctp_tcb *stcb, struct sctp_nets *net, int mode);
int sctp_asconf_timer(struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct sctp_nets *net);

static struct {
	const struct msghdr *leaving; /* what the library's output sends; NULL: nothing */
	struct sctp_nets *alternate;  /* the other path there is */
	unsigned asked, outputs, timers, own_timers, aborts;
	unsigned sent;
	uint8_t packet[64];
	size_t packet_len;
	struct sockaddr_in to;
	socklen_t to_len;
	char control[64];
	size_t control_len;
	int fd, flags;
} seen;

static void real_send_asconf(struct sctp_tcb *stcb, struct sctp_nets *net, int addr_locked)
{
	(void)stcb;
	assert_ptr_equal(net, NET);
	assert_int_equal(addr_locked, 1);
	seen.asked++;
}

static void real_chunk_output(struct sctp_inpcb *inp, struct sctp_tcb *stcb, int from, int so_locked)
{
	(void)stcb;
	assert_ptr_equal(inp, INP);
	assert_int_equal(from, 2);
	assert_int_equal(so_locked, 3);
	seen.outputs++;
	if (seen.leaving)
		us_asconf_sent(FD, seen.leaving);
}

static ssize_t real_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	seen.sent++;
	seen.fd = fd;
	seen.flags = flags;
	assert_int_equal(msg->msg_iovlen, 1);
	seen.packet_len = msg->msg_iov[0].iov_len;
	if (seen.packet_len <= sizeof(seen.packet))
		memcpy(seen.packet, msg->msg_iov[0].iov_base, seen.packet_len);
	seen.to_len = msg->msg_namelen;
	if (seen.to_len <= sizeof(seen.to))
		memcpy(&seen.to, msg->msg_name, seen.to_len);
	seen.control_len = msg->msg_controllen;
	assert_int_equal(!msg->msg_control, !msg->msg_controllen);
	if (seen.control_len && seen.control_len <= sizeof(seen.control))
		memcpy(seen.control, msg->msg_control, seen.control_len);
	return (ssize_t)seen.packet_len;
}

static struct sctp_nets *real_find_alternate(struct sctp_tcb *stcb, struct sctp_nets *net, int mode)
{
	(void)stcb;
	assert_int_equal(mode, 0);
	return net == NET ? seen.alternate : net == THIRD ? OTHER : net;
}

static void real_timer_start(int type, struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct sctp_nets *net)
{
	(void)stcb;
	assert_int_equal(type, TIMER_OF_KIND);
	assert_ptr_equal(inp, INP);
	assert_ptr_equal(net, NET);
	seen.timers++;
}

static int real_asconf_timer(struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct sctp_nets *net)
{
	assert_ptr_equal(inp, INP);
	assert_ptr_equal(net, NET);
	assert_ptr_equal(sctp_find_alternate_net(stcb, OTHER, 0), NET); /* never the one it is asked about */
	assert_ptr_equal(sctp_find_alternate_net(stcb, THIRD, 0), OTHER);
	seen.own_timers++;
	return 42;
}

static struct mbuf *real_make_cause(uint16_t code, char *info)
{
	assert_int_equal(code, PROTOCOL_ERROR);
	assert_string_equal(info, "a change of addresses (ASCONF) was not answered");
	return CAUSE;
}

static void real_abort(struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct mbuf *cause, int so_locked)
{
	(void)stcb;
	assert_ptr_equal(inp, INP);
	assert_ptr_equal(cause, CAUSE);
	assert_int_equal(so_locked, 0);
	seen.aborts++;
}

/* It must be there, and is the library's to call. */
static void real_ip_output(int *result, struct mbuf *packet, void *route, void *owner, uint32_t vrf)
{
	(void)result;
	(void)packet;
	(void)route;
	(void)owner;
	(void)vrf;
	fail();
}

static int setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	seen.alternate = NET;
	us_real = (struct us_real){
	    .sendmsg = real_sendmsg,
	    .ip_output = real_ip_output,
	    .asconf_timer = real_asconf_timer,
	    .find_alternate = real_find_alternate,
	    .chunk_output = real_chunk_output,
	    .send_asconf = real_send_asconf,
	    .timer_start = real_timer_start,
	    .abort_assoc = real_abort,
	    .make_cause = real_make_cause,
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	us_asconf_forget();
	return 0;
}

/* --- packets --- */

static size_t add_chunk(uint8_t *packet, size_t at, unsigned type, size_t len)
{
	packet[at] = type;
	packet[at + 2] = len >> 8;
	packet[at + 3] = len;
	return at + ((len + 3) & ~(size_t)3);
}

static const struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = 99};

static void leave_in(struct sctp_tcb *stcb, struct iovec *parts, size_t n, socklen_t to_len, void *control,
                     size_t control_len)
{
	struct sockaddr_storage to[2] = {{0}};
	struct msghdr msg = {
	    .msg_name = to,
	    .msg_namelen = to_len,
	    .msg_iov = parts,
	    .msg_iovlen = n,
	    .msg_control = control,
	    .msg_controllen = control_len,
	};

	memcpy(to, &peer, sizeof(peer));
	seen.leaving = &msg;
	sctp_chunk_output(INP, stcb, 2, 3);
	seen.leaving = NULL;
}

static void leave(struct sctp_tcb *stcb, void *packet, size_t len)
{
	struct iovec part = {.iov_base = packet, .iov_len = len};

	leave_in(stcb, &part, 1, sizeof(peer), NULL, 0);
}

/* An ASCONF of 20 bytes that @mark tells from others. */
static size_t make_asconf(uint8_t *packet, uint8_t mark)
{
	size_t len;

	memset(packet, 0, 64);
	len = add_chunk(packet, 12, CHUNK_ASCONF, 20);
	packet[12 + 19] = mark;
	return len;
}

/* The library tells the peer of a change: the packet that it leaves with. */
static void tell(struct sctp_tcb *stcb, uint8_t mark)
{
	uint8_t packet[64];
	size_t len = make_asconf(packet, mark);

	sctp_send_asconf(stcb, NET, 1);
	leave(stcb, packet, len);
}

/* Whether the timer sends the packet marked @mark. */
static bool timer_sends(struct sctp_tcb *stcb, uint8_t mark)
{
	unsigned before = seen.sent;
	uint8_t packet[64];
	size_t len = make_asconf(packet, mark);

	assert_int_equal(sctp_asconf_timer(INP, stcb, NET), 0);
	return seen.sent == before + 1 && seen.packet_len == len && !memcmp(seen.packet, packet, len);
}

static bool timer_sends_nothing(struct sctp_tcb *stcb)
{
	unsigned before = seen.sent;

	assert_int_equal(sctp_asconf_timer(INP, stcb, NET), 0);
	return seen.sent == before;
}

/* --- when --- */

static void test_it_is_sent_again_ever_more_rarely_and_then_ends(void **state)
{
	(void)state;
	tell(ASSOC, 1);
	assert_int_equal(seen.asked, 1);
	assert_int_equal(seen.outputs, 1);
	for (unsigned time = 1; time < TIMER_OUT; time++) {
		if (time & (time - 1))
			assert_true(timer_sends_nothing(ASSOC));
		else
			assert_true(timer_sends(ASSOC, 1));
		assert_int_equal(seen.timers, time);
	}
	assert_int_equal(seen.sent, 5);
	assert_int_equal(seen.aborts, 0);
	assert_int_not_equal(sctp_asconf_timer(INP, ASSOC, NET), 0);
	assert_int_equal(seen.aborts, 1);
	assert_int_equal(seen.timers, TIMER_OUT - 1);
	assert_int_equal(seen.sent, 5);
	assert_int_equal(seen.own_timers, 0);
}

static void test_the_next_change_has_all_its_times(void **state)
{
	(void)state;
	tell(ASSOC, 1);
	for (unsigned time = 1; time < TIMER_OUT; time++)
		sctp_asconf_timer(INP, ASSOC, NET);
	tell(ASSOC, 2);
	for (unsigned time = 1; time < TIMER_OUT; time++)
		assert_int_equal(sctp_asconf_timer(INP, ASSOC, NET), 0);
	assert_int_equal(seen.sent, 10);
	assert_int_not_equal(sctp_asconf_timer(INP, ASSOC, NET), 0);
}

static void test_with_another_path_the_library_goes_on(void **state)
{
	(void)state;
	tell(ASSOC, 1);
	seen.alternate = OTHER;
	assert_int_equal(sctp_asconf_timer(INP, ASSOC, NET), 42);
	assert_int_equal(seen.own_timers, 1);
	assert_int_equal(seen.sent + seen.timers + seen.aborts, 0);
	assert_ptr_equal(sctp_find_alternate_net(ASSOC, OTHER, 0),
	                 OTHER); /* outside of the timer it says what it says */
}

/* --- what --- */

static void test_it_goes_the_way_it_went(void **state)
{
	char control[CONTROL_MAX] = "the control message";
	uint8_t packet[64];
	struct iovec parts[3] = {{packet, 5}, {packet + 5, 0}, {packet + 5, make_asconf(packet, 9) - 5}};

	(void)state;
	sctp_send_asconf(ASSOC, NET, 1);
	leave_in(ASSOC, parts, 3, sizeof(peer), control, 40);
	assert_true(timer_sends(ASSOC, 9));
	assert_int_equal(seen.fd, FD);
	assert_int_equal(seen.flags, MSG_DONTWAIT);
	assert_int_equal(seen.to_len, sizeof(peer));
	assert_memory_equal(&seen.to, &peer, sizeof(peer));
	assert_int_equal(seen.control_len, 40);
	assert_memory_equal(seen.control, control, 40);
}

static void test_the_latest_change_is_what_is_sent(void **state)
{
	uint8_t data[64] = {0};

	(void)state;
	tell(ASSOC, 1);
	tell(ASSOC, 2);
	leave(ASSOC, data, add_chunk(data, 12, CHUNK_DATA, 20)); /* nothing to keep */
	assert_true(timer_sends(ASSOC, 2));
	assert_true(timer_sends(ASSOC, 2));
}

static void test_it_is_found_behind_a_chunk_of_any_length(void **state)
{
	(void)state;
	sctp_send_asconf(ASSOC, NET, 1);
	for (size_t before = 4; before < 600; before++) {
		uint8_t packet[700] = {0};
		size_t len = add_chunk(packet, add_chunk(packet, 12, CHUNK_AUTH, before), CHUNK_ASCONF, 4);

		leave(ASSOC, packet, len);
		assert_false(timer_sends_nothing(ASSOC));
		assert_int_equal(seen.packet_len, len);
	}
}

static void test_no_length_leads_astray(void **state)
{
	uint8_t packet[64] = {0};
	uint8_t *exact;
	size_t len = add_chunk(packet, add_chunk(packet, 12, CHUNK_AUTH, 4), CHUNK_ASCONF, 4);

	(void)state;
	sctp_send_asconf(ASSOC, NET, 1);
	packet[15] = 3; /* less than a head: what follows is none */
	leave(ASSOC, packet, len);
	packet[15] = 4;
	for (size_t less = 1; less < len; less++) { /* a sanitizer watches the end */
		exact = malloc(len - less);
		memcpy(exact, packet, len - less);
		leave(ASSOC, exact, len - less);
		free(exact);
	}
	assert_true(timer_sends_nothing(ASSOC));
}

static void test_what_is_too_large_is_not_kept(void **state)
{
	static uint8_t packet[PACKET_MAX + 1];
	char control[CONTROL_MAX + 1] = "";
	struct iovec part = {packet, make_asconf(packet, 1)};

	(void)state;
	sctp_send_asconf(ASSOC, NET, 1);
	leave(ASSOC, packet, 0);
	leave(ASSOC, packet, PACKET_MAX + 1);
	leave_in(ASSOC, &part, 1, sizeof(struct sockaddr_storage) + 1, NULL, 0);
	leave_in(ASSOC, &part, 1, sizeof(peer), control, CONTROL_MAX + 1);
	assert_true(timer_sends_nothing(ASSOC));
	leave(ASSOC, packet, PACKET_MAX);
	assert_false(timer_sends_nothing(ASSOC));
	assert_int_equal(seen.packet_len, PACKET_MAX);
	leave_in(ASSOC, &part, 1, sizeof(struct sockaddr_storage), control, CONTROL_MAX);
	assert_false(timer_sends_nothing(ASSOC));
	assert_int_equal(seen.to_len, sizeof(struct sockaddr_storage));
	assert_int_equal(seen.control_len, CONTROL_MAX);
}

/* --- whose --- */

static void test_each_association_has_its_own(void **state)
{
	uint8_t packet[64];
	size_t len = make_asconf(packet, 3);
	struct iovec part = {packet, len};
	struct msghdr msg = {
	    .msg_name = (void *)&peer, .msg_namelen = sizeof(peer), .msg_iov = &part, .msg_iovlen = 1};

	(void)state;
	tell(ASSOC, 1);
	tell(NEIGHBOUR, 2);
	us_asconf_sent(FD, &msg);                          /* nobody's */
	leave((struct sctp_tcb *)0x20000000, packet, len); /* of one that nothing was asked of */
	assert_true(timer_sends(ASSOC, 1));
	assert_true(timer_sends(NEIGHBOUR, 2));
}

/* Its output is called inside of the output of another. */
static void real_chunk_output_nested(struct sctp_inpcb *inp, struct sctp_tcb *stcb, int from, int so_locked)
{
	if (stcb == ASSOC) {
		sctp_chunk_output(INP, NEIGHBOUR, 2, 3);
		real_chunk_output(inp, stcb, from, so_locked);
	}
}

static void test_an_output_inside_another(void **state)
{
	(void)state;
	us_real.chunk_output = real_chunk_output_nested;
	tell(ASSOC, 1);
	assert_true(timer_sends(ASSOC, 1));
}

static void test_two_of_one_slot(void **state)
{
	uint8_t packet[64];
	size_t len = make_asconf(packet, 3);

	(void)state;
	tell(ASSOC, 1);
	tell(SAME_SLOT, 2);
	leave(ASSOC, packet, len); /* it is not expected any more */
	assert_true(timer_sends(SAME_SLOT, 2));
	for (unsigned time = 1; time < TIMER_OUT; time++)
		assert_true(timer_sends_nothing(ASSOC));
	assert_int_not_equal(sctp_asconf_timer(INP, ASSOC, NET), 0);
	assert_int_equal(seen.aborts, 1);
}

static void test_what_is_forgotten_is_not_sent(void **state)
{
	struct sctp_tcb *all[4096]; /* one of each slot */

	(void)state;
	for (size_t i = 0; i < 4096; i++) {
		all[i] = (struct sctp_tcb *)((uintptr_t)ASSOC + 64 * i);
		tell(all[i], 1);
	}
	us_asconf_forget();
	for (size_t i = 0; i < 4096; i++)
		assert_true(timer_sends_nothing(all[i]));
}

/* --- a library that lacks something --- */

static void test_it_works_with_all_it_needs(void **state)
{
	void *needed[] = {&us_real.sendmsg,        &us_real.ip_output,    &us_real.asconf_timer,
	                  &us_real.find_alternate, &us_real.chunk_output, &us_real.send_asconf,
	                  &us_real.timer_start,    &us_real.abort_assoc,  &us_real.make_cause};

	(void)state;
	assert_true(us_asconf_works());
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		void *kept, *none = NULL;

		memcpy(&kept, needed[i], sizeof(kept));
		memcpy(needed[i], &none, sizeof(none));
		assert_false(us_asconf_works());
		memcpy(needed[i], &kept, sizeof(kept));
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_it_is_sent_again_ever_more_rarely_and_then_ends),
	    TEST(test_the_next_change_has_all_its_times),
	    TEST(test_with_another_path_the_library_goes_on),
	    TEST(test_it_goes_the_way_it_went),
	    TEST(test_the_latest_change_is_what_is_sent),
	    TEST(test_it_is_found_behind_a_chunk_of_any_length),
	    TEST(test_no_length_leads_astray),
	    TEST(test_what_is_too_large_is_not_kept),
	    TEST(test_each_association_has_its_own),
	    TEST(test_an_output_inside_another),
	    TEST(test_two_of_one_slot),
	    TEST(test_what_is_forgotten_is_not_sent),
	    TEST(test_it_works_with_all_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
