/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The second segment of a hello may come before the first, which is late or lost and will be sent
 * again. Nothing in its bytes says what it is, so it stays here, in the kernel, until the first
 * one shows that this is a handshake; of other connections nothing is ever handed out.
 *
 * Asked is only who comes behind the place where an answered connection begins (see expect.bpf.h),
 * before anything came at that place; and each connection has a few places. A flood of such
 * segments pushes out others: their hellos have a gap then, as without all this.
 */
#ifndef SHAKETAP_EARLY_BPF_H
#define SHAKETAP_EARLY_BPF_H

#include "expect.bpf.h"
#include "syns.bpf.h"
#include "walk.bpf.h"

/* Segments, or parts of so many bytes as an event holds, kept of one connection. */
#define EARLY_MAX 4
/* Kept of all connections: they stay for as long as TCP takes to send the first one again. */
#define EARLY_ENTRIES 256

/* As it goes to the ring. */
struct early {
	struct st_event event;
	__u8 payload[ST_EVENT_PAYLOAD_MAX];
};

/* Programs only. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, EARLY_ENTRIES);
	__type(key, struct early_key);
	__type(value, struct early);
} early SEC(".maps");

/* Keep the next bytes of the segment in the scratch. 1: there are none, or no place for them. */
__noinline int keep_step(struct __sk_buff *skb)
{
	struct scratch *scratch = get_scratch();
	struct segment *segment;
	struct st_event *event;
	struct st_syn *syn;
	__u32 n;

	if (!scratch)
		return 1;
	event = &scratch->event;
	segment = &scratch->segment;
	n = segment->len - segment->at;
	syn = syn_find(scratch);
	if (!n || !syn || syn->early >= EARLY_MAX)
		return 1;
	if (n > ST_EVENT_PAYLOAD_MAX)
		n = ST_EVENT_PAYLOAD_MAX;
	n = clamp_length(n, ST_EVENT_PAYLOAD_MAX);
	if (bpf_skb_load_bytes(skb, segment->offset + segment->at, scratch->payload, n)) {
		count(ST_COUNT_REFUSED_TRUNCATED);
		return 1;
	}
	event->seq = segment->seq + segment->at;
	event->len = n;
	scratch->early.flow = event->key;
	scratch->early.index = syn->early;
	if (bpf_map_update_elem(&early, &scratch->early, &scratch->event, BPF_ANY))
		return 1;
	syn->early++;
	segment->at += n;
	return 0;
}

/* It overtook the first segment of a client, as the path shows it that showed the SYN. */
static __always_inline bool is_early(struct scratch *scratch)
{
	const struct packet *packet = &scratch->packet;
	const struct st_syn *syn = syn_find(scratch);
	const __u32 *expect = expect_of(scratch);

	return syn && expect && syn->client == packet->sender && syn->owner == packet->owner &&
	       *expect == syn->seq + 1 && is_ahead(*expect, packet->seq);
}

/* A segment that no flow explains. The key is canonical. */
static __always_inline void keep_early(struct __sk_buff *skb, struct scratch *scratch, bool egress)
{
	const struct packet *packet = &scratch->packet;

	if (!is_early(scratch))
		return;
	begin_event(skb, scratch, egress, bpf_ktime_get_ns());
	scratch->event.type = ST_EVENT_DATA;
	scratch->segment.offset = packet->offset;
	scratch->segment.seq = packet->seq;
	scratch->segment.len = packet->len;
	scratch->segment.at = 0;
#pragma clang loop unroll(full)
	for (int step = 0; step < EARLY_MAX; step++)
		if (keep_step(skb))
			return;
}

/* Does the walk get on with these bytes, which end at `end`? Else it goes on as they come. */
static __always_inline void place_early(struct scratch *scratch, __u32 seq, __u32 end)
{
	struct st_half *half = &scratch->segment.half;

	if (half->walk != ST_WALK_ON)
		return;
	if (before(half->need, seq) || before(half->copy_to, end)) {
		lose_place(scratch);
		return;
	}
	half->need = end == half->copy_to ? half->next : end;
}

/* What was kept at this index goes out behind the segment in the scratch, which began the flow. */
__noinline int give_early(__u32 index)
{
	struct scratch *scratch = get_scratch();
	struct segment *segment;
	struct st_half *half;
	struct early *kept;
	__u64 time;
	__u32 n, end;

	if (!scratch)
		return 0;
	segment = &scratch->segment;
	half = &segment->half;
	scratch->early.flow = scratch->event.key;
	scratch->early.index = index;
	kept = bpf_map_lookup_elem(&early, &scratch->early);
	if (!kept)
		return 0;
	time = kept->event.time;
	n = clamp_length(kept->event.len, ST_EVENT_PAYLOAD_MAX);
	end = kept->event.seq + n;
	if (half->walk == ST_WALK_SPENT || !before(half->need, end) ||
	    (segment->lost && !segment->opened))
		return 0;
	place_early(scratch, kept->event.seq, end);
	if (end - half->seen < SEEN_DISTANCE_MAX)
		half->seen = end;
	half->copied += n;
	kept->event.flow = scratch->event.flow;
	if (segment->lost)
		kept->event.flags |= ST_FLAG_LOST;
	if (half->walk == ST_WALK_RAW)
		kept->event.flags |= ST_FLAG_RAW;
	/* Another CPU may have given the place to another connection meanwhile. */
	if (!output(scratch, kept, n) || kept->event.time != time)
		segment->lost = 1;
	bpf_map_delete_elem(&early, &scratch->early);
	return 0;
}

/* The flow has begun with the segment in the scratch. */
static __always_inline void give_all_early(__u32 kept)
{
#pragma clang loop unroll(full)
	for (__u32 index = 0; index < EARLY_MAX; index++)
		if (index < kept)
			give_early(index);
}

#endif
