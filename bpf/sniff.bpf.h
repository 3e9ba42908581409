/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does a hello begin here? The question asked of every data segment, see tls_sniff.h. */
#ifndef SHAKETAP_SNIFF_BPF_H
#define SHAKETAP_SNIFF_BPF_H

#include "packet.bpf.h"

/* From the first bytes alone, free of loads. */
static __always_inline enum tls_sniffed sniff(const struct packet *packet)
{
	return tls_sniff_first(packet->first, packet->len);
}

/* The second look, before an entry is made. Only what is here can be judged. */
static __always_inline bool is_hello(struct __sk_buff *skb, const struct packet *packet)
{
	__u8 b[TLS_SNIFF_BYTES];

	if (packet->len < sizeof(b))
		return true;
	return !bpf_skb_load_bytes(skb, packet->offset, b, sizeof(b)) && tls_sniff_second(b);
}

#endif
