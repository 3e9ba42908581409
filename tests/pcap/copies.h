/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of the connections of a template, packet by packet in order of time. Copy i is one of
 * connection i % T (T: how many the template holds) and begins i / rate seconds after the first.
 * Its client has an address and a port of its own, its ClientHello another random and another
 * server name (the longest run of digits in it replaced by i), its sequence numbers begin
 * elsewhere.
 */
#ifndef SHAKETAP_PCAP_COPIES_H
#define SHAKETAP_PCAP_COPIES_H

#include <stdint.h>

#include "template.h"

#define COPIES_FRAME_MAX (256 * 1024)

struct copies_config {
	const struct template *template;
	uint64_t first; /* number of the first copy */
	uint64_t count;
	uint64_t rate;		/* copies that begin per second */
	uint32_t first_address; /* of the clients, in host order */
	unsigned address_bits;	/* so many addresses, then the next port */
};

/* What was made so far. */
struct copies_made {
	uint64_t begun, packets;
	uint64_t last; /* time of the last packet, ns since the epoch */
	uint64_t most; /* under way at once */
};

struct copies;

/* Ends the program with a sentence when the template is not fit for so many copies. */
struct copies *copies_new(const struct copies_config *config);
void copies_free(struct copies *copies);

/* Writes the next packet to frame, of COPIES_FRAME_MAX bytes. Its length; 0: there is none. */
uint32_t copies_next(struct copies *copies, uint8_t *frame);

const struct copies_made *copies_made(const struct copies *copies);

#endif
