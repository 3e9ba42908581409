/* SPDX-License-Identifier: BSD-2-Clause */
/* The TCP connections of a capture: found by their ends, bounded in number. */
#ifndef SHAKETAP_FILE_FLOW_TABLE_H
#define SHAKETAP_FILE_FLOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/index.h"
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
	/* What is looked at to forget it, when it was not needed for long, lies together. */
	TAILQ_ENTRY(flow) lru;
	struct held held;
	uint32_t hash;		  /* of the key */
	uint8_t client;		  /* who sent the SYN, index in the key */
	uint8_t early;		  /* data segments seen, up to EARLY_SEGMENTS */
	bool repeated;		  /* ST_EVENT_SYN_REPEATED went out */
	bool over;		  /* RST, or FIN of both sides, or nothing more is wanted */
	bool among_ended;	  /* in that list, else in the other */
	struct flow_half half[2]; /* by sender */
	struct st_flow_key key;
	uint32_t syn_seq;
	uint32_t answer_seq;  /* with synack_time: that of the server */
	uint64_t id;	      /* of the handshake that is followed; 0: none */
	uint64_t syn_time;    /* 0: no SYN seen */
	uint64_t synack_time; /* 0: no answer seen */
};

/* A SYN this little before data that was seen belongs to the same connection. */
#define SYN_LATE_MAX (1U << 16)

/* The SYN of the connection whose data was seen already. */
static inline bool flow_is_late_syn(const struct flow *flow, unsigned sender, uint32_t seq)
{
	const struct flow_half *half = &flow->half[sender];

	return !flow->syn_time && half->known && half->next - seq <= SYN_LATE_MAX;
}

/* It acknowledges the SYN, and comes from the other side. */
static inline bool flow_is_answer(const struct flow *flow, unsigned sender, uint32_t ack)
{
	return flow->syn_time && flow->client != sender && ack == flow->syn_seq + 1;
}

/* An RST farther than this from where its direction stands is somebody's guess. */
#define RST_DISTANCE_MAX (1U << 24)

static inline bool flow_is_stray(const struct flow *flow, unsigned sender, uint32_t seq)
{
	const struct flow_half *half = &flow->half[sender];

	return half->known && seq - half->next + RST_DISTANCE_MAX > 2 * RST_DISTANCE_MAX;
}

TAILQ_HEAD(flow_list, flow);

/*
 * Connections that are over are remembered for what of them is sent again: the last so many, so
 * that memory does not grow with the capture.
 */
#define FLOWS_ENDED_MAX 16384

struct flow_table {
	struct index by_key;
	struct flow *last;	/* the one found last: packets come in bursts; or NULL */
	struct flow_list lru;	/* longest silent first */
	struct flow_list ended; /* those that are over */
	size_t count, max, ended_count;
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

/* The one to go where room is short: of those that are over, if there are any. */
struct flow *flow_oldest(struct flow_table *table);

/* It is over or is not, which may be news. Which one has to go for it, never itself; NULL: none. */
struct flow *flow_sort(struct flow_table *table, struct flow *flow);

/* Another connection on the same ports: forget all but those. */
void flow_reset(struct flow_table *table, struct flow *flow);

/* It is not in the table any more, and can be looked at until it is freed. */
void flow_take_out(struct flow_table *table, struct flow *flow);
/* Such a one. */
void flow_free(struct flow_table *table, struct flow *flow);

#endif
