/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The flow table: how an entry begins, is followed and ends. */
#ifndef SHAKETAP_FLOW_BPF_H
#define SHAKETAP_FLOW_BPF_H

#include "gate.bpf.h"
#include "walk.bpf.h"

static __always_inline void flow_end(const struct st_flow_key *key)
{
	if (bpf_map_delete_elem(&flows, key))
		return;
	gate_leave(key);
	count(ST_COUNT_FLOWS_ENDED);
}

/* NULL: the table had no room, counted. */
static __always_inline struct st_flow *flow_open(const struct packet *packet, bool joined,
						 __u64 now)
{
	struct scratch *scratch = get_scratch();
	struct st_flow *flow;
	struct st_half *half;

	if (!scratch)
		return NULL;
	scratch->flow = (struct st_flow){ .id = now, .joined = joined };
	if (bpf_map_update_elem(&flows, &packet->key, &scratch->flow, BPF_NOEXIST)) {
		count(ST_COUNT_LOST_TABLE_FULL);
		return NULL;
	}
	gate_enter(&packet->key, now);
	count(ST_COUNT_FLOWS_OPENED);
	flow = bpf_map_lookup_elem(&flows, &packet->key);
	if (!flow)
		return NULL;
	half = half_of(flow, packet->sender);
	half->need = half->copy_to = half->next = packet->seq;
	half->walk = ST_WALK_ON;
	if (packet->flags & TCP_ACK) { /* tells where the other side's next byte will be */
		half = half_of(flow, packet->sender ^ 1);
		half->need = half->copy_to = half->next = packet->ack;
		half->walk = ST_WALK_ON;
	}
	return flow;
}

/* The times of the TCP handshake go with the first event of the flow. */
static __always_inline void add_syn_times(struct st_event *event)
{
	const struct st_syn *syn = bpf_map_lookup_elem(&syns, &event->key);

	if (!syn)
		return;
	event->syn_time = syn->syn_time;
	event->synack_time = syn->synack_time;
}

/* FIN and RST end the direction; true: with it the flow. */
static __always_inline bool follow_edges(const struct packet *packet, struct scratch *scratch,
					 struct st_flow *flow)
{
	struct st_half *half = &scratch->segment.half;

	if (packet->flags & TCP_RST) {
		submit_of_flow(ST_EVENT_RST, packet->seq + packet->len, 0);
	} else if (!half->fin) {
		half->fin = 1;
		submit_of_flow(ST_EVENT_FIN, packet->seq + packet->len, 0);
	}
	return packet->flags & TCP_RST || half_of(flow, packet->sender ^ 1)->fin;
}

static __always_inline void begin_segment(struct segment *segment, const struct packet *packet,
					  const struct st_flow *flow, const struct st_half *half)
{
	segment->offset = packet->offset;
	segment->seq = packet->seq;
	segment->len = packet->len;
	segment->half = *half;
	segment->opened = flow->opened;
	segment->joined = flow->joined;
	segment->lost = flow->lost;
}

/* The other direction may be at work on another CPU: of the shared fields only set what is new. */
static __always_inline void end_segment(const struct segment *segment, struct st_flow *flow,
					struct st_half *half)
{
	*half = segment->half;
	if (segment->opened)
		flow->opened = 1;
	if (segment->lost)
		flow->lost = 1;
}

/*
 * A segment that may concern a handshake: it begins with a hello, or its bucket
 * holds one. The key is canonical. False: no flow, nothing was done.
 */
static __always_inline bool follow(struct __sk_buff *skb, const struct packet *packet, bool egress)
{
	struct st_flow *flow = bpf_map_lookup_elem(&flows, &packet->key);
	__u64 now = bpf_ktime_get_ns();
	__u32 owner = owner_of(skb, egress);
	struct scratch *scratch;
	struct st_half *half;
	bool over = false;

	if (!flow) {
		if (packet->sniffed == SNIFF_NOTHING || !is_hello(skb, packet))
			return false;
		flow = flow_open(packet, packet->sniffed == SNIFF_SERVER_HELLO, now);
		if (!flow)
			return false;
	}
	half = half_of(flow, packet->sender);
	if (!half->owner)
		half->owner = owner;
	if (half->owner != owner) {
		count(ST_COUNT_DUPLICATES);
		return true;
	}
	scratch = begin_event(skb, packet, egress, now);
	if (!scratch)
		return false;
	gate_touch(&packet->key, now);
	scratch->event.flow = flow->id;
	if (!flow->opened)
		add_syn_times(&scratch->event);
	begin_segment(&scratch->segment, packet, flow, half);
	if (packet->len)
		walk_segment(skb);
	if (packet->flags & (TCP_FIN | TCP_RST))
		over = follow_edges(packet, scratch, flow);
	end_segment(&scratch->segment, flow, half);
	if (over)
		flow_end(&packet->key);
	return true;
}

#endif
