/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map: who writes it, who reads it. The daemon sizes them before loading. */
#ifndef SHAKETAP_MAPS_BPF_H
#define SHAKETAP_MAPS_BPF_H

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "shaketap_abi.h"
#include "shaketap_config.h"

#define BUCKETS_DEFAULT (97 * ST_BUCKETS_IN_PAGE)
#define ENTRIES_DEFAULT (ST_WAYS * BUCKETS_DEFAULT)

/* Written by the daemon before loading; frozen afterwards. */
const volatile struct st_bpf_config config = {
	.wakeup_fill = 256 * 1024,
	.seed = { 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9, 0x27d4eb2f165667c5,
		  0x85ebca77c2b2ae63 },
	.buckets = BUCKETS_DEFAULT,
	.syns = 16384,
	.copy_budget = 96 * 1024,
};

/* Written by both sides, see struct st_control. */
struct st_control control;

/* Set by the programs, taken back by the daemon, see ST_SHOWN_SLOTS. */
volatile __u8 shown[ST_SHOWN_SLOTS][2] __attribute__((aligned(8)));

/* Programs to daemon: struct st_event with payload. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} events SEC(".maps");

/* Flows that are shaking hands, see struct st_bucket. Written by both sides, sized by config. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, BUCKETS_DEFAULT);
	__type(key, __u32);
	__type(value, struct st_bucket);
} buckets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, ENTRIES_DEFAULT);
	__type(key, __u32);
	__type(value, struct st_flow);
} flows SEC(".maps");

/*
 * Recent SYNs, one place for each hash. Apart from flows, so that a SYN flood cannot push
 * handshakes out. Written by the programs, read by the daemon.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct st_syn);
} syns SEC(".maps");

/* enum st_count. Written by the programs, read by the daemon. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ST_COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

#endif
