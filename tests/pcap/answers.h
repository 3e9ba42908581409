/* SPDX-License-Identifier: BSD-2-Clause */
/* What shaketap says of the handshakes in a stream of segments, in a form to compare. */
#ifndef SHAKETAP_PCAP_ANSWERS_H
#define SHAKETAP_PCAP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segments.h"

struct answer {
	const struct pcap_connection *connection;
	bool has_random; /* of a ClientHello */
	uint8_t random[32];
	bool failure, over_budget;
	char text[600];	 /* outcome, stage, cause, version, cipher, server name ... */
	uint64_t hellos; /* a digest of all their fields */
	size_t at;	 /* slots that had passed when it was given */
	bool matched;	 /* used by the comparison */
};

struct answers {
	struct answer *p;
	size_t n;
};

/* A segment, or a piece of one, in its place and with its time. */
struct slot {
	const struct pcap_segment *segment;
	uint64_t time;
	uint32_t from, n; /* the piece of the payload */
};

/* Through flows and pipeline with them. shift: by connection number and sender, or NULL. */
struct answers answers_of(const struct segments *segments, const struct slot *slots, size_t n,
			  const uint32_t (*shift)[2]);
void answers_free(struct answers *answers);

#endif
