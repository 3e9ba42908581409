/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Forms that all verifiers from 5.10 on accept, with CAP_BPF but without CAP_PERFMON. Without
 * it they also follow branches that the processor may mispredict (Spectre v1): what is only
 * written when a check holds is not there when the check is thought to hold wrongly. From 6.17
 * on such paths end at a barrier that the verifier adds; before, one bad path is a refusal.
 *
 *  - State lies in the scratch, not on the stack. Up to 6.1 a variable of 4 bytes on the stack,
 *    once it has held a number with known bounds, takes only writes of 8 bytes any more
 *    ("attempt to corrupt spilled pointer on stack"). That is true of members of a struct and
 *    of what clang spills, so what is assigned twice and lives across a call is a member of
 *    struct packet or struct segment.
 *  - A buffer on the stack whose filled length varies is cleared first. Up to 6.1 even bytes
 *    that are read only where they were filled are "invalid read from stack".
 *  - No loop in the code, only unrolled ones: up to 6.12 the branch that leaves a loop is
 *    mispredicted again and again ("sequence of 8193 jumps is too complex").
 *  - Lengths and indexes through the two functions below.
 *
 * Only a run on those kernels, with these two capabilities and no more, shows whether it holds.
 */
#ifndef SHAKETAP_VERIFIER_BPF_H
#define SHAKETAP_VERIFIER_BPF_H

#include "scratch.bpf.h"

/* Hide a value from clang, which else folds the clamps that old verifiers need to see. */
#define opaque(value) asm volatile("" : "+r"(value))

/*
 * n, which is 1 to max (a power of two), as a length for a helper. 5.10 and 6.1 learn
 * no lower bound from "n == 0" or from a switch and say "invalid zero-sized read".
 */
static __always_inline __u32 clamp_length(__u32 n, __u32 max)
{
	opaque(n);
	n = ((n - 1) & (max - 1)) + 1;
	opaque(n);
	return n;
}

/*
 * One of the two directions. The index must come from arithmetic (sender ^ 1), not from
 * a branch (!sender): known to be 0 on one path and 1 on the other, without CAP_PERFMON
 * it is "add from different maps, paths or scalars".
 */
static __always_inline struct st_half *half_of(struct st_flow *flow, __u32 index)
{
	opaque(index);
	return &flow->half[index & 1];
}

#endif
