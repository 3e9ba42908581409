/* SPDX-License-Identifier: BSD-2-Clause */
/* What the floor program is told: which packets shaketap makes an event of, and with how many
 * bytes. */
#ifndef SHAKETAP_BENCH_FLOOR_H
#define SHAKETAP_BENCH_FLOOR_H

#include "shaketap_abi.h"

#define FLOOR_SERVER_PORT 443
#define FLOOR_LENGTHS 2048 /* of a payload, and as many bytes are copied at most */
#define FLOOR_SYNS 16384
#define FLOOR_FLOWS 65536

/* A packet is known by its sender, by whether it ends the stream, and by its payload's length. */
struct floor_plan {
	__u16 copy[2][2][FLOOR_LENGTHS]; /* 0: no event; else payload bytes of it, and one */
};

/* Written and read as shaketap does with its entries, which are as large. */
struct floor_syn {
	__u64 time, answered;
	__u32 addr[2], seq, unused[9];
};

_Static_assert(sizeof(struct floor_syn) == sizeof(struct st_syn), "as large as the real one");

#endif
