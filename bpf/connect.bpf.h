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

static __always_inline void emit_connect(struct __sk_buff *skb, struct scratch *scratch,
					 bool egress, __u8 type, const struct st_syn *syn)
{
	begin_event(skb, scratch, egress, bpf_ktime_get_ns());
	scratch->event.type = type;
	scratch->event.syn_time = syn->syn_time;
	submit(scratch, 0);
}

/* True: the SYN in the scratch was seen before. */
static __always_inline bool connect_again(struct __sk_buff *skb, struct scratch *scratch,
					  bool egress)
{
	const struct packet *packet = &scratch->packet;
	struct st_syn *syn = syn_find(scratch);

	if (!syn || syn->seq != packet->seq - 1 || syn->client != packet->sender)
		return false;
	if (syn->owner == packet->owner && !st_syn_answer_time(syn) && !syn->repeated &&
	    is_tls_port(packet->receiver_port)) {
		syn->repeated = 1;
		emit_connect(skb, scratch, egress, ST_EVENT_SYN_REPEATED, syn);
	}
	return true;
}

/* A SYN without ACK. The key is canonical. */
static __always_inline void connect_syn(struct __sk_buff *skb, struct scratch *scratch, bool egress)
{
	if (connect_again(skb, scratch, egress))
		return;
	/* A new connection on ports in use a moment ago: what was there is over. */
	flow_remove(scratch);
	syn_enter(scratch);
}

static __always_inline void connect_answered(struct scratch *scratch)
{
	const struct packet *packet = &scratch->packet;
	struct st_syn *syn = syn_find(scratch);

	if (!syn || syn->client == packet->sender || packet->ack != syn->seq + 1)
		return;
	if (!st_syn_answer_time(syn)) {
		st_syn_answer(syn, bpf_ktime_get_ns());
		expect_data(scratch, syn->seq + 1);
	}
	syn->answer_seq = packet->seq - 1; /* of several answers the last one counts */
}

/* RST in answer to a SYN (RFC 9293 section 3.10.7.1: it acknowledges the SYN). */
static __always_inline void connect_refused(struct __sk_buff *skb, struct scratch *scratch,
					    bool egress)
{
	const struct packet *packet = &scratch->packet;
	struct st_syn *syn;

	if (!is_tls_port(packet->sender_port))
		return;
	syn = syn_find(scratch);
	if (!(packet->flags & TCP_ACK) || !syn || st_syn_answer_time(syn) ||
	    syn->client == packet->sender || packet->ack != syn->seq + 1)
		return;
	st_syn_answer(syn, bpf_ktime_get_ns()); /* if with a no: report it once */
	emit_connect(skb, scratch, egress, ST_EVENT_REFUSED, syn);
}

#endif
