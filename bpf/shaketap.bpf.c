// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel side of shaketap: what happens to one packet, top to bottom.
 *
 * Most packets belong to flows whose handshake is long over; they leave after
 * their headers and one look at the first payload bytes (see struct st_bucket for the
 * continuation of a handshake). Nothing is ever changed or dropped.
 */
#include "connect.bpf.h"
#include "tunnel.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* "Not my decision": TCX_NEXT, which is also TC_ACT_UNSPEC. The only return value. */
#define VERDICT (-1)

/* A packet that may matter to a handshake or to the set-up of a connection. */
static __noinline int observe_segment(struct __sk_buff *skb, struct scratch *scratch, bool egress)
{
	struct packet *packet = &scratch->packet;

	packet_canonical(packet);
	packet->owner = owner_of(skb, packet, egress);
	if (packet->flags & TCP_SYN) {
		if (packet->flags & TCP_ACK)
			connect_answered(scratch);
		else
			connect_syn(skb, scratch, egress);
	}
	if (packet->len || packet->flags & (TCP_FIN | TCP_RST)) {
		if (follow(skb, scratch, egress))
			return 0;
		if (packet->flags & TCP_RST)
			connect_refused(skb, scratch, egress);
		else if (packet->len && packet->sniffed == TLS_SNIFFED_NOTHING)
			keep_early(skb, scratch, egress);
	}
	return 0;
}

/* Read far more often than written: the mark stays in every CPU's cache. */
static __always_inline void show(const struct __sk_buff *skb, bool egress)
{
	volatile __u8 *mark = &shown[st_shown_slot(skb->ifindex)][egress];

	if (!*mark)
		*mark = 1;
}

static __always_inline void observe(struct __sk_buff *skb, bool egress, bool ethernet, bool direct)
{
	struct scratch *scratch = get_scratch();
	struct packet *packet;

	show(skb, egress);
	if (!scratch)
		return;
	packet = &scratch->packet;
	packet_clear(packet);
	if (!parse_packet(skb, ethernet, direct, scratch) && !(packet->tunnel && parse_tunnel(skb)))
		return;
	if (!packet->len && !(packet->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		return;
	if (packet->len) {
		packet->sniffed = sniff(packet);
		if (proxy_header_begins(packet->first))
			sniff_behind_proxy(skb);
	}
	packet->hash = packet->ip4 ? st_flow_hash4(&packet->key, config.seed)
				   : st_flow_hash(&packet->key, config.seed);
	if (packet->sniffed == TLS_SNIFFED_NOTHING && !(packet->flags & (TCP_SYN | TCP_RST)) &&
	    !may_concern(scratch))
		return;
	observe_segment(skb, scratch, egress);
}

/* Each is there twice, see direct.bpf.h; the daemon loads one of the two. */
#define PROGRAM(name, egress, ethernet)                \
	SEC("tc")                                      \
	int name(struct __sk_buff *skb)                \
	{                                              \
		observe(skb, egress, ethernet, true);  \
		return VERDICT;                        \
	}                                              \
	SEC("?tc")                                     \
	int name##_by_helper(struct __sk_buff *skb)    \
	{                                              \
		observe(skb, egress, ethernet, false); \
		return VERDICT;                        \
	}

PROGRAM(ingress_ethernet, false, true)
PROGRAM(egress_ethernet, true, true)
PROGRAM(ingress_ip, false, false)
PROGRAM(egress_ip, true, false)
