/* Options of usrsctp 0.9.5 that its public header leaves out: numbers and structs as the library has them.
 * They work through usrsctp_setsockopt() without any promise, so each is tested against the library itself.
 */
#pragma once

#include <usrsctp.h>

/* RFC names of what the public header calls otherwise. */
#define SCTP_PR_SCTP_PRIO           SCTP_PR_SCTP_BUF
#define SCTP_STREAM_SCHEDULER       SCTP_PLUGGABLE_SS
#define SCTP_STREAM_SCHEDULER_VALUE SCTP_SS_VALUE
#define SCTP_SS_FCFS                SCTP_SS_FIRST_COME
#define SCTP_SS_PRIO                SCTP_SS_PRIORITY
#define SCTP_SS_RR                  SCTP_SS_ROUND_ROBIN

#define SCTP_PR_SCTP_ALL            0x000f
#define SCTP_PEER_ADDR_THLDS        0x0023
#define SCTP_GET_SNDBUF_USE         0x1101
#define SCTP_PCB_STATUS             0x1104
#define SCTP_GET_NONCE_VALUES       0x1105
#define SCTP_CMT_ON_OFF             0x1200
#define SCTP_PLUGGABLE_CC           0x1202
#define SCTP_CC_OPTION              0x1205
#define SCTP_INTERLEAVING_SUPPORTED 0x1206

struct sctp_paddrthlds {
	struct sockaddr_storage spt_address;
	sctp_assoc_t spt_assoc_id;
	uint16_t spt_pathmaxrxt;
	uint16_t spt_pathpfthld;
};

/* The public header's struct lacks the number, which the library writes all the same. */
struct counted_authchunks {
	sctp_assoc_t gauth_assoc_id;
	uint32_t gauth_number_of_chunks;
	uint8_t gauth_chunks[];
};
#define sctp_authchunks counted_authchunks

/* The public header's struct has 32 bits for the stream and the sequence number each, the library writes 16.
 */
struct short_pdapi_event {
	uint16_t pdapi_type, pdapi_flags;
	uint32_t pdapi_length;
	uint32_t pdapi_indication;
	uint16_t pdapi_stream, pdapi_seq;
	sctp_assoc_t pdapi_assoc_id;
};
#define sctp_pdapi_event short_pdapi_event

struct sctp_sockstat {
	sctp_assoc_t ss_assoc_id;
	uint32_t ss_total_sndbuf;
	uint32_t ss_total_recv_buf;
};

struct sctp_pcbinfo {
	uint32_t ep_count;
	uint32_t asoc_count;
	uint32_t laddr_count;
	uint32_t raddr_count;
	uint32_t chk_count;
	uint32_t readq_count;
	uint32_t free_chunks;
	uint32_t stream_oque;
};

/* The beginning of every notification, with its association: SCTP_NOTIFICATIONS_STOPPED_EVENT has no
 * struct of its own. */
struct notifications_stopped {
	uint16_t type, flags;
	uint32_t length;
	sctp_assoc_t assoc_id;
};
