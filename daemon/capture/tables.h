/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the kernel programs, which are memory of both sides: no system call, and no
 * rights, are needed to look at them. The programs go on writing meanwhile.
 */
#ifndef SHAKETAP_TABLES_H
#define SHAKETAP_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shaketap_abi.h"

struct tables {
	struct st_bucket *buckets;
	struct st_flow *flows;
	struct st_syn *syns;
	uint32_t bucket_count, syn_count;
	uint64_t seed[ST_SEEDS];
};

/* The maps; the other members are set before. 0 or -errno; tables_unmap() in either case. */
int tables_map(struct tables *tables, int buckets, int flows, int syns);
void tables_unmap(struct tables *tables);

/* The entry of this flow, open or over; NULL: none. */
struct st_flow *tables_flow(const struct tables *tables, const struct st_flow_key *key);

/* What the bucket of an entry says of it. */
uint16_t *tables_tag(const struct tables *tables, const struct st_flow *flow);

/*
 * Nothing more is wanted of the flow that has this identity, which its entry had: its packets are
 * let by, and its place may be taken.
 */
void tables_end(const struct tables *tables, struct st_flow *flow, const struct st_flow_key *key,
		uint64_t id);

/* A copy of the entry. False: there is none, or none that is whole. */
bool tables_syn(const struct tables *tables, const struct st_flow_key *key, struct st_syn *syn);

#endif
