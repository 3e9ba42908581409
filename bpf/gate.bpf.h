/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gate in front of the flow table, see struct st_gate. */
#ifndef SHAKETAP_GATE_BPF_H
#define SHAKETAP_GATE_BPF_H

#include "maps.bpf.h"

static __always_inline struct st_gate *gate_of(const struct st_flow_key *key)
{
	__u32 bucket = st_gate_bucket(key, config.gate_seed);

	return bpf_map_lookup_elem(&gates, &bucket);
}

static __always_inline bool gate_is_stale(const struct st_gate *gate)
{
	__u32 now = bpf_ktime_get_ns() >> ST_GATE_TICK_SHIFT;

	return now - gate->stamp > (__u32)(config.gate_lifetime >> ST_GATE_TICK_SHIFT);
}

static __always_inline bool gate_is_open(const struct st_gate *gate)
{
	return (__s32)gate->count > 0 && !gate_is_stale(gate);
}

/* Segments less than this behind the first one can overtake it: the window of RFC 6928. */
#define OVERTAKE_MAX (1U << 14)

/* The connection that was answered last in this bucket begins at seq. */
static __always_inline void gate_expect(const struct st_flow_key *key, __u32 seq)
{
	struct st_gate *gate = gate_of(key);

	if (gate)
		gate->expect = seq;
}

/* It has begun: nobody overtakes its beginning any more. */
static __always_inline void gate_begin(struct st_gate *gate, __u32 seq)
{
	if (gate->expect == seq)
		gate->expect = seq - OVERTAKE_MAX;
}

static __always_inline bool gate_is_ahead(const struct st_gate *gate, __u32 seq)
{
	return seq - gate->expect - 1 < OVERTAKE_MAX - 1;
}

/* True: it may be of a handshake, and the tables are worth asking. */
static __always_inline bool gate_lets_in(const struct st_flow_key *key, __u32 seq)
{
	struct st_gate *gate = gate_of(key);

	if (!gate)
		return false;
	gate_begin(gate, seq);
	return gate_is_open(gate) || gate_is_ahead(gate, seq);
}

static __always_inline void gate_touch(const struct st_flow_key *key, __u64 now)
{
	struct st_gate *gate = gate_of(key);

	if (gate)
		gate->stamp = now >> ST_GATE_TICK_SHIFT;
}

/* A flow that begins at seq. */
static __always_inline void gate_enter(const struct st_flow_key *key, __u32 seq, __u64 now)
{
	struct st_gate *gate = gate_of(key);

	if (!gate)
		return;
	gate_begin(gate, seq);
	/*
	 * The daemon and a program may both have seen the end of one flow. And nobody saw that of
	 * those which a flood pushed out of the table: what is stale does not count any more.
	 */
	if ((__s32)gate->count < 0 || gate_is_stale(gate))
		gate->count = 1;
	else
		__sync_fetch_and_add(&gate->count, 1);
	gate->stamp = now >> ST_GATE_TICK_SHIFT;
}

static __always_inline void gate_leave(const struct st_flow_key *key)
{
	struct st_gate *gate = gate_of(key);

	if (gate)
		__sync_fetch_and_add(&gate->count, -1);
}

#endif
