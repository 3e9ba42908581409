/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a captured frame to the TCP segment inside, through whatever link, tags and
 * tunnels lie around it. IP fragments are put together here.
 */
#ifndef SHAKETAP_FILE_DECODE_H
#define SHAKETAP_FILE_DECODE_H

#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>

#include "file/packets.h"

struct tcp_segment {
	uint32_t addr[2][4]; /* source, destination: network order, IPv4 mapped */
	uint16_t port[2];    /* source, destination: host order */
	uint32_t seq, ack;   /* host order */
	uint8_t flags;	     /* TH_* of netinet/tcp.h */
	uint16_t vlan; /* id of the outermost tag in front of the outermost IP header; 0: none */
	struct bytes payload; /* borrowed: what the capture holds of it */
	uint32_t cut;	      /* payload bytes behind it that the capture does not hold */
	struct bytes ip;      /* the innermost IP packet, fragments put together; borrowed */
	bool fragmented;      /* it came in fragments */
};

/* It says what its sender has received, and nothing else. */
static inline bool tcp_segment_is_pure_ack(const struct tcp_segment *segment)
{
	return !segment->payload.n && !segment->cut &&
	       !(segment->flags & (TH_SYN | TH_FIN | TH_RST));
}

/* Why a packet gave no segment. */
enum decode_result {
	DECODE_TCP,
	DECODE_OTHER,	     /* something else than TCP, well-formed as far as we looked */
	DECODE_FRAGMENT,     /* taken, the rest of the datagram is still to come */
	DECODE_CUT,	     /* the capture holds too little of it */
	DECODE_MALFORMED,    /* headers that contradict each other */
	DECODE_DEPTH,	     /* more headers around it than the named limit */
	DECODE_UNKNOWN_LINK, /* no row of protocols.c for its link type */
	DECODE_RESULTS
};

struct decoder;

struct decoder *decoder_new(void); /* NULL: memory is out */
void decoder_free(struct decoder *decoder);

/* segment is valid until the next call, and as long as the packet's bytes are. */
enum decode_result decode_packet(struct decoder *decoder, const struct file_packet *packet,
				 struct tcp_segment *segment);

/*
 * Datagrams given up because a fragment was missing, too late or contradicted another, and
 * those that still wait: ask at the end of the input.
 */
uint64_t decoder_fragments_lost(const struct decoder *decoder);

#endif
