/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does a hello begin here? The question asked of every data segment. */
#ifndef SHAKETAP_SNIFF_BPF_H
#define SHAKETAP_SNIFF_BPF_H

#include "packet.bpf.h"
#include "tls_wire.h"

enum sniffed {
	SNIFF_NOTHING,
	SNIFF_CLIENT_HELLO,
	SNIFF_SERVER_HELLO,
	SNIFF_CUT /* fewer bytes than the answer takes, all of them fitting */
};

/* From the first bytes alone, free of loads. */
static __always_inline enum sniffed sniff(const struct packet *packet)
{
	const __u8 *b = packet->first;
	__u32 length = (__u32)b[3] << 8 | b[4];

	if (b[0] != TLS_RECORD_HANDSHAKE)
		return SNIFF_NOTHING;
	if (packet->len < FIRST_BYTES)
		return packet->len < 2 || b[1] == 3 ? SNIFF_CUT : SNIFF_NOTHING;
	if (b[1] != 3 || b[2] > 4 || !length || length > TLS_RECORD_BODY_MAX)
		return SNIFF_NOTHING;
	if (b[5] == TLS_HANDSHAKE_CLIENT_HELLO)
		return SNIFF_CLIENT_HELLO;
	return b[5] == TLS_HANDSHAKE_SERVER_HELLO ? SNIFF_SERVER_HELLO : SNIFF_NOTHING;
}

/*
 * The second look, before an entry is made: the message must be long enough for
 * a hello and begin with a version. Bytes that are not in this segment are given
 * the benefit of the doubt.
 */
static __always_inline bool is_hello(struct __sk_buff *skb, const struct packet *packet)
{
	__u8 b[TLS_RECORD_HEADER_LEN + TLS_HANDSHAKE_HEADER_LEN + 1];
	__u32 length;

	if (packet->len < sizeof(b))
		return true;
	if (bpf_skb_load_bytes(skb, packet->offset, b, sizeof(b)))
		return false;
	length = (__u32)b[6] << 16 | (__u32)b[7] << 8 | b[8];
	if (length > 0xffff)
		return false;
	/* 0x7f begins the versions of the TLS 1.3 drafts. */
	if (b[5] == TLS_HANDSHAKE_SERVER_HELLO)
		return length >= TLS_SERVER_HELLO_MIN - 2 && (b[9] == 3 || b[9] == 0x7f);
	return length >= TLS_CLIENT_HELLO_MIN && b[9] == 3;
}

#endif
