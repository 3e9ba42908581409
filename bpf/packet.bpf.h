/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From an skb to the TCP segment inside it. All reads go through
 * bpf_skb_load_bytes(): payload usually lies in fragments, and direct packet
 * access needs CAP_PERFMON before 6.6. One call takes the headers of the usual
 * layout together with the first payload bytes; other layouts take more calls.
 */
#ifndef SHAKETAP_PACKET_BPF_H
#define SHAKETAP_PACKET_BPF_H

#include <linux/if_ether.h>
#include <linux/in.h>

#include <bpf/bpf_endian.h>

#include "count.bpf.h"
#include "scratch.bpf.h"
#include "verifier.bpf.h"

/* 802.1ad carries two tags; a third is somebody's mistake and counted. */
#define VLAN_DEPTH_MAX 2
#define VLAN_TAG_LEN 4
#define VLAN_ID_MASK 0x0fff
/* RFC 8200 names six extension headers; longer chains are counted. */
#define IP6_HEADERS_MAX 6

#define IP4_FRAGMENT_MASK 0x3fff /* more fragments, offset */
#define IP6_FRAGMENT_MASK 0xfff9 /* offset, more fragments */

enum tcp_flag { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

static __always_inline bool load_first_bytes(struct __sk_buff *skb, struct packet *packet)
{
	__u32 n = packet->len < FIRST_BYTES ? packet->len : FIRST_BYTES;

	return !bpf_skb_load_bytes(skb, packet->offset, packet->first,
				   clamp_length(n, sizeof(packet->first)));
}

/* head holds the TCP header, and with packet->all_here also what follows it in the usual layout. */
static __always_inline bool parse_tcp(struct __sk_buff *skb, const struct tcp_head *head,
				      struct packet *packet)
{
	const struct tcphdr *tcp = &head->tcp;
	__u32 header_len = tcp->doff * 4;

	packet->offset += header_len;
	if (header_len < sizeof(*tcp) || packet->offset > packet->end) {
		count(ST_COUNT_REFUSED_MALFORMED);
		return false;
	}
	packet->len = packet->end - packet->offset;
	packet->flags = ((const __u8 *)tcp)[13];
	/* A SYN takes one sequence number in front of its data (TCP Fast Open). */
	packet->seq = bpf_ntohl(tcp->seq) + !!(packet->flags & TCP_SYN);
	packet->ack = packet->flags & TCP_ACK ? bpf_ntohl(tcp->ack_seq) : 0;
	packet->key.port[0] = packet->sender_port = tcp->source;
	packet->key.port[1] = packet->receiver_port = tcp->dest;
	if (!packet->len)
		return true;
	if (packet->all_here && header_len == sizeof(*tcp) + USUAL_OPTIONS_LEN &&
	    packet->len >= FIRST_BYTES) {
		__builtin_memcpy(packet->first, head->first, FIRST_BYTES);
		return true;
	}
	if (load_first_bytes(skb, packet))
		return true;
	count(ST_COUNT_REFUSED_TRUNCATED);
	return false;
}

/* The TCP header is not where it usually is: load it from packet->offset. */
static __always_inline bool load_tcp(struct __sk_buff *skb, const struct packet *packet,
				     struct tcphdr *tcp)
{
	if (!bpf_skb_load_bytes(skb, packet->offset, tcp, sizeof(*tcp)))
		return true;
	count(ST_COUNT_REFUSED_TRUNCATED);
	return false;
}

static __always_inline bool parse_ip4(struct __sk_buff *skb, struct scratch *scratch)
{
	struct ip4_head *head = &scratch->head.ip4;
	struct packet *packet = &scratch->packet;
	__u32 header_len, total;

	packet->all_here = skb->len >= packet->offset + sizeof(*head);
	if (packet->all_here ? bpf_skb_load_bytes(skb, packet->offset, head, sizeof(*head))
			     : bpf_skb_load_bytes(skb, packet->offset, head,
						  sizeof(head->ip) + sizeof(head->rest.tcp)))
		return false; /* too short for TCP: some other protocol, or nothing to follow */
	if (head->ip.protocol != IPPROTO_TCP)
		return false;
	if (head->ip.frag_off & bpf_htons(IP4_FRAGMENT_MASK)) {
		count(ST_COUNT_REFUSED_FRAGMENT);
		return false;
	}
	header_len = head->ip.ihl * 4;
	total = bpf_ntohs(head->ip.tot_len);
	if (!total) /* BIG TCP: more than the field can say */
		total = skb->len - packet->offset;
	if (header_len < sizeof(head->ip) || total > skb->len - packet->offset) {
		count(ST_COUNT_REFUSED_MALFORMED);
		return false;
	}
	packet->end = packet->offset + total;
	packet->offset += header_len;
	if (header_len != sizeof(head->ip)) {
		packet->all_here = false;
		if (!load_tcp(skb, packet, &head->rest.tcp))
			return false;
	}
	packet->key.addr[0][2] = packet->key.addr[1][2] = bpf_htonl(0xffff);
	packet->key.addr[0][3] = head->ip.saddr;
	packet->key.addr[1][3] = head->ip.daddr;
	return parse_tcp(skb, &head->rest, packet);
}

struct ip6_extension {
	__u8 next;
	__u8 len;
	__be16 fragment; /* meaningful in a fragment header */
};

/* Offset of the TCP header behind the extension headers; 0: it is not TCP or not to be followed. */
static __always_inline __u32 skip_ip6_extensions(struct __sk_buff *skb, __u32 offset, __u8 next)
{
#pragma clang loop unroll(full)
	for (int i = 0; i < IP6_HEADERS_MAX; i++) {
		struct ip6_extension header;

		if (next == IPPROTO_TCP)
			return offset;
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT && next != IPPROTO_AH)
			return 0;
		if (bpf_skb_load_bytes(skb, offset, &header, sizeof(header))) {
			count(ST_COUNT_REFUSED_TRUNCATED);
			return 0;
		}
		if (next == IPPROTO_FRAGMENT) {
			if (header.fragment & bpf_htons(IP6_FRAGMENT_MASK)) {
				if (header.next == IPPROTO_TCP)
					count(ST_COUNT_REFUSED_FRAGMENT);
				return 0;
			}
			offset += 8;
		} else if (next == IPPROTO_AH) {
			offset += (header.len + 2) * 4; /* RFC 4302 section 2.2 */
		} else {
			offset += (header.len + 1) * 8; /* RFC 8200 section 4.3 */
		}
		next = header.next;
	}
	if (next == IPPROTO_TCP)
		return offset;
	count(ST_COUNT_REFUSED_HEADER_CHAIN);
	return 0;
}

static __always_inline bool parse_ip6(struct __sk_buff *skb, struct scratch *scratch)
{
	struct ip6_head *head = &scratch->head.ip6;
	struct packet *packet = &scratch->packet;
	__u32 total;

	packet->all_here = skb->len >= packet->offset + sizeof(*head);
	if (packet->all_here ? bpf_skb_load_bytes(skb, packet->offset, head, sizeof(*head))
			     : bpf_skb_load_bytes(skb, packet->offset, head,
						  sizeof(head->ip) + sizeof(head->rest.tcp)))
		return false;
	total = sizeof(head->ip) + bpf_ntohs(head->ip.payload_len);
	if (!head->ip.payload_len) /* a jumbogram, which is how BIG TCP looks */
		total = skb->len - packet->offset;
	packet->end = packet->offset + total;
	packet->offset += sizeof(head->ip);
	if (head->ip.nexthdr != IPPROTO_TCP) {
		packet->offset = skip_ip6_extensions(skb, packet->offset, head->ip.nexthdr);
		if (!packet->offset)
			return false;
		packet->all_here = false;
		if (!load_tcp(skb, packet, &head->rest.tcp))
			return false;
	}
	if (packet->end > skb->len) {
		count(ST_COUNT_REFUSED_MALFORMED);
		return false;
	}
	__builtin_memcpy(packet->key.addr[0], &head->ip.saddr, sizeof(packet->key.addr[0]));
	__builtin_memcpy(packet->key.addr[1], &head->ip.daddr, sizeof(packet->key.addr[1]));
	return parse_tcp(skb, &head->rest, packet);
}

/*
 * Parse down to TCP. ethernet: the skb begins with an Ethernet header, else with
 * the IP header. False: not TCP over IP, or refused and counted. The tag in the
 * skb's metadata is the outer one; in the frame, the first one counts.
 */
static __noinline int parse_packet(struct __sk_buff *skb, bool ethernet, struct scratch *scratch)
{
	struct packet *packet = &scratch->packet;
	__be16 protocol = skb->protocol;

	packet->offset = ethernet ? ETH_HLEN : 0;
	if (skb->vlan_present)
		packet->vlan = skb->vlan_tci & VLAN_ID_MASK;
	for (int i = 0; i < VLAN_DEPTH_MAX; i++) {
		__be16 tag[2]; /* TCI, protocol of what follows */

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		if (bpf_skb_load_bytes(skb, packet->offset, tag, sizeof(tag))) {
			count(ST_COUNT_REFUSED_TRUNCATED);
			return false;
		}
		if (!packet->vlan)
			packet->vlan = bpf_ntohs(tag[0]) & VLAN_ID_MASK;
		protocol = tag[1];
		packet->offset += VLAN_TAG_LEN;
	}
	if (protocol == bpf_htons(ETH_P_IP))
		return parse_ip4(skb, scratch);
	if (protocol == bpf_htons(ETH_P_IPV6))
		return parse_ip6(skb, scratch);
	if (protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD))
		count(ST_COUNT_REFUSED_VLAN_DEPTH);
	return false;
}

static __always_inline bool source_is_higher(const struct st_flow_key *key)
{
	for (int i = 0; i < 4; i++)
		if (key->addr[0][i] != key->addr[1][i])
			return key->addr[0][i] > key->addr[1][i];
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
