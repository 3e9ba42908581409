/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets of a capture through decoder, connections and pipeline: what the kernel programs
 * and the ring are to live traffic.
 */
#ifndef SHAKETAP_REPLAY_H
#define SHAKETAP_REPLAY_H

#include "file/decode.h"
#include "track/handshake.h"

/*
 * Times of a handshake are those of the file plus this: 0 means "not seen" there, and a
 * capture may well begin at 0.
 */
#define REPLAY_EPOCH (1ULL << 40)

struct replay_config {
	uint64_t timeout;	   /* ns without progress, by the clock of the file */
	const uint64_t *tls_ports; /* bit set, borrowed */
	/* A handshake came to its end; hs is valid during the call. */
	void (*concluded)(void *ctx, const struct handshake *hs);
	void *ctx;
};

struct replay_counts {
	uint64_t packets[DECODE_RESULTS]; /* by what the decoder said */
	uint64_t cut;			  /* packets that the capture does not hold whole */
	uint64_t fragments_lost;	  /* datagrams that could not be put together */
	uint64_t copies;		  /* connections that showed a handshake seen elsewhere */
	uint64_t evictions;		  /* handshakes for which there was no room */
	uint64_t refused;		  /* handshakes, or their packets, no memory for them */
};

struct replay;

struct replay *replay_new(const struct replay_config *config); /* NULL: memory is out */
void replay_free(struct replay *replay);

/* interface: goes into handshake.ifindex. */
enum decode_result replay_packet(struct replay *replay, const struct file_packet *packet,
				 uint32_t interface);

/* The file is at its end: what is still open is unknown. */
void replay_finish(struct replay *replay);

void replay_counts(const struct replay *replay, struct replay_counts *out);

#endif
