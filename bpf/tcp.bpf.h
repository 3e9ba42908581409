/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The TCP header and the first payload bytes behind it. */
#ifndef SHAKETAP_TCP_BPF_H
#define SHAKETAP_TCP_BPF_H

#include <bpf/bpf_endian.h>

#include "count.bpf.h"
#include "scratch.bpf.h"
#include "verifier.bpf.h"

enum tcp_flag { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

static __always_inline bool load_first_bytes(struct __sk_buff *skb, struct packet *packet)
{
	__u32 n = packet->len < FIRST_BYTES ? packet->len : FIRST_BYTES;

	return !bpf_skb_load_bytes(skb, packet->offset, packet->first,
				   clamp_length(n, sizeof(packet->first)));
}

/* At least as many are there. */
static __always_inline void take_first_bytes(struct packet *packet, const __u8 *from)
{
	struct first_bytes {
		__u32 four;
		__u16 two;
	} __attribute__((may_alias)) *to = (void *)packet->first;

	to->four = loaded_here(((const struct first_bytes *)from)->four);
	to->two = loaded_here(((const struct first_bytes *)from)->two);
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
		take_first_bytes(packet, head->first);
		return true;
	}
	if (packet->all_here && header_len == sizeof(*tcp) && packet->len >= FIRST_BYTES) {
		take_first_bytes(packet, head->options); /* which are none */
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

#endif
