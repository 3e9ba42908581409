/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries found by a hash: open addressing, at most half full. Who looks for what is not there,
 * adds or deletes reads one line of the cache in the usual case, and none of any entry: where tens
 * of thousands are remembered, each look at one of them is a miss. uthash reads several.
 *
 * The index borrows its entries and knows nothing of keys: the caller compares. Hashes must be such
 * that nobody can aim them: of base/hash.h or st_flow_hash() with a seed that nobody else can tell,
 * unless the keys are our own.
 */
#ifndef SHAKETAP_INDEX_H
#define SHAKETAP_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define INDEX_SLOTS_MIN 64

struct index_slot {
	void *entry; /* NULL: free */
	uint32_t hash;
};

/* All zero: an empty one. */
struct index {
	struct index_slot *slots;
	size_t mask; /* their number, a power of two, less one */
	size_t count;
};

static inline void index_free(struct index *index)
{
	free(index->slots);
	*index = (struct index){ 0 };
}

/* The next entry with that hash; *at is the hash when the search begins. NULL: no more. */
static inline void *index_next(const struct index *index, uint32_t hash, size_t *at)
{
	const struct index_slot *slot;

	if (!index->slots)
		return NULL;
	while ((slot = &index->slots[(*at)++ & index->mask])->entry)
		if (slot->hash == hash)
			return slot->entry;
	return NULL;
}

/* There must be a free slot. */
static inline void index_put(struct index *index, uint32_t hash, void *entry)
{
	size_t at = hash & index->mask;

	while (index->slots[at].entry)
		at = (at + 1) & index->mask;
	index->slots[at] = (struct index_slot){ entry, hash };
}

/* False: memory is out, and all is as it was. */
static inline bool index_grow(struct index *index)
{
	const struct index old = *index;
	size_t n = old.slots ? 2 * (old.mask + 1) : INDEX_SLOTS_MIN;
	struct index_slot *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return false;
	index->slots = slots;
	index->mask = n - 1;
	for (size_t i = 0; old.slots && i <= old.mask; i++)
		if (old.slots[i].entry)
			index_put(index, old.slots[i].hash, old.slots[i].entry);
	free(old.slots);
	return true;
}

/* False: memory is out, and the entry is not in it. */
static inline bool index_add(struct index *index, uint32_t hash, void *entry)
{
	if ((!index->slots || 2 * (index->count + 1) > index->mask + 1) && !index_grow(index))
		return false;
	index_put(index, hash, entry);
	index->count++;
	return true;
}

/* One that was added with that hash; else nothing happens. */
static inline void index_delete(struct index *index, uint32_t hash, const void *entry)
{
	struct index_slot *slots = index->slots;
	size_t mask = index->mask, hole = hash & mask;

	if (!slots)
		return;
	for (; slots[hole].entry != entry; hole = (hole + 1) & mask)
		if (!slots[hole].entry)
			return;
	/* What was moved on because the place was taken moves back: a search ends at a free slot.
	 */
	for (size_t at = (hole + 1) & mask; slots[at].entry; at = (at + 1) & mask)
		if (((at - slots[at].hash) & mask) >= ((at - hole) & mask)) {
			slots[hole] = slots[at];
			hole = at;
		}
	slots[hole].entry = NULL;
	index->count--;
}

#endif
