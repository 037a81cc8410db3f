/* Finds what of the library the daemon stands in for. */
#include "stack/usrsctp/interpose.h"

#include <dlfcn.h>
#include <string.h>

struct us_real us_real;

/* A pointer to data and one to a function are the same here (POSIX). */
static void find(const char *name, void *to)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(to, &found, sizeof(found));
}

void us_interpose(void)
{
	find("sendmsg", &us_real.sendmsg);
	find("sctp_userspace_ip_output", &us_real.ip_output);
	find("sctp_userspace_ip6_output", &us_real.ip6_output);
	find("m_copydata", &us_real.copydata);
	find("sctp_source_address_selection", &us_real.select_source);
	find("sctp_find_ifn", &us_real.find_ifn);
	find("sctp_add_addr_to_vrf", &us_real.add_addr);
	find("sctp_asconf_timer", &us_real.asconf_timer);
	find("sctp_find_alternate_net", &us_real.find_alternate);
	find("sctp_chunk_output", &us_real.chunk_output);
	find("sctp_send_asconf", &us_real.send_asconf);
	find("sctp_abort_an_association", &us_real.abort_assoc);
	find("sctp_generate_cause", &us_real.make_cause);
	find("sctp_ulp_notify", &us_real.ulp_notify);
	find("sctp_do_peeloff", &us_real.do_peeloff);
	find("sctp_timer_start", &us_real.timer_start);
}
