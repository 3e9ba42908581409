/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does a hello begin here, or behind a PROXY header? The question asked of every data segment, see
 * tls_sniff.h. */
#ifndef SHAKETAP_SNIFF_BPF_H
#define SHAKETAP_SNIFF_BPF_H

#include "gather.bpf.h"
#include "proxy_header.h"

/* From the first bytes alone, free of loads. */
static __always_inline enum tls_sniffed sniff(const struct packet *packet)
{
	return tls_sniff_first(packet->first, packet->len);
}

static __always_inline void skip_payload(struct packet *packet, __u32 n)
{
	packet->offset += n;
	packet->seq += n;
	packet->len -= n;
}

/*
 * A PROXY header begins here. With a hello behind it in the same segment, the packet in the
 * scratch begins with that from now on.
 */
__noinline int sniff_behind_proxy(struct __sk_buff *skb)
{
	struct scratch *scratch = get_scratch();
	struct packet *packet;
	__u32 n, length;

	if (!scratch)
		return 0;
	packet = &scratch->packet;
	if (packet->len <= PROXY_V2_HEAD_LEN)
		return 0;
	n = packet->len < PROXY_V1_MAX ? packet->len : PROXY_V1_MAX;
	if (bpf_skb_load_bytes(skb, packet->offset, scratch->payload,
			       clamp_length(n, sizeof(scratch->payload))))
		return 0;
	length = proxy_header_len(scratch->payload, packet->len);
	if (!length)
		return 0;
	skip_payload(packet, length);
	packet->sniffed = load_first_bytes(skb, packet) ? sniff(packet) : TLS_SNIFFED_NOTHING;
	if (packet->sniffed != TLS_SNIFFED_CLIENT_HELLO && packet->sniffed != TLS_SNIFFED_CUT) {
		packet->sniffed = TLS_SNIFFED_NOTHING;
		skip_payload(packet, -length);
	}
	return 0;
}

/*
 * The second look at the segment in the scratch, before an entry is made. Only what is here can be
 * judged. Then it is ready for the walk.
 */
static __always_inline bool is_hello(struct __sk_buff *skb, struct scratch *scratch)
{
	if (scratch->packet.len < TLS_SNIFF_BYTES)
		return true;
	return load_ahead(skb, scratch, scratch->packet.len) &&
	       tls_sniff_second(ready_place(scratch));
}

#endif
