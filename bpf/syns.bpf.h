/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Places in the SYN table, see struct st_syn. */
#ifndef SHAKETAP_SYNS_BPF_H
#define SHAKETAP_SYNS_BPF_H

#include "table.bpf.h"

/* The place of the packet's flow, whoever is there. */
static __always_inline struct st_syn *syn_place(struct scratch *scratch)
{
	scratch->index = st_place(scratch->packet.hash >> 32, config.syns);
	return bpf_map_lookup_elem(&syns, &scratch->index);
}

/* NULL: not seen. It is a look-up that says so, see table_find(). */
static __always_inline struct st_syn *syn_find(struct scratch *scratch)
{
	struct st_syn *syn = syn_place(scratch);

	if (!syn || !is_same_key(&syn->key, &scratch->packet.key) ||
	    syn->check != st_syn_check(syn))
		scratch->index = NO_ENTRY;
	return bpf_map_lookup_elem(&syns, &scratch->index);
}

/* The packet is a SYN; its key is canonical. */
static __always_inline void syn_enter(struct scratch *scratch)
{
	const struct packet *packet = &scratch->packet;
	struct st_syn *syn = syn_place(scratch);

	if (!syn)
		return;
	syn->check = 0;
	syn->key = packet->key;
	syn->seq = packet->seq - 1; /* its own: packet->seq is that of data behind it */
	syn->syn_time = bpf_ktime_get_ns();
	syn->answered = syn->answered_high = 0;
	syn->owner = packet->owner;
	syn->answer_seq = 0;
	syn->client = packet->sender;
	syn->repeated = 0;
	syn->early = 0;
	syn->check = st_syn_check(syn);
}

#endif
