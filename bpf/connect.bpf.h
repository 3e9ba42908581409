/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP connection set-up: its times, and connects to TLS ports that fail. */
#ifndef SHAKETAP_CONNECT_BPF_H
#define SHAKETAP_CONNECT_BPF_H

#include "flow.bpf.h"

static __always_inline bool is_tls_port(__be16 port)
{
	__u32 host = bpf_ntohs(port);

	return config.tls_ports[host / 64] >> (host % 64) & 1;
}

static __always_inline void emit_connect(struct __sk_buff *skb, const struct packet *packet,
					 bool egress, __u8 type, const struct st_syn *syn)
{
	struct scratch *scratch = begin_event(skb, packet, egress, bpf_ktime_get_ns());

	if (!scratch)
		return;
	scratch->event.type = type;
	scratch->event.syn_time = syn->syn_time;
	submit(scratch, 0);
}

/* A SYN without ACK. The key is canonical. */
static __always_inline void connect_syn(struct __sk_buff *skb, const struct packet *packet,
					bool egress)
{
	__u32 owner = owner_of(skb, egress);
	struct st_syn *syn = bpf_map_lookup_elem(&syns, &packet->key);
	struct scratch *scratch = get_scratch();
	__u32 seq = packet->seq - 1; /* its own: packet->seq is that of data behind it */

	if (!scratch)
		return;
	if (syn && syn->seq == seq && syn->client == packet->sender) {
		if (syn->owner != owner || syn->synack_time || syn->repeated)
			return;
		if (!is_tls_port(packet->receiver_port))
			return;
		syn->repeated = 1;
		emit_connect(skb, packet, egress, ST_EVENT_SYN_REPEATED, syn);
		return;
	}
	/* A new connection on ports in use a moment ago: what was there is over. */
	flow_remove(packet);
	scratch->syn = (struct st_syn){
		.syn_time = bpf_ktime_get_ns(),
		.seq = seq,
		.owner = owner,
		.client = packet->sender,
	};
	bpf_map_update_elem(&syns, &packet->key, &scratch->syn, BPF_ANY);
}

static __always_inline void connect_answered(const struct packet *packet)
{
	struct st_syn *syn = bpf_map_lookup_elem(&syns, &packet->key);

	if (!syn || syn->client == packet->sender || packet->ack != syn->seq + 1)
		return;
	if (!syn->synack_time) {
		syn->synack_time = bpf_ktime_get_ns();
		gate_expect(&packet->key, syn->seq + 1);
	}
	syn->answer_seq = packet->seq - 1; /* of several answers the last one counts */
}

/* RST in answer to a SYN (RFC 9293 section 3.10.7.1: it acknowledges the SYN). */
static __always_inline void connect_refused(struct __sk_buff *skb, const struct packet *packet,
					    bool egress)
{
	struct st_syn *syn;

	if (!is_tls_port(packet->sender_port))
		return;
	syn = bpf_map_lookup_elem(&syns, &packet->key);
	if (!(packet->flags & TCP_ACK) || !syn || syn->synack_time ||
	    syn->client == packet->sender || packet->ack != syn->seq + 1)
		return;
	syn->synack_time = bpf_ktime_get_ns(); /* answered, if with a no: report it once */
	emit_connect(skb, packet, egress, ST_EVENT_REFUSED, syn);
}

#endif
