/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the TCP segments of a capture to the events the kernel programs would have
 * sent: which connections shake hands, when they were opened, who closed them. Unlike
 * the kernel it hands over all bytes of a handshake, and it may look back a little.
 */
#ifndef SHAKETAP_FILE_FLOWS_H
#define SHAKETAP_FILE_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file/decode.h"
#include "shaketap_abi.h"

struct flows;

struct flows_ops {
	void *ctx;
	/* As pipeline_event(): payload is borrowed for the call. */
	void (*event)(void *ctx, const struct st_event *event, const uint8_t *payload);
};

struct flows_config {
	size_t max; /* connections remembered; then the longest silent one goes */
	const uint64_t
		*tls_ports; /* bit set of ports whose failed connects are reported; borrowed */
	uint64_t seed;	    /* see flow_table_init() */
};

/* NULL: memory is out. */
struct flows *flows_new(const struct flows_config *config, const struct flows_ops *ops);
void flows_free(struct flows *flows);

/* time: ns, never 0; interface: goes into st_event.ifindex. */
void flows_segment(struct flows *flows, const struct tcp_segment *segment, uint64_t time,
		   uint32_t interface);

/* The file is at its end: let go what was held back. */
void flows_finish(struct flows *flows);

/* Nothing more of this handshake is wanted. */
void flows_forget(struct flows *flows, const struct st_flow_key *key, uint64_t flow);

/* The connection still carries the handshake with this identity. */
bool flows_knows(struct flows *flows, const struct st_flow_key *key, uint64_t flow);

/* The SYN sent at syn_time has no answer. */
bool flows_unanswered(struct flows *flows, const struct st_flow_key *key, uint64_t syn_time);

/* Segments of connections for which there was no memory. */
uint64_t flows_refused(const struct flows *flows);

#endif
