/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the packet around a tunnel to the one inside: VXLAN and Geneve, GRE with IP or Ethernet
 * in it, IP in IP. TCP never comes here. A connection is known by its inner addresses, so that
 * the tunnel's own device, where the packet passes as well, shows the same one.
 */
#ifndef SHAKETAP_TUNNEL_BPF_H
#define SHAKETAP_TUNNEL_BPF_H

#include "packet.bpf.h"

/* An overlay over an encrypting or routing tunnel has two; what has more is counted. */
#define TUNNELS_MAX 2

#define VXLAN_ID_THERE 0x08
#define GENEVE_VERSION_MASK 0xc0
#define GENEVE_OPTIONS_MASK 0x3f /* words */
#define GENEVE_CONTROL 0x80	 /* options alone, no packet */

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000 /* RFC 1701 alone; nobody sends it */
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_VERSION_MASK 0x0007 /* 1 is PPP (RFC 2637) */

#define TYPE_BRIDGED 0x6558 /* an Ethernet frame (RFC 1701, RFC 8926) */
#define TYPE_NONE 0

/* The ports were looked at already, unless options or extension headers stood before them. */
static __always_inline __be16 take_udp(struct __sk_buff *skb, struct scratch *scratch)
{
	struct udp_tunnel_head *head = &scratch->head.udp_tunnel;
	struct packet *packet = &scratch->packet;
	__u32 length;

	if (bpf_skb_load_bytes(skb, packet->offset, head, sizeof(*head)) ||
	    !is_tunnel_port(head->udp.dest))
		return TYPE_NONE;
	if (packet->fragment) {
		count(ST_COUNT_REFUSED_FRAGMENT);
		return TYPE_NONE;
	}
	length = bpf_ntohs(head->udp.len);
	if (!length) /* more than the field can say (RFC 2675 section 4) */
		length = packet->end - packet->offset;
	if (length < sizeof(*head) || packet->offset + length > packet->end) {
		count(ST_COUNT_REFUSED_MALFORMED);
		return TYPE_NONE;
	}
	packet->end = packet->offset + length;
	packet->offset += sizeof(*head);
	if (head->udp.dest != bpf_htons(UDP_GENEVE))
		return head->flags[0] & VXLAN_ID_THERE ? bpf_htons(TYPE_BRIDGED) : TYPE_NONE;
	if (head->flags[0] & GENEVE_VERSION_MASK || head->flags[1] & GENEVE_CONTROL)
		return TYPE_NONE;
	packet->offset += (head->flags[0] & GENEVE_OPTIONS_MASK) * 4;
	return loaded_here(head->type);
}

static __always_inline __u32 gre_optional(const struct gre_head *head, __u16 flag)
{
	return head->flags & bpf_htons(flag) ? 4 : 0;
}

static __always_inline __be16 take_gre(struct __sk_buff *skb, struct scratch *scratch)
{
	struct gre_head *head = &scratch->head.gre;
	struct packet *packet = &scratch->packet;

	if (bpf_skb_load_bytes(skb, packet->offset, head, sizeof(*head))) {
		count(ST_COUNT_REFUSED_TRUNCATED);
		return TYPE_NONE;
	}
	if (head->flags & bpf_htons(GRE_ROUTING | GRE_VERSION_MASK))
		return TYPE_NONE;
	packet->offset += sizeof(*head) + gre_optional(head, GRE_CHECKSUM) +
			  gre_optional(head, GRE_KEY) + gre_optional(head, GRE_SEQUENCE);
	return loaded_here(head->type);
}

/* What lies behind the header at packet->offset, by the numbers of Ethernet. */
static __always_inline __be16 take_header(struct __sk_buff *skb, struct scratch *scratch)
{
	struct packet *packet = &scratch->packet;

	if (packet->tunnel == IPPROTO_UDP)
		return take_udp(skb, scratch);
	if (packet->fragment) {
		count(ST_COUNT_REFUSED_FRAGMENT);
		return TYPE_NONE;
	}
	if (packet->tunnel == IPPROTO_GRE)
		return take_gre(skb, scratch);
	return packet->tunnel == IPPROTO_IPIP ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
}

/* Into one tunnel. True: down to TCP; else packet->tunnel says whether there is another one. */
__noinline int tunnel_step(struct __sk_buff *skb)
{
	struct scratch *scratch = get_scratch();
	struct packet *packet;
	__be16 type;

	if (!scratch)
		return false;
	packet = &scratch->packet;
	type = take_header(skb, scratch);
	packet->tunnel = 0;
	if (type == TYPE_NONE)
		return false;
	if (packet->offset > packet->end) {
		count(ST_COUNT_REFUSED_MALFORMED);
		return false;
	}
	if (type == bpf_htons(TYPE_BRIDGED)) {
		if (bpf_skb_load_bytes(skb, packet->offset + ETH_HLEN - sizeof(type),
				       &scratch->head.type, sizeof(type))) {
			count(ST_COUNT_REFUSED_TRUNCATED);
			return false;
		}
		packet->offset += ETH_HLEN;
		type = scratch->head.type;
	}
	packet->limit = packet->end;
	packet->inner = 1;
	return parse_typed(skb, scratch, type, true, BY_HELPER);
}

/* packet->tunnel is set. False: no TCP inside, or refused and counted. */
__noinline int parse_tunnel(struct __sk_buff *skb)
{
	struct scratch *scratch = get_scratch();

	if (!scratch)
		return false;
#pragma clang loop unroll(full)
	for (int i = 0; i < TUNNELS_MAX; i++) {
		if (tunnel_step(skb))
			return true;
		if (!scratch->packet.tunnel)
			return false;
	}
	count(ST_COUNT_REFUSED_TUNNEL_DEPTH);
	return false;
}

#endif
