/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PROXY protocol (HAProxy's proxy-protocol.txt, versions 1 and 2): a load balancer says in
 * front of all data whom it speaks for. The ClientHello follows, often in the same segment.
 *
 *   1    "PROXY " ... "\r\n", 107 bytes at most
 *   2    signature of 12 bytes | version and command u8 | family u8 | length u16 | addresses, TLVs
 *
 * Free of loads, like tls_sniff.h: the caller has the bytes.
 */
#ifndef SHAKETAP_PROXY_HEADER_H
#define SHAKETAP_PROXY_HEADER_H

#include <linux/types.h>

#define PROXY_FIRST_BYTES 6
#define PROXY_V1_MIN 15 /* "PROXY UNKNOWN\r\n" */
#define PROXY_V1_MAX 107
#define PROXY_V2_HEAD_LEN 16

/* Kernel programs have no loops, see bpf/verifier.bpf.h. */
#ifdef __bpf__
#define PROXY_UNROLL _Pragma("clang loop unroll(full)")
#else
#define PROXY_UNROLL
#endif

/* The first look, for every segment: b holds PROXY_FIRST_BYTES. */
static inline int proxy_header_begins(const __u8 *b)
{
	if (b[0] == 'P')
		return b[1] == 'R' && b[2] == 'O' && b[3] == 'X' && b[4] == 'Y' && b[5] == ' ';
	return b[0] == '\r' && b[1] == '\n' && b[2] == '\r' && b[3] == '\n' && !b[4] &&
	       b[5] == '\r';
}

static inline __u32 proxy_header_v2(const __u8 *b)
{
	/* What is left of the signature, and version 2. */
	if (b[6] != '\n' || b[7] != 'Q' || b[8] != 'U' || b[9] != 'I' || b[10] != 'T' ||
	    b[11] != '\n' || b[12] >> 4 != 2)
		return 0;
	return PROXY_V2_HEAD_LEN + ((__u32)b[14] << 8 | b[15]);
}

/*
 * Its first CR is that of the line end. That LF follows is not asked: the verifier takes no place
 * that several paths lead to, and the hello behind it says more.
 */
static inline __u32 proxy_header_v1(const __u8 *b)
{
	PROXY_UNROLL
	for (__u32 i = PROXY_V1_MIN - 2; i < PROXY_V1_MAX - 1; i++)
		if (b[i] == '\r')
			return i + 2;
	return 0;
}

/*
 * The length of the header in front of n bytes of payload that passed the first look; 0: none,
 * or nothing lies behind it. n is more than PROXY_V2_HEAD_LEN; b has room for PROXY_V1_MAX bytes,
 * of which those behind n do not matter.
 */
static inline __u32 proxy_header_len(const __u8 *b, __u32 n)
{
	__u32 length = b[0] == '\r' ? proxy_header_v2(b) : proxy_header_v1(b);

	return length < n ? length : 0;
}

#endif
