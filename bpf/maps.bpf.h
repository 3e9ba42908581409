/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map: who writes it, who reads it. The daemon sizes them before loading. */
#ifndef SHAKETAP_MAPS_BPF_H
#define SHAKETAP_MAPS_BPF_H

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "shaketap_abi.h"
#include "shaketap_config.h"

/* Written by the daemon before loading; frozen afterwards. */
const volatile struct st_bpf_config config = {
	.wakeup_fill = 256 * 1024,
	.gate_lifetime = 30ULL * 1000 * 1000 * 1000,
	.copy_budget = 96 * 1024,
};

/* Written by both sides, see struct st_control. */
struct st_control control;

/* Programs to daemon: struct st_event with payload. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} events SEC(".maps");

/* Flows that are shaking hands. Made by the programs; deleted by them or by the daemon. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct st_flow_key);
	__type(value, struct st_flow);
} flows SEC(".maps");

/* Recent SYNs. Apart from flows, so that a SYN flood cannot push handshakes out. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct st_flow_key);
	__type(value, struct st_syn);
} syns SEC(".maps");

/* "Is a handshake open in this bucket?" Counted up by the programs, down by both. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, ST_GATE_BUCKETS);
	__type(key, __u32);
	__type(value, struct st_gate);
} gates SEC(".maps");

/* enum st_count. Written by the programs, read by the daemon. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ST_COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

/* One segment on its way through the walk, and the state of its direction. */
struct segment {
	__u32 offset; /* of the payload in the skb */
	__u32 seq;    /* of its first byte */
	__u32 len;
	__u32 from; /* first payload byte not yet emitted or left behind */
	__u32 at;   /* where the walk stands */
	struct st_half half;
	__u8 opened, joined, lost; /* as in struct st_flow */
	__u8 telling;		   /* segments sent again are worth an event */
	__u8 told;		   /* this was one */
};

/*
 * Per CPU, because an event is too large for the stack and because the verifier
 * checks a global function once, whatever its callers, when all it works on is
 * behind a map.
 */
struct scratch {
	struct st_event event; /* event and payload go to the ring in one piece */
	__u8 payload[ST_EVENT_PAYLOAD_MAX];
	struct segment segment;
	/*
	 * Values on their way into a table. Not on the stack: clang shares their slots with
	 * spilled pointers, and without CAP_PERFMON that is "attempt to corrupt spilled pointer".
	 */
	struct st_syn syn;
	struct st_flow flow;
};

/* Programs only. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* NULL never happens, but the verifier asks. */
static __always_inline struct scratch *get_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

#endif
