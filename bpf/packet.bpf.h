/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From an skb to the TCP segment inside it. One read takes the headers of the usual layout
 * together with the first payload bytes; other layouts take more, and payload that lies in
 * fragments, as it usually does, takes a helper (see direct.bpf.h).
 */
#ifndef SHAKETAP_PACKET_BPF_H
#define SHAKETAP_PACKET_BPF_H

#include <linux/if_ether.h>

#include "ip.bpf.h"

/* 802.1ad carries two tags; a third is somebody's mistake and counted. */
#define VLAN_DEPTH_MAX 2
#define VLAN_ID_MASK 0x0fff

/*
 * Ethernet's type has been read; tags may follow it, then IP. The frame's own
 * first tag is the packet's, those inside a tunnel are not.
 */
static __always_inline bool parse_typed(struct __sk_buff *skb, struct scratch *scratch, __be16 type,
					bool inner, __u32 start)
{
	struct packet *packet = &scratch->packet;

	for (int i = 0; i < VLAN_DEPTH_MAX; i++) {
		__be16 tag[2]; /* TCI, type of what follows */

		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if (!read_bytes(skb, packet->offset, tag, sizeof(tag), start)) {
			count(ST_COUNT_REFUSED_TRUNCATED);
			return false;
		}
		if (!inner && !packet->vlan)
			packet->vlan = bpf_ntohs(tag[0]) & VLAN_ID_MASK;
		type = tag[1];
		packet->offset += VLAN_TAG_LEN;
	}
	/* What is too short for TCP is none; and from here on the limit is not before the offset.
	 */
	if (inner && packet->offset + sizeof(struct iphdr) + sizeof(struct tcphdr) > packet->limit)
		return false;
	if (type == bpf_htons(ETH_P_IP)) {
		if (!parse_ip4(skb, scratch, inner, start))
			return false;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		if (!parse_ip6(skb, scratch, inner, start))
			return false;
	} else {
		if (type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD))
			count(ST_COUNT_REFUSED_VLAN_DEPTH);
		return false;
	}
	return parse_tcp(skb, &scratch->head.ip6.rest, packet);
}

/*
 * Parse down to TCP. ethernet: the skb begins with an Ethernet header, else with
 * the IP header. False: not TCP over IP, refused and counted, or packet->tunnel says
 * what may hold it. The tag in the skb's metadata is the outer one.
 */
static __always_inline bool parse_packet(struct __sk_buff *skb, bool ethernet, bool direct,
					 struct scratch *scratch)
{
	struct packet *packet = &scratch->packet;
	const __u32 begin = ethernet ? ETH_HLEN : 0;

	packet->offset = begin;
	if (skb->vlan_present)
		packet->vlan = skb->vlan_tci & VLAN_ID_MASK;
	return parse_typed(skb, scratch, skb->protocol, false, direct ? begin : BY_HELPER);
}

static __always_inline bool source_is_higher(const struct st_flow_key *key)
{
	const __u64 *a = (const __u64 *)key->addr[0], *b = (const __u64 *)key->addr[1];

	/* Any order will do, as long as it is always the same one. */
	if (a[0] != b[0])
		return a[0] > b[0];
	if (a[1] != b[1])
		return a[1] > b[1];
	return key->port[0] > key->port[1];
}

/* Put the ends in the order of struct st_flow_key and note which of them sent the packet. */
static __always_inline void packet_canonical(struct packet *packet)
{
	struct st_flow_key *key = &packet->key;
	struct st_flow_key turned;

	if (!source_is_higher(key))
		return;
	__builtin_memcpy(turned.addr[0], key->addr[1], sizeof(turned.addr[0]));
	__builtin_memcpy(turned.addr[1], key->addr[0], sizeof(turned.addr[1]));
	turned.port[0] = key->port[1];
	turned.port[1] = key->port[0];
	*key = turned;
	packet->sender = 1;
}

#endif
