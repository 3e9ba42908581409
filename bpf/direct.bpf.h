/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bytes read where they lie. A helper's call and return cost more than all else that is done for
 * an ordinary packet; but only the linear part of a packet can be read without it, and before
 * Linux 6.6 only with CAP_PERFMON. So each program is there twice. What the one reads is what the
 * other one does: what does not lie in the linear part comes by the helper.
 *
 * Why not a constant in config: without CAP_PERFMON old verifiers look into the dead branch too.
 * And new ones let a packet's pointer be moved by numbers in the code alone. So there are two
 * places where the headers may begin: at a start that is a constant, and behind one VLAN tag.
 */
#ifndef SHAKETAP_DIRECT_BPF_H
#define SHAKETAP_DIRECT_BPF_H

#include "verifier.bpf.h"

#define VLAN_TAG_LEN 4

/* For a start: nothing is read directly. */
#define BY_HELPER (~0U)

/* Neither the packet nor the scratch says where it is aligned, nor what type is read later. */
typedef __u64 __attribute__((may_alias)) any_u64;
typedef __u32 __attribute__((may_alias)) any_u32;

/*
 * n is a constant and a multiple of 4. Whole words from the end on: the last ones, which are read
 * again at once as the first bytes of the payload, must not come out of two stores.
 */
static __always_inline void copy_words(void *to, const void *from, __u32 n)
{
	if (n % sizeof(any_u64))
		*(any_u32 *)to = *(const any_u32 *)from;
#pragma clang loop unroll(full)
	for (__u32 at = n % sizeof(any_u64); at < n; at += sizeof(any_u64))
		*(any_u64 *)(to + at) = *(const any_u64 *)(from + at);
}

/* Constants, n a multiple of 4. False: the bytes are not all in the linear part. */
static __always_inline bool read_direct(const struct __sk_buff *skb, __u32 offset, void *to,
					__u32 n)
{
	const void *from = (const void *)(long)skb->data;
	const void *end = (const void *)(long)skb->data_end;

	from += offset;
	opaque(from); /* the number stays in the instruction, and this place with it */
	if (from + n > end)
		return false;
	copy_words(to, from, n);
	return true;
}

/* Of any offset. False: the packet ends before. */
static __always_inline bool read_bytes(struct __sk_buff *skb, __u32 offset, void *to, __u32 n,
				       __u32 start)
{
	if (start != BY_HELPER) {
		if (offset == start && read_direct(skb, start, to, n))
			return true;
		if (offset == start + VLAN_TAG_LEN && read_direct(skb, start + VLAN_TAG_LEN, to, n))
			return true;
	}
	return !bpf_skb_load_bytes(skb, offset, to, n);
}

#endif
