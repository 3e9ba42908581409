/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does a hello begin with these bytes, the first ones of a TCP segment's payload? One
 * judgement for the kernel programs and for whoever reads packets elsewhere. Free of
 * loads: the caller has the bytes.
 *
 *   TLS      type u8 = 22 | version u16 | length u16 || type u8 | length u24 | version u16 ...
 *   SSL 2.0  0x8000 + length u16 || type u8 = 1 | version u16 | length of the cipher specs,
 *            of the session id, of the challenge, u16 each | ...    (RFC 5246 appendix E.2)
 *
 * Of random bytes 1 in 10^9 pass the first look as TLS and 1 in 10^7 as SSL 2.0, both looks 1
 * in 10^13 and 1 in 10^20.
 */
#ifndef SHAKETAP_TLS_SNIFF_H
#define SHAKETAP_TLS_SNIFF_H

#include <linux/types.h>

#include "tls_wire.h"

enum tls_sniffed {
	TLS_SNIFFED_NOTHING,
	TLS_SNIFFED_CLIENT_HELLO,
	TLS_SNIFFED_SERVER_HELLO,
	TLS_SNIFFED_CUT /* TLS, but fewer bytes than the answer takes, all of them fitting */
};

/* What the first look takes: a record header and the type of the message in it. */
#define TLS_SNIFF_FIRST_BYTES 6
/* What both looks take: the lengths in the hello of SSL 2.0; of TLS, the start of the version. */
#define TLS_SNIFF_BYTES 11

/*
 * How long the record of a hello in the form of SSL 2.0 is, its header of two bytes
 * included; 0: the bytes do not have that form. The first look alone.
 */
static inline __u32 tls_sniff_sslv2(const __u8 *b)
{
	__u32 length = (__u32)(b[0] & 0x7f) << 8 | b[1];

	if (!(b[0] & 0x80) || b[2] != SSLV2_CLIENT_HELLO)
		return 0;
	if (length < SSLV2_CLIENT_HELLO_MIN || length > SSLV2_CLIENT_HELLO_MAX)
		return 0;
	if (b[3] == 3 ? b[4] > 4 : (b[3] || b[4] != TLS_VERSION_SSL2))
		return 0;
	return SSLV2_RECORD_HEADER_LEN + length;
}

/*
 * The first look, for every segment: n bytes of payload (more than 0), of which b holds the
 * first TLS_SNIFF_FIRST_BYTES, zero where there are fewer.
 */
static inline enum tls_sniffed tls_sniff_first(const __u8 *b, __u32 n)
{
	__u32 length = (__u32)b[3] << 8 | b[4];

	if (b[0] != TLS_RECORD_HANDSHAKE)
		return n >= TLS_SNIFF_BYTES && tls_sniff_sslv2(b) ? TLS_SNIFFED_CLIENT_HELLO
								  : TLS_SNIFFED_NOTHING;
	if (n < TLS_SNIFF_FIRST_BYTES)
		return n < 2 || b[1] == 3 ? TLS_SNIFFED_CUT : TLS_SNIFFED_NOTHING;
	if (b[1] != 3 || b[2] > 4 || !length || length > TLS_RECORD_BODY_MAX)
		return TLS_SNIFFED_NOTHING;
	if (b[5] == TLS_HANDSHAKE_CLIENT_HELLO)
		return TLS_SNIFFED_CLIENT_HELLO;
	return b[5] == TLS_HANDSHAKE_SERVER_HELLO ? TLS_SNIFFED_SERVER_HELLO : TLS_SNIFFED_NOTHING;
}

/* Do the three lengths in a hello of SSL 2.0 fit together and the record? b: TLS_SNIFF_BYTES. */
static inline int tls_sniff_sslv2_fits(const __u8 *b)
{
	__u32 specs = (__u32)b[5] << 8 | b[6];
	__u32 session_id = (__u32)b[7] << 8 | b[8];
	__u32 challenge = (__u32)b[9] << 8 | b[10];

	return specs && specs % SSLV2_CIPHER_SPEC_LEN == 0 &&
	       (!session_id || session_id == SSLV2_SESSION_ID_LEN) && challenge &&
	       challenge <= SSLV2_CHALLENGE_MAX &&
	       SSLV2_CLIENT_HELLO_HEAD_LEN + specs + session_id + challenge +
			       SSLV2_RECORD_HEADER_LEN ==
		       tls_sniff_sslv2(b);
}

/*
 * A record of 1 to 4 bytes, too short for the message header and one byte more: what follows
 * it must begin another one. With a shift, because the verifier takes no index that it does not
 * know.
 */
static inline int tls_sniff_fragment(const __u8 *b)
{
	__u64 six = (__u64)b[5] << 40 | (__u64)b[6] << 32 | (__u64)b[7] << 24 | (__u64)b[8] << 16 |
		    (__u64)b[9] << 8 | b[10];
	__u16 next = (__u16)(six >> 8 * (4 - b[4]));

	return next == (TLS_RECORD_HANDSHAKE << 8 | 3) && (b[4] == 1 || !b[6]);
}

/*
 * The second look, for what the first one took for a hello and before anything is made of it:
 * b holds TLS_SNIFF_BYTES. The message must be long enough and begin with a version.
 */
static inline int tls_sniff_second(const __u8 *b)
{
	__u32 length = (__u32)b[6] << 16 | (__u32)b[7] << 8 | b[8];

	if (b[0] != TLS_RECORD_HANDSHAKE)
		return tls_sniff_sslv2_fits(b);
	if (!b[3] && b[4] <= TLS_HANDSHAKE_HEADER_LEN)
		return tls_sniff_fragment(b);
	if (length > 0xffff)
		return 0;
	/* 0x7f begins the versions of the TLS 1.3 drafts. */
	if (b[5] == TLS_HANDSHAKE_SERVER_HELLO)
		return length >= TLS_SERVER_HELLO_MIN - 2 && (b[9] == 3 || b[9] == 0x7f);
	return length >= TLS_CLIENT_HELLO_MIN && b[9] == 3;
}

/*
 * Both looks: n bytes of payload, of which b holds min(n, TLS_SNIFF_BYTES). A TLS hello of
 * which fewer bytes are here than the second look takes is given the benefit of the doubt.
 */
static inline enum tls_sniffed tls_sniff(const __u8 *b, __u32 n)
{
	__u8 first[TLS_SNIFF_FIRST_BYTES] = { 0 };
	enum tls_sniffed sniffed;

	if (!n)
		return TLS_SNIFFED_NOTHING;
	for (__u32 i = 0; i < TLS_SNIFF_FIRST_BYTES && i < n; i++)
		first[i] = b[i];
	sniffed = tls_sniff_first(first, n);
	if (sniffed == TLS_SNIFFED_NOTHING || n < TLS_SNIFF_BYTES || tls_sniff_second(b))
		return sniffed;
	return TLS_SNIFFED_NOTHING;
}

#endif
