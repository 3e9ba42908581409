/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From an IP header to the TCP segment in it, or to a tunnel: that is for tunnel.bpf.h. */
#ifndef SHAKETAP_IP_BPF_H
#define SHAKETAP_IP_BPF_H

#include <linux/in.h>

#include "direct.bpf.h"
#include "tcp.bpf.h"

/* RFC 8200 names six extension headers; longer chains are counted. */
#define IP6_HEADERS_MAX 6

#define IP4_FRAGMENT_MASK 0x3fff /* more fragments, offset */
#define IP6_FRAGMENT_MASK 0xfff9 /* offset, more fragments */
/* The offset alone; 0: the first one. */
#define IP4_OFFSET_MASK 0x1fff
#define IP6_OFFSET_MASK 0xfff8

#define UDP_VXLAN 4789
#define UDP_VXLAN_LINUX 8472 /* what Linux took before IANA gave a number */
#define UDP_GENEVE 6081

static __always_inline bool is_tunnel_port(__be16 port)
{
	return port == bpf_htons(UDP_VXLAN) || port == bpf_htons(UDP_VXLAN_LINUX) ||
	       port == bpf_htons(UDP_GENEVE);
}

/* May another packet lie behind this header? Then tunnel.bpf.h looks. */
static __always_inline bool is_tunnel(__u8 protocol)
{
	return protocol == IPPROTO_UDP || protocol == IPPROTO_GRE || protocol == IPPROTO_IPIP ||
	       protocol == IPPROTO_IPV6;
}

/*
 * Where in the skb the packet at hand ends at the latest. Read anew wherever it is needed: kept
 * over the calls of helpers it would go by way of the stack.
 */
static __always_inline __u32 limit_of(const struct __sk_buff *skb, const struct packet *packet,
				      bool inner)
{
	return inner ? packet->limit : skb->len;
}

/* To what the IP header holds. */
static __always_inline bool enter_ip4(const struct iphdr *ip, struct packet *packet, __u32 limit)
{
	__u32 header_len = ip->ihl * 4;
	__u32 total = bpf_ntohs(ip->tot_len);

	if (!total) /* BIG TCP: more than the field can say */
		total = limit - packet->offset;
	if (header_len < sizeof(*ip) || total > limit - packet->offset) {
		count(ST_COUNT_REFUSED_MALFORMED);
		return false;
	}
	packet->end = packet->offset + total;
	packet->offset += header_len;
	return true;
}

/* Most of what is not TCP is UDP and leaves by its port, which is in head already. */
static __always_inline bool is_tunnel4(const struct ip4_head *head)
{
	if (head->ip.protocol != IPPROTO_UDP)
		return is_tunnel(head->ip.protocol);
	if (head->ip.frag_off & bpf_htons(IP4_OFFSET_MASK))
		return false; /* has no ports */
	return head->ip.ihl * 4 != sizeof(head->ip) || is_tunnel_port(head->rest.tcp.dest);
}

/*
 * Out of line, like find_tcp6(): what they need of registers would have those of ordinary
 * packets on the stack.
 */
__noinline int note_tunnel4(__u32 limit)
{
	struct scratch *scratch = get_scratch();
	const struct iphdr *ip;
	struct packet *packet;

	if (!scratch)
		return 0;
	ip = &scratch->head.ip4.ip;
	packet = &scratch->packet;
	packet->fragment = !!(ip->frag_off & bpf_htons(IP4_FRAGMENT_MASK));
	if (enter_ip4(ip, packet, limit))
		packet->tunnel = ip->protocol;
	return 0;
}

/* The headers of the usual layout, or as much of them as TCP without options takes. */
static __always_inline bool load_head(struct __sk_buff *skb, struct packet *packet, void *head,
				      __u32 ip, __u32 limit, __u32 start)
{
	packet->all_here = limit >= packet->offset + ip + sizeof(struct tcp_head);
	if (packet->all_here)
		return read_bytes(skb, packet->offset, head, ip + sizeof(struct tcp_head), start);
	return read_bytes(skb, packet->offset, head, ip + sizeof(struct tcphdr), start);
}

/* Down to TCP, whose header is in the scratch then. */
static __always_inline bool parse_ip4(struct __sk_buff *skb, struct scratch *scratch, bool inner,
				      __u32 start)
{
	struct ip4_head *head = &scratch->head.ip4;
	struct packet *packet = &scratch->packet;

	if (!load_head(skb, packet, &head->ip, sizeof(head->ip), limit_of(skb, packet, inner),
		       start))
		return false; /* too short for TCP: some other protocol, or nothing to follow */
	if (head->ip.protocol != IPPROTO_TCP) {
		if (is_tunnel4(head))
			note_tunnel4(limit_of(skb, packet, inner));
		return false;
	}
	if (head->ip.frag_off & bpf_htons(IP4_FRAGMENT_MASK)) {
		count(ST_COUNT_REFUSED_FRAGMENT);
		return false;
	}
	if (!enter_ip4(&head->ip, packet, limit_of(skb, packet, inner)))
		return false;
	if (head->ip.ihl * 4 != sizeof(head->ip)) {
		packet->all_here = false;
		if (!load_tcp(skb, packet, &head->rest.tcp))
			return false;
	}
	packet->ip4 = 1;
	packet->key.addr[0][0] = packet->key.addr[0][1] = 0;
	packet->key.addr[1][0] = packet->key.addr[1][1] = 0;
	packet->key.addr[0][2] = packet->key.addr[1][2] = bpf_htonl(0xffff);
	packet->key.addr[0][3] = head->ip.saddr;
	packet->key.addr[1][3] = head->ip.daddr;
	return true;
}

struct ip6_extension {
	__u8 next;
	__u8 len;
	__be16 fragment; /* meaningful in a fragment header */
};

static __always_inline bool is_ip6_extension(__u8 next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT || next == IPPROTO_AH;
}

/* What a fragment holds. Of UDP only the first one says for whom it is. */
static __always_inline __u8 note_ip6_fragment(const struct ip6_extension *header,
					      struct packet *packet)
{
	if (!(header->fragment & bpf_htons(IP6_FRAGMENT_MASK)))
		return header->next; /* the only one (RFC 6946) */
	if (header->next == IPPROTO_TCP)
		count(ST_COUNT_REFUSED_FRAGMENT);
	if (!is_tunnel(header->next) ||
	    (header->next == IPPROTO_UDP && header->fragment & bpf_htons(IP6_OFFSET_MASK)))
		return IPPROTO_NONE;
	packet->fragment = 1;
	return header->next;
}

/* Move behind the extension headers. What comes there, or that nothing is to be followed. */
static __always_inline __u8 skip_ip6_extensions(struct __sk_buff *skb, struct packet *packet,
						__u8 next)
{
#pragma clang loop unroll(full)
	for (int i = 0; i < IP6_HEADERS_MAX; i++) {
		struct ip6_extension header;

		if (!is_ip6_extension(next))
			return next;
		if (bpf_skb_load_bytes(skb, packet->offset, &header, sizeof(header))) {
			count(ST_COUNT_REFUSED_TRUNCATED);
			return IPPROTO_NONE;
		}
		if (next == IPPROTO_FRAGMENT) {
			packet->offset += 8;
			next = note_ip6_fragment(&header, packet);
		} else if (next == IPPROTO_AH) {
			packet->offset += (header.len + 2) * 4; /* RFC 4302 section 2.2 */
			next = header.next;
		} else {
			packet->offset += (header.len + 1) * 8; /* RFC 8200 section 4.3 */
			next = header.next;
		}
	}
	if (!is_ip6_extension(next))
		return next;
	count(ST_COUNT_REFUSED_HEADER_CHAIN);
	return IPPROTO_NONE;
}

static __always_inline bool ip6_fits(const struct packet *packet, __u32 limit)
{
	if (packet->end <= limit)
		return true;
	count(ST_COUNT_REFUSED_MALFORMED);
	return false;
}

/*
 * TCP is not what the IPv6 header names. Does it lie behind extension headers? False: no, but
 * perhaps a tunnel.
 */
__noinline int find_tcp6(struct __sk_buff *skb, __u32 limit)
{
	struct scratch *scratch = get_scratch();
	struct ip6_head *head;
	struct packet *packet;
	__u8 next;

	if (!scratch)
		return false;
	head = &scratch->head.ip6;
	packet = &scratch->packet;
	next = skip_ip6_extensions(skb, packet, head->ip.nexthdr);
	if (next == IPPROTO_TCP) {
		packet->all_here = false;
		return load_tcp(skb, packet, &head->rest.tcp);
	}
	if (is_tunnel(next) && ip6_fits(packet, limit))
		packet->tunnel = next;
	return false;
}

/* Nothing to look for: other UDP, which is most of what is not TCP. */
static __always_inline bool is_plain_udp6(const struct ip6_head *head)
{
	return head->ip.nexthdr == IPPROTO_UDP && !is_tunnel_port(head->rest.tcp.dest);
}

/* The same. */
static __always_inline bool parse_ip6(struct __sk_buff *skb, struct scratch *scratch, bool inner,
				      __u32 start)
{
	struct ip6_head *head = &scratch->head.ip6;
	struct packet *packet = &scratch->packet;
	__u32 total;

	if (!load_head(skb, packet, &head->ip, sizeof(head->ip), limit_of(skb, packet, inner),
		       start))
		return false;
	total = sizeof(head->ip) + bpf_ntohs(head->ip.payload_len);
	if (!head->ip.payload_len) /* a jumbogram, which is how BIG TCP looks */
		total = limit_of(skb, packet, inner) - packet->offset;
	packet->end = packet->offset + total;
	packet->offset += sizeof(head->ip);
	if (head->ip.nexthdr != IPPROTO_TCP &&
	    (is_plain_udp6(head) || !find_tcp6(skb, limit_of(skb, packet, inner))))
		return false;
	if (!ip6_fits(packet, limit_of(skb, packet, inner)))
		return false;
	packet->ip4 = 0;
	copy_words(packet->key.addr[0], &head->ip.saddr, sizeof(packet->key.addr[0]));
	copy_words(packet->key.addr[1], &head->ip.daddr, sizeof(packet->key.addr[1]));
	return true;
}

#endif
