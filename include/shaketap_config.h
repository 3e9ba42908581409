/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the daemon tells the kernel programs before they are loaded. One const
 * struct in .rodata: the verifier sees the values and removes dead branches.
 */
#ifndef SHAKETAP_CONFIG_H
#define SHAKETAP_CONFIG_H

#include <linux/types.h>

#include "shaketap_abi.h"

#define ST_PORTS_WORDS (65536 / 64)

struct st_bpf_config {
	__u64 tls_ports[ST_PORTS_WORDS]; /* bit set: failed connects to this port are reported */
	__u64 wakeup_fill;     /* bytes in the ring that are worth waking the daemon for */
	__u64 seed[ST_SEEDS];  /* of the hash of a flow */
	__u32 buckets;	       /* of the flow table */
	__u32 syns;	       /* places in the SYN table */
	__u32 copy_budget;     /* bytes copied per direction of a flow */
	__u32 no_certificates; /* 1: of a Certificate that fills its record, only the headers */
};

#endif
