/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole way of an event, stage after stage: reassembly, records, messages,
 * tracker, outcome. Start reading here.
 *
 * Live events and packets of a capture file come in by the same door.
 */
#ifndef SHAKETAP_PIPELINE_H
#define SHAKETAP_PIPELINE_H

#include "shaketap_abi.h"
#include "track/handshake.h"

struct pipeline;

/* What the source says of a flow whose handshake fell silent. */
enum flow_state {
	FLOW_INTACT, /* still followed, nothing of it was lost */
	FLOW_LOST,   /* an event of it was lost */
	FLOW_GONE    /* no longer in the table of the source */
};

/* How the pipeline talks to its surroundings; ctx is handed back. */
struct pipeline_ops {
	void *ctx;
	/* A handshake came to its end; hs is valid during the call. */
	void (*concluded)(void *ctx, const struct handshake *hs);
	/* Nothing more of this flow is wanted; the source may have closed its entry by itself. */
	void (*forget)(void *ctx, const struct st_flow_key *key, uint64_t flow);
	/* seen: by sender, behind the last byte that passed; set where the source knows more. */
	enum flow_state (*state)(void *ctx, const struct st_flow_key *key, uint64_t flow,
				 uint32_t seen[2]);
	/* Is a connect that sent a second SYN still without answer? */
	bool (*unanswered)(void *ctx, const struct st_flow_key *key, uint64_t syn_time);
	/* Does this host have the address (network order, IPv4 mapped)? */
	bool (*is_local)(void *ctx, const __u32 addr[4]);
};

struct pipeline_config {
	uint64_t timeout; /* ns without progress */
	size_t max_flows;
	bool roles;	      /* live: say which end is on this host */
	bool no_certificates; /* leave them alone; the source may leave their bodies out */
	uint64_t seed;	      /* random: peers must not be able to choose where tables put them */
};

struct pipeline_counters {
	uint64_t copies;	/* connections that showed a handshake seen elsewhere */
	uint64_t evictions;	/* handshakes given up for want of room here */
	uint64_t gone;		/* handshakes given up because the source had no room */
	uint64_t connects_lost; /* connects given up for want of room */
	uint64_t refused;	/* no memory for another handshake */
	uint64_t in_progress;
};

struct pipeline *pipeline_new(const struct pipeline_config *config, const struct pipeline_ops *ops);
void pipeline_free(struct pipeline *pipeline);

/* The wall clock: add to the time of an event (mod 2^64) for ns since the epoch. */
void pipeline_set_wall(struct pipeline *pipeline, uint64_t offset);

/* One event; payload: event->len bytes, borrowed for the call. */
void pipeline_event(struct pipeline *pipeline, const struct st_event *event,
		    const uint8_t *payload);

/* Time has passed: conclude what is due, up to a bound; pipeline_due() tells whether more is. */
void pipeline_expire(struct pipeline *pipeline, uint64_t now);

/* When pipeline_expire() is due next; 0: nothing is open. */
uint64_t pipeline_due(const struct pipeline *pipeline);

/* pipeline_expire() has something to do. */
bool pipeline_is_due(const struct pipeline *pipeline, uint64_t now);

/* The end: what is still open is unknown. */
void pipeline_finish(struct pipeline *pipeline, uint64_t now);

void pipeline_counters(const struct pipeline *pipeline, struct pipeline_counters *out);

#endif
