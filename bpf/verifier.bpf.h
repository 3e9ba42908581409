/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Forms that all verifiers from 5.10 on accept, with CAP_BPF but without CAP_PERFMON. */
#ifndef SHAKETAP_VERIFIER_BPF_H
#define SHAKETAP_VERIFIER_BPF_H

#include "maps.bpf.h"

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
