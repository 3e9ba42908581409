/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Places in the flow table, see struct st_bucket. An entry is known by its index. */
#ifndef SHAKETAP_TABLE_BPF_H
#define SHAKETAP_TABLE_BPF_H

#include "count.bpf.h"
#include "verifier.bpf.h"

/* Four tags in a word. */
#define TAGS_IN_WORD 4
#define EACH_TAG 0x0001000100010001ULL
#define HIGH_BITS (EACH_TAG << 15)

/*
 * The high bit of each tag in the word that is this one; of a tag behind it, in rare cases, too:
 * whoever looks there compares the key.
 */
static __always_inline __u64 matches(__u64 word, __u64 tags)
{
	word ^= tags;
	return (word - EACH_TAG) & ~word & HIGH_BITS;
}

/* Indexes lie in the scratch: see verifier.bpf.h for why not on the stack. */
static __always_inline struct st_bucket *bucket_at(struct scratch *scratch, __u32 number)
{
	scratch->index = number;
	return bpf_map_lookup_elem(&buckets, &scratch->index);
}

static __always_inline struct st_flow *entry_at(struct scratch *scratch, __u32 index)
{
	scratch->index = index;
	return bpf_map_lookup_elem(&flows, &scratch->index);
}

/* Has one of two buckets the tag of this hash? */
static __always_inline bool has_tag(const struct st_bucket *one, const struct st_bucket *two,
				    __u64 hash)
{
	const __u64 *a = (const __u64 *)one->tag, *b = (const __u64 *)two->tag;
	__u64 tags = st_tag(hash) * EACH_TAG;

	return matches(a[0], tags) | matches(a[1], tags) | matches(b[0], tags) |
	       matches(b[1], tags);
}

static __always_inline bool is_same_key(const struct st_flow_key *a, const struct st_flow_key *b)
{
	const __u64 *x = (const __u64 *)a->addr, *y = (const __u64 *)b->addr;

	/* Those that differ do so in a port, or in the last words of an address. */
	return a->port[0] == b->port[0] && a->port[1] == b->port[1] && x[1] == y[1] &&
	       x[3] == y[3] && x[0] == y[0] && x[2] == y[2];
}

static __always_inline void set_tag(struct scratch *scratch, __u32 index, __u16 tag)
{
	struct st_bucket *bucket = bucket_at(scratch, index % config.buckets);
	__u32 way = index / config.buckets;

	opaque(way);
	if (bucket && way < ST_WAYS)
		bucket->tag[way & (ST_WAYS - 1)] = tag;
}

/* Of the first tag whose high bit is set; anything where none is. */
static __always_inline __u32 first_of(__u64 bits)
{
	__u64 first = bits & -bits;

	return (first > 0x8000ULL) + (first > 0x8000ULL << 16) + (first > 0x8000ULL << 32);
}

/* True: the packet's flow has this entry, and scratch->entry says so. */
static __always_inline bool is_at(struct scratch *scratch, __u32 entry)
{
	const struct st_flow *flow = entry_at(scratch, entry);

	if (!flow || entry == scratch->mine || !is_same_key(&flow->key, &scratch->packet.key))
		return false;
	scratch->entry = entry;
	return true;
}

/*
 * The same of those that have the packet's tag, in half a bucket. Looked at are two: that strangers
 * have it is a matter of 2^-15 each, for whoever does not know the seeds.
 */
static __always_inline bool search_word(struct scratch *scratch, __u64 word, __u32 first)
{
	/* What is over as if it lived; a free place has no hash. */
	__u64 found = matches(word | EACH_TAG, st_tag(scratch->packet.hash) * EACH_TAG);

	if (!found)
		return false;
	if (is_at(scratch, first + first_of(found) * config.buckets))
		return true;
	found &= found - 1;
	return found && is_at(scratch, first + first_of(found) * config.buckets);
}

/*
 * Look for the packet's flow in its two buckets. True: scratch->entry is its index. The one
 * whose index is scratch->mine does not count.
 */
__noinline int search_table(void)
{
	struct scratch *scratch = get_scratch();

	if (!scratch)
		return false;
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < 2 * ST_WAYS / TAGS_IN_WORD; i++) {
		__u32 one = st_bucket_of(scratch->packet.hash, config.buckets);
		__u32 number = i & 1 ? st_other_bucket(scratch->packet.hash, one) : one;
		const struct st_bucket *bucket = bucket_at(scratch, number);
		__u32 word = i >> 1;

		if (!bucket)
			return false;
		if (search_word(scratch, ((const __u64 *)bucket->tag)[word],
				st_entry_of(number, word * TAGS_IN_WORD, config.buckets)))
			return true;
	}
	return false;
}

#define NO_ENTRY (~0U)

/* Which of four tags are these: a bit for each. */
static __always_inline __u32 places_of(__u64 word, __u64 tags)
{
	/* Moves bit 16 n to bit 48 + n. */
	return (matches(word | EACH_TAG, tags) >> 15) * 0x0001000200040008ULL >> 48 & 0xf;
}

/*
 * The number of the lowest bit that is set, of 16. Without a branch, as each one that hangs on what
 * was read doubles the verifier's work.
 */
static __always_inline __u32 lowest_bit(__u32 bits)
{
	bits = (bits & -bits) - 1; /* as many bits as there are below it */
	bits -= bits >> 1 & 0x5555;
	bits = (bits & 0x3333) + (bits >> 2 & 0x3333);
	bits = (bits + (bits >> 4)) & 0x0f0f;
	return (bits + (bits >> 8)) & 0xf;
}

/* The first entry that has the packet's tag, of a flow that is open or over; or NO_ENTRY. */
static __always_inline __u32 first_candidate(struct scratch *scratch)
{
	__u64 hash = scratch->packet.hash, tags = st_tag(hash) * EACH_TAG;
	__u32 one = st_bucket_of(hash, config.buckets);
	__u32 two = st_other_bucket(hash, one);
	const struct st_bucket *first = bucket_at(scratch, one);
	const struct st_bucket *second = bucket_at(scratch, two);
	const __u64 *a, *b;
	__u32 places;

	if (!first || !second)
		return NO_ENTRY;
	a = (const __u64 *)first->tag;
	b = (const __u64 *)second->tag;
	places = places_of(a[0], tags) | places_of(a[1], tags) << 4 | places_of(b[0], tags) << 8 |
		 places_of(b[1], tags) << 12;
	if (!places)
		return NO_ENTRY;
	places = lowest_bit(places);
	return st_entry_of(one + places / ST_WAYS * (two - one), places % ST_WAYS, config.buckets);
}

/*
 * NULL: none; else scratch->entry is its index. It is the look-up in the array that says so: a
 * NULL that the verifier knows to be one is used, if the branch that asks is mispredicted.
 */
static __always_inline struct st_flow *table_find(struct scratch *scratch)
{
	__u32 first = first_candidate(scratch);

	scratch->mine = scratch->entry = NO_ENTRY;
	if (first != NO_ENTRY && !is_at(scratch, first))
		search_table();
	return entry_at(scratch, scratch->entry);
}

/* Handshakes open in a bucket. */
static __always_inline __u32 count_live(const struct st_bucket *bucket)
{
	const __u64 *words = (const __u64 *)bucket->tag;

	return ((words[0] & EACH_TAG) * EACH_TAG >> 48) + ((words[1] & EACH_TAG) * EACH_TAG >> 48);
}

/* All are open: the one that began first. */
__noinline int choose_oldest(__u32 number)
{
	struct scratch *scratch = get_scratch();
	__u64 oldest = ~0ULL;

	if (!scratch)
		return 0;
	scratch->entry = number;
#pragma clang loop unroll(full)
	for (__u32 way = 0; way < ST_WAYS; way++) {
		const struct st_flow *flow =
			entry_at(scratch, st_entry_of(number, way, config.buckets));

		if (flow && flow->id < oldest) {
			oldest = flow->id;
			scratch->entry = st_entry_of(number, way, config.buckets);
		}
	}
	return 0;
}

/*
 * A place for the packet's flow: free, or of one that is over. One of the first two, by chance, as
 * long as they are: memory that is used again and again is at hand. What is over is forgotten
 * for it after about two new flows in its bucket; recents.h remembers longer.
 */
__noinline int choose_place(__u64 chance)
{
	struct scratch *scratch = get_scratch();
	const struct st_bucket *bucket, *one, *two;
	__u32 number, other;

	if (!scratch)
		return 0;
	number = st_bucket_of(scratch->packet.hash, config.buckets);
	other = st_other_bucket(scratch->packet.hash, number);
	one = bucket_at(scratch, number);
	two = bucket_at(scratch, other);
	if (!one || !two)
		return 0;
	if (count_live(two) < count_live(one))
		number = other;
	scratch->entry = NO_ENTRY;
	bucket = bucket_at(scratch, number);
	if (!bucket)
		return 0;
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < ST_WAYS; i++) {
		__u32 way = (chance & 1) + i;

		opaque(way);
		way &= ST_WAYS - 1;
		if (bucket->tag[way] & ST_TAG_LIVE)
			continue;
		scratch->entry = st_entry_of(number, way, config.buckets);
		return 0;
	}
	choose_oldest(number);
	return 0;
}

/* A new entry for the packet's flow, clear but for its key and identity. */
static __always_inline struct st_flow *table_enter(struct scratch *scratch, __u64 id)
{
	const struct packet *packet = &scratch->packet;
	struct st_flow *flow;

	choose_place(id);
	scratch->mine = scratch->entry;
	flow = entry_at(scratch, scratch->mine);
	if (!flow)
		return NULL;
	set_tag(scratch, scratch->mine, ST_TAG_FREE);
	flow->id = id;
	flow->key = packet->key;
	flow->opened = flow->joined = flow->lost = flow->repeats = 0;
	flow->over = 0;
	flow->half[0] = flow->half[1] = (struct st_half){};
	set_tag(scratch, scratch->mine, st_tag(packet->hash));
	return flow;
}

/*
 * Asked of a new entry: another processor may have entered the same flow at the same time, then
 * the first place is the right one, or may have taken the same place, then the flow is lost and
 * counted.
 */
static __always_inline struct st_flow *table_settle(struct scratch *scratch, struct st_flow *flow,
						    __u64 id)
{
	__sync_fetch_and_add(&scratch->fence, 1); /* our tag is seen before we look */
	if (search_table() && scratch->entry < scratch->mine) {
		set_tag(scratch, scratch->mine, ST_TAG_FREE);
	} else if (flow->id == id && is_same_key(&flow->key, &scratch->packet.key)) {
		scratch->entry = scratch->mine;
	} else {
		count(ST_COUNT_LOST_TABLE_FULL);
		scratch->entry = NO_ENTRY;
	}
	return entry_at(scratch, scratch->entry);
}

#endif
