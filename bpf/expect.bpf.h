/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where connections begin that were answered, see early.bpf.h. */
#ifndef SHAKETAP_EXPECT_BPF_H
#define SHAKETAP_EXPECT_BPF_H

#include "table.bpf.h"

/* Segments less than this behind the first one can overtake it: the window of RFC 6928. */
#define OVERTAKE_MAX (1U << 14)

#define EXPECT_PLACES 32768

/*
 * The first sequence number of the client's data, of the connection whose SYN was answered last
 * in this place, as long as it did not begin. What comes a little behind that is worth a look
 * (segments may overtake each other); of other connections one packet in 2^18 is. Programs
 * only; tests empty it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, EXPECT_PLACES);
	__type(key, __u32);
	__type(value, __u32);
} expects SEC(".maps");

static __always_inline __u32 *expect_of(struct scratch *scratch)
{
	scratch->index = st_place(scratch->packet.hash, EXPECT_PLACES);
	return bpf_map_lookup_elem(&expects, &scratch->index);
}

static __always_inline bool is_ahead(__u32 expect, __u32 seq)
{
	return seq - expect - 1 < OVERTAKE_MAX - 1;
}

/* The connection of the packet in the scratch was answered; its client's data begins at seq. */
static __always_inline void expect_data(struct scratch *scratch, __u32 seq)
{
	__u32 *expect = expect_of(scratch);

	if (expect)
		*expect = seq;
}

/* The packet is of a connection that has begun: nobody overtakes its beginning any more. */
static __always_inline void expect_no_more(struct scratch *scratch)
{
	__u32 *expect = expect_of(scratch);

	if (expect && *expect == scratch->packet.seq)
		*expect -= OVERTAKE_MAX;
}

/* The packet may have overtaken the beginning. If it is the beginning, that is noted. */
static __always_inline bool is_expected(struct scratch *scratch)
{
	__u32 *expect = expect_of(scratch);
	__u32 seq = scratch->packet.seq;

	if (!expect)
		return false;
	if (*expect == seq)
		*expect -= OVERTAKE_MAX;
	return is_ahead(*expect, seq);
}

#endif
