/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a packet to events in the ring. */
#ifndef SHAKETAP_EMIT_BPF_H
#define SHAKETAP_EMIT_BPF_H

#include "packet.bpf.h"

/* Where a packet was seen, as the owner of a direction is written. */
static __always_inline __u32 owner_of(const struct __sk_buff *skb, const struct packet *packet,
				      bool egress)
{
	return skb->ifindex << 1 | egress | (packet->inner ? ST_OWNER_TUNNEL : 0);
}

/* Events of one processor between two looks at how full the ring is. */
#define QUERY_EVERY 16

/*
 * Waking costs more than everything else here, so events are silent except for
 * the first one after the daemon went to sleep and when the ring fills up.
 */
static __always_inline __u64 wakeup_flags(struct scratch *scratch)
{
	if (control.asleep) {
		control.asleep = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	if (++scratch->asked % QUERY_EVERY == 0 && !control.urgent &&
	    bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > config.wakeup_fill) {
		control.urgent = 1;
		return BPF_RB_FORCE_WAKEUP;
	}
	return BPF_RB_NO_WAKEUP;
}

/* The fields that all events of one packet share. */
static __always_inline void begin_event(struct __sk_buff *skb, struct scratch *scratch, bool egress,
					__u64 now)
{
	const struct packet *packet = &scratch->packet;
	struct st_event *event = &scratch->event;

	event->time = now;
	event->flow = 0;
	event->syn_time = 0;
	event->synack_time = 0;
	event->cgroup = 0;
	event->key = packet->key;
	event->ifindex = skb->ifindex;
	event->seq = packet->seq;
	event->ack = packet->ack;
	event->len = 0;
	event->vlan = packet->vlan;
	event->flags = egress ? ST_FLAG_EGRESS : 0;
	event->sender = packet->sender;
	event->spoken = 0;
	event->pieces = 0;
	event->done = 0;
	event->hash = packet->hash;
	event->seen[0] = event->seen[1] = 0;
	if (skb->sk) {
		event->flags |= ST_FLAG_LOCAL;
		event->cgroup = bpf_skb_cgroup_id(skb);
	}
}

/* Write an event with n payload bytes behind it. False: no room in the ring, counted. */
static __always_inline bool output(struct scratch *scratch, void *event, __u32 n)
{
	if (bpf_ringbuf_output(&events, event, sizeof(struct st_event) + n,
			       wakeup_flags(scratch))) {
		count(ST_COUNT_LOST_RING_FULL);
		return false;
	}
	count(ST_COUNT_EVENTS);
	return true;
}

static __always_inline bool submit(struct scratch *scratch, __u32 n)
{
	return output(scratch, &scratch->event, n);
}

/* The event in the scratch, as one of the flow at hand, with n bytes that begin at seq. */
__noinline int submit_of_flow(__u32 type, __u32 seq, __u32 n)
{
	struct scratch *scratch = get_scratch();
	struct segment *segment;
	struct st_event *event;

	if (!scratch || n > ST_EVENT_PAYLOAD_MAX)
		return 0;
	segment = &scratch->segment;
	if (segment->lost && !segment->opened)
		return 0; /* without its first event the rest tells nothing */
	event = &scratch->event;
	event->type = type;
	event->seq = seq;
	event->len = n;
	if (!segment->opened)
		event->flags |= ST_FLAG_OPENED | (segment->joined ? ST_FLAG_JOINED : 0);
	if (segment->lost)
		event->flags |= ST_FLAG_LOST;
	if (!submit(scratch, n)) {
		segment->lost = 1;
		return 0;
	}
	event->flags &= ~(ST_FLAG_OPENED | ST_FLAG_JOINED);
	segment->opened = 1;
	return 0;
}

#endif
