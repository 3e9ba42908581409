/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every refusal has a number. */
#ifndef SHAKETAP_COUNT_BPF_H
#define SHAKETAP_COUNT_BPF_H

#include "maps.bpf.h"

static __always_inline void count(__u32 what)
{
	__u64 *value = bpf_map_lookup_elem(&counts, &what);

	if (value)
		(*value)++; /* per CPU, and no program interrupts another on its CPU */
}

#endif
