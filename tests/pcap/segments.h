/* SPDX-License-Identifier: BSD-2-Clause */
/* The TCP segments of a capture file in memory, and which connections they belong to. */
#ifndef SHAKETAP_PCAP_SEGMENTS_H
#define SHAKETAP_PCAP_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include <uthash.h>

#include "file/decode.h"
#include "shaketap_abi.h"

struct pcap_connection {
	struct st_flow_key key;
	unsigned number;
	size_t *segments; /* indices, in the order of the file */
	size_t count;
	uint32_t first[2];  /* by sender: sequence number of its first payload byte ... */
	uint32_t length[2]; /* ... and how much its segment carries; 0: no payload */
	bool contradicts;   /* two of its segments disagree about the same bytes */
	UT_hash_handle hh;
};

struct pcap_segment {
	uint64_t time;
	struct tcp_segment tcp; /* the payload is a copy, in an allocation of its own */
	struct pcap_connection *connection;
	unsigned sender; /* index in the key */
};

struct segments {
	struct pcap_segment *p;
	size_t n;
	struct pcap_connection *connections;
	size_t connection_count;
};

/* False: the file cannot be read at all, and error says why. */
bool segments_read(struct segments *segments, const char *path, char *error, size_t size);
void segments_free(struct segments *segments);

/* The connection between two ends, in either order; NULL: none. Addresses in network order. */
struct pcap_connection *segments_connection(const struct segments *segments, const uint32_t a[4],
					    uint16_t a_port, const uint32_t b[4], uint16_t b_port,
					    unsigned *index_of_a);

/* It carries bytes or opens or closes the connection. The others only acknowledge. */
bool segment_matters(const struct pcap_segment *segment);

/* The sequence number behind the segment. SYN and FIN take one each. */
uint32_t segment_end(const struct pcap_segment *segment);

/* Of the same connection: the sender of b had received all of a when it sent b. */
bool segment_acknowledges(const struct pcap_segment *b, const struct pcap_segment *a);

#endif
