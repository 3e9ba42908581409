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

static __always_inline bool gate_is_open(const struct st_flow_key *key)
{
	const struct st_gate *gate = gate_of(key);

	return gate && (__s32)gate->count > 0 && !gate_is_stale(gate);
}

static __always_inline void gate_touch(const struct st_flow_key *key, __u64 now)
{
	struct st_gate *gate = gate_of(key);

	if (gate)
		gate->stamp = now >> ST_GATE_TICK_SHIFT;
}

static __always_inline void gate_enter(const struct st_flow_key *key, __u64 now)
{
	struct st_gate *gate = gate_of(key);

	if (!gate)
		return;
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
