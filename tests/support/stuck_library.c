/* Loaded before the library usrsctp: it takes a packet and never comes back. */
#include <unistd.h>

__attribute__((visibility("default"))) void sctp_common_input_processing(void);

void sctp_common_input_processing(void)
{
	for (;;)
		pause();
}
