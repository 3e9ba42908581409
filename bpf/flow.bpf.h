/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The flow table: how an entry begins, is followed and ends. */
#ifndef SHAKETAP_FLOW_BPF_H
#define SHAKETAP_FLOW_BPF_H

#include "early.bpf.h"

/* How far an RST may be from the place known: the largest usual windows. */
#define RST_DISTANCE_MAX (1U << 24)

/* A SYN this little before data that was seen belongs to the same connection. */
#define SYN_LATE_MAX (1U << 16)

/* Bytes this little before what was seen are old; farther away they are of another connection. */
#define OLD_DISTANCE_MAX (1U << 20)

/*
 * The flow is over, its entry (scratch->entry) stays until another one needs the place: a
 * ServerHello that was on its way must not look like the middle of an unseen handshake.
 */
static __always_inline void flow_over(struct scratch *scratch, struct st_flow *flow)
{
	if (st_flow_over(flow))
		return;
	flow->over = flow->id;
	flow->half[0].walk = ST_WALK_SPENT;
	flow->half[1].walk = ST_WALK_SPENT;
	set_tag(scratch, scratch->entry, st_tag(scratch->packet.hash) & ~ST_TAG_LIVE);
	count(ST_COUNT_FLOWS_ENDED);
}

/*
 * It came inside a tunnel, and the flow did not. The other way round there is nothing wrong: a
 * server behind a load balancer may get its packets in a tunnel and answer without one.
 */
static __always_inline bool is_apart(struct st_flow *flow, const struct st_half *half, __u32 sender,
				     __u32 owner)
{
	__u32 known = half->owner ? half->owner : half_of(flow, sender ^ 1)->owner;

	return owner & ST_OWNER_TUNNEL && known && !(known & ST_OWNER_TUNNEL);
}

/*
 * A SYN makes room for a new connection on the same ports, unless the hello that followed it
 * overtook it. New connections have higher numbers than the one before (RFC 6528 section 3).
 */
static __always_inline void flow_remove(struct scratch *scratch)
{
	const struct packet *syn = &scratch->packet;
	struct st_flow *flow = table_find(scratch);
	const struct st_half *half;

	if (!flow)
		return;
	half = half_of(flow, syn->sender);
	if (!st_flow_over(flow) && is_apart(flow, half, syn->sender, syn->owner))
		return;
	if (!st_flow_over(flow) && half->walk != ST_WALK_NEW &&
	    half->seen - syn->seq <= SYN_LATE_MAX)
		return;
	if (!st_flow_over(flow))
		count(ST_COUNT_FLOWS_ENDED);
	set_tag(scratch, scratch->entry, ST_TAG_FREE);
}

/* NULL: the table had no room, counted. */
static __always_inline struct st_flow *flow_open(struct scratch *scratch, __u64 now)
{
	const struct packet *packet = &scratch->packet;
	struct st_flow *flow = table_enter(scratch, now);
	struct st_half *half;

	if (!flow)
		return NULL;
	flow->joined = packet->sniffed == TLS_SNIFFED_SERVER_HELLO;
	half = half_of(flow, packet->sender);
	half->need = half->seen = packet->seq;
	/* A hello in the form of SSL 2.0 is one clear record; what follows it are TLS records. */
	half->copy_to = half->next = packet->seq + tls_sniff_sslv2(packet->first);
	half->walk = ST_WALK_ON;
	half->signs = flow->joined ? 0 : ST_SIGN_CLIENT;
	if (packet->flags & TCP_ACK) { /* tells where the other side's next byte will be */
		half = half_of(flow, packet->sender ^ 1);
		half->need = half->copy_to = half->next = half->seen = packet->ack;
		half->walk = ST_WALK_ON;
	}
	expect_no_more(scratch);
	count(ST_COUNT_FLOWS_OPENED);
	return table_settle(scratch, flow, now);
}

/*
 * The times of the TCP handshake go with the first event of the flow. How many parts of the
 * sender's stream came before that and were kept.
 */
static __always_inline __u32 add_syn_times(struct scratch *scratch)
{
	struct st_event *event = &scratch->event;
	struct st_syn *syn = syn_find(scratch);
	__u32 early;

	if (!syn)
		return 0;
	event->syn_time = syn->syn_time;
	event->synack_time = st_syn_answer_time(syn);
	if (!event->synack_time) { /* the answer took another way: it is no connect that fails */
		st_syn_answer(syn, event->time);
		syn->answer_seq = event->ack - 1;
	}
	event->spoken = event->sender == syn->client && event->seq == syn->seq + 1 && event->ack &&
			event->ack - (syn->answer_seq + 2) < ST_SPOKEN_MAX;
	if (!syn->early || event->sender != syn->client)
		return 0;
	early = syn->early;
	syn->early = 0;
	return early;
}

/*
 * An RST takes effect only in the receiver's window (RFC 9293 section 3.10.7.4), which we do
 * not know; far from where its direction stands it is somebody's guess.
 */
static __always_inline bool is_stray_rst(const struct packet *packet, const struct st_half *half)
{
	__u32 distance = packet->seq - half->need + RST_DISTANCE_MAX;

	return half->walk == ST_WALK_ON && distance > 2 * RST_DISTANCE_MAX;
}

/* Where the walk stands, did all pass that is in front of the end of the segment in the scratch? */
static __always_inline enum st_fin fin_of(const struct segment *segment)
{
	const struct st_half *half = &segment->half;

	if (half->walk == ST_WALK_SPENT ||
	    (half->walk == ST_WALK_ON && !before(half->need, segment->seq + segment->len)))
		return ST_FIN_BEHIND;
	return ST_FIN_AHEAD;
}

/*
 * FIN and RST end the direction; true: with it the flow. A FIN that overtook data does not: the
 * daemon, which knows when all has come, lets go of the entry.
 */
static __always_inline bool follow_edges(const struct packet *packet, struct scratch *scratch,
					 struct st_flow *flow)
{
	struct st_half *half = &scratch->segment.half;

	scratch->event.seen[0] = flow->half[0].seen;
	scratch->event.seen[1] = flow->half[1].seen;
	if (packet->flags & TCP_RST) {
		if (is_stray_rst(packet, half)) {
			count(ST_COUNT_REFUSED_STRAY_RST);
			return false;
		}
		submit_of_flow(ST_EVENT_RST, packet->seq + packet->len, 0);
		return true;
	}
	if (half->fin == ST_FIN_NONE) {
		half->fin = fin_of(&scratch->segment);
		if (half->fin == ST_FIN_AHEAD)
			scratch->event.flags |= ST_FLAG_RAW;
		submit_of_flow(ST_EVENT_FIN, packet->seq + packet->len, 0);
	}
	return half->fin == ST_FIN_BEHIND &&
	       half_of(flow, packet->sender ^ 1)->fin == ST_FIN_BEHIND;
}

/* Sent again: it ends a little before the place where its direction stands. */
static __always_inline bool is_old(const struct packet *packet, const struct st_half *half)
{
	return half->need - (packet->seq + packet->len) < OLD_DISTANCE_MAX;
}

/* What another path shows this little ahead of the owner belongs to the same stream. */
#define NEWS_DISTANCE_MAX (1U << 20)

/*
 * Seen on another interface or hook than the direction's own. A copy passes there after it passed
 * its owner, and brings nothing that was not seen; what does took another path (a bond, routes
 * of equal cost). A proxy in between that uses the same ports has numbers of its own.
 */
static __always_inline bool is_news(const struct packet *packet, const struct st_half *half)
{
	__u32 ahead = packet->seq + packet->len - half->seen;

	if (ahead > NEWS_DISTANCE_MAX)
		return false;
	return ahead || packet->flags & TCP_RST || (packet->flags & TCP_FIN && !half->fin);
}

/* A direction belongs to who shows it first, or to nobody once it takes several paths. */
static __always_inline bool is_duplicate(const struct packet *packet, struct st_flow *flow,
					 struct st_half *half)
{
	const __u32 owner = packet->owner;
	__u32 many = ST_OWNER_MANY | (owner & ST_OWNER_TUNNEL);

	if (is_apart(flow, half, packet->sender, owner))
		return true;
	if (!half->owner)
		half->owner = owner;
	if (half->owner == owner || half->owner == many)
		return false;
	if (!is_news(packet, half))
		return true;
	half->owner = many;
	return false;
}

/* Where the payload of the packet lies; nothing of it is ready. */
static __always_inline void place_segment(struct segment *segment, const struct packet *packet)
{
	segment->offset = packet->offset;
	segment->at = 0;
	segment->fill = 0;
	segment->ready = 0;
}

static __always_inline void begin_segment(struct segment *segment, const struct packet *packet,
					  struct st_flow *flow, const struct st_half *half)
{
	const struct st_half *other = half_of(flow, packet->sender ^ 1);

	segment->telling = !other->copied && !other->records && flow->repeats < ST_REPEATS_MAX;
	segment->told = 0;
	segment->done = 0;
	segment->server_hello = 0;
	/* With a gap, or without the client's hello, it is for the daemon to see what is there. */
	segment->other = other->walk == ST_WALK_ON && !flow->joined ? other->signs : 0;
	segment->seq = packet->seq;
	segment->len = packet->len;
	segment->half = *half;
	segment->opened = flow->opened;
	segment->joined = flow->joined;
	segment->lost = flow->lost;
}

/*
 * The other direction may be at work on another CPU: of the shared fields only set what is
 * new. And the daemon may have deleted the entry meanwhile, and another flow have got it.
 */
static __always_inline void end_segment(const struct segment *segment, struct st_flow *flow,
					struct st_half *half, __u64 id)
{
	if (flow->id != id)
		return;
	*half = segment->half;
	if (segment->opened)
		flow->opened = 1;
	if (segment->lost)
		flow->lost = 1;
	if (segment->told)
		flow->repeats++;
}

/*
 * A segment that may concern a handshake: it begins with a hello, or its bucket
 * holds one. The key is canonical. False: no flow, nothing was done.
 */
static __always_inline bool follow(struct __sk_buff *skb, struct scratch *scratch, bool egress)
{
	const struct packet *packet = &scratch->packet;
	struct st_flow *flow = table_find(scratch);
	__u64 now = bpf_ktime_get_ns();
	struct st_half *half;
	bool over = false;

	place_segment(&scratch->segment, packet);
	if (flow && st_flow_over(flow)) {
		if (!flow->opened) /* see below; what goes on here was counted */
			return true;
		if (packet->sniffed != TLS_SNIFFED_CLIENT_HELLO || packet->flags & TCP_RST)
			return true;
		if (is_old(packet, half_of(flow, packet->sender)))
			return true;
		/* Its SYN was not seen, but this is a new handshake. */
		set_tag(scratch, scratch->entry, ST_TAG_FREE);
		flow = entry_at(scratch, NO_ENTRY);
	}
	if (!flow) {
		if (packet->sniffed == TLS_SNIFFED_NOTHING || !is_hello(skb, scratch))
			return false;
		flow = flow_open(scratch, now);
		if (!flow)
			return false;
	}
	half = half_of(flow, packet->sender);
	if (is_duplicate(packet, flow, half)) {
		count(ST_COUNT_DUPLICATES);
		return true;
	}
	begin_event(skb, scratch, egress, now);
	scratch->event.flow = flow->id;
	scratch->segment.early = flow->opened ? 0 : add_syn_times(scratch);
	begin_segment(&scratch->segment, packet, flow, half);
	/* What comes with an RST is a message to people (RFC 9293 section 3.5.3). */
	if (packet->len && !(packet->flags & TCP_RST))
		walk_segment(skb);
	if (scratch->segment.early)
		give_all_early(scratch->segment.early);
	over = scratch->segment.done && !scratch->segment.lost;
	/* Nobody was told: its end, which says that something is missing, is still to come. */
	if (scratch->segment.done && !over) {
		scratch->segment.half.walk = ST_WALK_SPENT;
		half_of(flow, packet->sender ^ 1)->walk = ST_WALK_SPENT;
	}
	if (!over && packet->flags & (TCP_FIN | TCP_RST))
		over = follow_edges(packet, scratch, flow);
	/* The ring had no room for its first event. */
	if (!scratch->segment.opened && scratch->segment.lost) {
		count(ST_COUNT_LOST_HANDSHAKE);
		over = true;
	}
	end_segment(&scratch->segment, flow, half, scratch->event.flow);
	if (over && flow->id == scratch->event.flow)
		flow_over(scratch, flow);
	return true;
}

#endif
