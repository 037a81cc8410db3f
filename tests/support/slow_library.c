/* Loaded before the library usrsctp: it takes its time between making a socket for an association that is
 * peeled off and moving the association to it, and says at the end what became of such sockets. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MADE_MAX 1024

struct socket;

__attribute__((visibility("default"))) struct socket *sonewconn(struct socket *head, int state);
__attribute__((visibility("default"))) void sctp_close(struct socket *so);

static struct socket *_Atomic made[MADE_MAX];
static atomic_uint made_n, closed_n;

struct socket *sonewconn(struct socket *head, int state)
{
	const struct timespec pause = {.tv_nsec = 300000000};
	struct socket *(*real)(struct socket *, int);
	void *found = dlsym(RTLD_NEXT, "sonewconn");
	struct socket *so;

	memcpy(&real, &found, sizeof(real));
	so = real(head, state);
	atomic_store(&made[atomic_fetch_add(&made_n, 1) % MADE_MAX], so);
	fputs("a socket is made\n", stderr);
	nanosleep(&pause, NULL);
	return so;
}

/* Takes the endpoint of a socket away, whoever calls it. */
void sctp_close(struct socket *so)
{
	void (*real)(struct socket *);
	void *found = dlsym(RTLD_NEXT, "sctp_close");

	for (int i = 0; i < MADE_MAX; i++) {
		struct socket *expected = so;

		if (atomic_compare_exchange_strong(&made[i], &expected, NULL)) {
			atomic_fetch_add(&closed_n, 1);
			break;
		}
	}
	memcpy(&real, &found, sizeof(real));
	real(so);
}

__attribute__((destructor)) static void say(void)
{
	fprintf(stderr, "%u sockets were made and %u closed\n", atomic_load(&made_n), atomic_load(&closed_n));
}
