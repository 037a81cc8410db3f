/* Functions of the library that the daemon replaces. They are exported but in no header. The library calls
 * them through the dynamic linker, which finds the daemon's first; each of these calls the library's own.
 * The daemon never looks into the structures of the library. */
#pragma once

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct mbuf;
struct sctp_ifa;
struct sctp_ifn;
struct sctp_inpcb;
struct sctp_nets;
struct sctp_tcb;
struct socket;

/* Makes a function visible to the library, whatever the compiler's flags say. */
#define INTERPOSED __attribute__((visibility("default")))

/* The library's own functions; NULL: this version of the library has none. Written once, before the
 * library starts its threads. */
struct us_real {
	ssize_t (*sendmsg)(int fd, const struct msghdr *msg, int flags); /* the C library's */
	void (*ip_output)(int *result, struct mbuf *packet, void *route, void *owner, uint32_t vrf);
	void (*ip6_output)(int *result, struct mbuf *packet, void *route, void *owner, uint32_t vrf);
	void (*copydata)(const struct mbuf *m, int offset, int len, char *to);
	struct sctp_ifa *(*select_source)(struct sctp_inpcb *inp, struct sctp_tcb *stcb, void *route,
	                                  struct sctp_nets *net, int other_ok, uint32_t vrf);
	struct sctp_ifn *(*find_ifn)(void *ifn, uint32_t index);
	struct sctp_ifa *(*add_addr)(uint32_t vrf, void *ifn, uint32_t index, uint32_t type, const char *name,
	                             void *ifa, struct sockaddr *addr, uint32_t flags, int dynamic);
	int (*asconf_timer)(struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct sctp_nets *net);
	struct sctp_nets *(*find_alternate)(struct sctp_tcb *stcb, struct sctp_nets *net, int mode);
	void (*chunk_output)(struct sctp_inpcb *inp, struct sctp_tcb *stcb, int from, int so_locked);
	void (*send_asconf)(struct sctp_tcb *stcb, struct sctp_nets *net, int addr_locked);
	void (*abort_assoc)(struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct mbuf *cause, int so_locked);
	struct mbuf *(*make_cause)(uint16_t code, char *info);
	void (*ulp_notify)(uint32_t what, struct sctp_tcb *stcb, uint32_t error, void *data, int so_locked);
	int (*do_peeloff)(struct socket *head, struct socket *so, uint32_t id);
	void (*timer_start)(int type, struct sctp_inpcb *inp, struct sctp_tcb *stcb, struct sctp_nets *net);
};

extern struct us_real us_real;

/* Finds the library's functions. To be called before usrsctp_init(). */
void us_interpose(void);
