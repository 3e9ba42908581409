/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where connections begin that were answered, see early.bpf.h. */
#ifndef SHAKETAP_EXPECT_BPF_H
#define SHAKETAP_EXPECT_BPF_H

#include "table.bpf.h"

/* Segments less than this behind the first one can overtake it: the window of RFC 6928. */
#define OVERTAKE_MAX (1U << 14)

/*
 * The first sequence number of the client's data, of the connection whose SYN was answered last
 * in this place, as long as it did not begin. What comes a little behind that is
 * worth a look (segments may overtake each other); of other connections one packet in 2^18 is.
 */
static __always_inline __u32 *expect_in(struct st_bucket *bucket, __u64 hash)
{
	__u32 place = hash;

	opaque(place);
	return &bucket->expect[place & (ST_EXPECTS - 1)];
}

static __always_inline __u32 *expect_of(struct scratch *scratch)
{
	__u64 hash = scratch->packet.hash;
	struct st_bucket *bucket = bucket_at(scratch, st_bucket_of(hash, config.buckets));

	return bucket ? expect_in(bucket, hash) : NULL;
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

/*
 * The question for every data segment: is perhaps a handshake of this hash open, or may the packet
 * have overtaken the beginning of one? If it is a beginning, that is noted.
 */
static __always_inline bool may_concern(struct scratch *scratch)
{
	__u64 hash = scratch->packet.hash;
	__u32 seq = scratch->packet.seq;
	__u32 first = st_bucket_of(hash, config.buckets);
	struct st_bucket *one = bucket_at(scratch, first);
	struct st_bucket *two = bucket_at(scratch, st_other_bucket(hash, first));
	__u32 *expect;

	if (!one || !two)
		return false;
	expect = expect_in(one, hash);
	if (*expect == seq)
		*expect -= OVERTAKE_MAX;
	return is_ahead(*expect, seq) || has_tag(one, two, hash);
}

#endif
