/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Forms that all verifiers from 5.10 on accept, with CAP_BPF but without CAP_PERFMON. Without
 * it they also follow branches that the processor may mispredict (Spectre v1), against what is
 * known of the values. Up to 6.16 one bad step on such a path is a refusal; later verifiers put
 * a barrier in front of it. Tried on 5.10, 6.1 and 6.12 with what is not so written:
 *
 *  - State lies in the scratch, not on the stack. On 5.10 and 6.1 a variable of 4 bytes or less
 *    on the stack, once it holds a number with known bounds, refuses any further write but one
 *    of 8 bytes ("attempt to corrupt spilled pointer on stack"). This goes for members of a
 *    struct and for what clang spills: what is set twice and lives across a call is a member of
 *    struct packet or struct segment. And each first write to a place on the stack costs a
 *    barrier (Spectre v4): with the packet there, pure ACKs took three times as long on 6.18.
 *  - A buffer on the stack that is filled to a varying length is cleared first, else it is
 *    "invalid read from stack", though only bytes that were filled are read.
 *  - Loops are unrolled: that a loop's end is mispredicted without end is "infinite loop
 *    detected" or "the sequence of 8193 jumps is too complex".
 *  - Lengths and indexes go through the functions below.
 *
 * What needs more rights than that, or a newer kernel, is in programs of its own: direct.bpf.h.
 *
 * Only a run on those kernels, with these two capabilities and no more, shows whether it holds.
 */
#ifndef SHAKETAP_VERIFIER_BPF_H
#define SHAKETAP_VERIFIER_BPF_H

#include "scratch.bpf.h"

/* Hide a value from clang, which else folds the clamps that old verifiers need to see. */
#define opaque(value) asm volatile("" : "+r"(value))

/*
 * What several branches read, each from a place of its own: else clang makes one load of it, from
 * a place that the branches choose, see half_of().
 */
static __always_inline __u32 loaded_here(__u32 value)
{
	opaque(value);
	return value;
}

/*
 * n, which is 1 to max (a power of two), as a length for a helper. Up to 6.12 the verifier
 * learns no lower bound from "n == 0" or from a switch: "invalid zero-sized read", on 5.10 and
 * 6.1 "invalid access to map value, size=0".
 */
static __always_inline __u32 clamp_length(__u32 n, __u32 max)
{
	opaque(n);
	n = ((n - 1) & (max - 1)) + 1;
	opaque(n);
	return n;
}

/*
 * One of the two directions. The index must be masked, or it is "pointer arithmetic of map
 * value goes out of range, prohibited for !root", and come from arithmetic (sender ^ 1), not
 * from a branch (!sender): known to be 0 on one path and 1 on the other it is "tried to add
 * from different maps, paths or scalars, pointer arithmetic with it prohibited for !root".
 */
static __always_inline struct st_half *half_of(struct st_flow *flow, __u32 index)
{
	opaque(index);
	return &flow->half[index & 1];
}

#endif
