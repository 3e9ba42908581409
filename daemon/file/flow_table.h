/* SPDX-License-Identifier: BSD-2-Clause */
/* The TCP connections of a capture: found by their ends, bounded in number. */
#ifndef SHAKETAP_FILE_FLOW_TABLE_H
#define SHAKETAP_FILE_FLOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/hash.h"
#include "file/decode.h"
#include "file/held.h"
#include "shaketap_abi.h"

struct flow_half {
	uint32_t next; /* sequence number behind all that was seen */
	bool known;    /* next means something */
	bool fin;
};

/* Bytes this little before what was seen are old; farther away they are of another connection. */
#define OLD_DISTANCE_MAX (1U << 20)

/* The first byte of data will be this one. */
static inline void flow_half_begin(struct flow_half *half, uint32_t seq)
{
	if (!half->known)
		half->next = seq;
	half->known = true;
}

/* All of it, up to end, was seen before. */
static inline bool flow_half_is_old(const struct flow_half *half, uint32_t end)
{
	return half->known && half->next - end < OLD_DISTANCE_MAX;
}

struct flow {
	struct st_flow_key key;
	uint64_t id;	      /* of the handshake that is followed; 0: none */
	uint64_t syn_time;    /* 0: no SYN seen */
	uint64_t synack_time; /* 0: no answer seen */
	uint32_t syn_seq;
	uint32_t answer_seq;	  /* with synack_time: that of the server */
	uint8_t client;		  /* who sent the SYN, index in the key */
	uint8_t early;		  /* data segments seen, up to EARLY_SEGMENTS */
	bool repeated;		  /* ST_EVENT_SYN_REPEATED went out */
	bool over;		  /* RST, or FIN of both sides, or nothing more is wanted */
	struct flow_half half[2]; /* by sender */
	struct held held;
	UT_hash_handle hh;
	TAILQ_ENTRY(flow) lru;
};

TAILQ_HEAD(flow_list, flow);

struct flow_table {
	struct flow *by_key;
	struct flow_list lru; /* longest silent first */
	size_t count, max;
	uint64_t seed; /* of the hash */
	struct held_budget budget;
};

/*
 * max: connections remembered; held_max: bytes that all of them together may hold back; seed: a
 * random one keeps the makers of captures from choosing places in the table.
 */
void flow_table_init(struct flow_table *table, size_t max, size_t held_max, uint64_t seed);
void flow_table_free(struct flow_table *table);

/*
 * The key of the segment's connection in its canonical form, the lower end first. The index
 * of the sender in it.
 */
unsigned flow_key_of(const struct tcp_segment *segment, struct st_flow_key *key);

/* NULL: none. */
struct flow *flow_find(struct flow_table *table, const struct st_flow_key *key);

/* A fresh one. There must be room (count < max). NULL: memory is out. */
struct flow *flow_add(struct flow_table *table, const struct st_flow_key *key);

/* Something was heard of it: from now on it is the last to go. */
void flow_touch(struct flow_table *table, struct flow *flow);

/* Another connection on the same ports: forget all but those. */
void flow_reset(struct flow_table *table, struct flow *flow);

void flow_free(struct flow_table *table, struct flow *flow);

#endif
