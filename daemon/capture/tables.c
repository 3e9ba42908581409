/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/tables.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static int map_array(void **at, int fd, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	*at = map;
	return 0;
}

static void unmap_array(void *at, size_t size)
{
	if (at)
		munmap(at, size);
}

static size_t bucket_bytes(const struct tables *tables)
{
	return tables->bucket_count * sizeof(*tables->buckets);
}

static size_t flow_bytes(const struct tables *tables)
{
	return (size_t)tables->bucket_count * ST_WAYS * sizeof(*tables->flows);
}

static size_t syn_bytes(const struct tables *tables)
{
	return tables->syn_count * sizeof(*tables->syns);
}

int tables_map(struct tables *tables, int buckets, int flows, int syns)
{
	int err = map_array((void **)&tables->buckets, buckets, bucket_bytes(tables));

	if (!err)
		err = map_array((void **)&tables->flows, flows, flow_bytes(tables));
	if (!err)
		err = map_array((void **)&tables->syns, syns, syn_bytes(tables));
	return err;
}

void tables_unmap(struct tables *tables)
{
	unmap_array(tables->buckets, bucket_bytes(tables));
	unmap_array(tables->flows, flow_bytes(tables));
	unmap_array(tables->syns, syn_bytes(tables));
}

struct st_flow *tables_flow(const struct tables *tables, const struct st_flow_key *key)
{
	uint64_t hash = st_flow_hash(key, (const __u64 *)tables->seed);
	uint16_t tag = st_tag(hash);

	for (uint32_t which = 0; which < 2; which++) {
		uint32_t one = st_bucket_of(hash, tables->bucket_count);
		uint32_t number = which ? st_other_bucket(hash, one) : one;
		const struct st_bucket *bucket = &tables->buckets[number];

		for (unsigned way = 0; way < ST_WAYS; way++) {
			struct st_flow *flow =
				&tables->flows[st_entry_of(number, way, tables->bucket_count)];
			uint16_t there = __atomic_load_n(&bucket->tag[way], __ATOMIC_ACQUIRE);

			if ((there | ST_TAG_LIVE) == tag && !memcmp(&flow->key, key, sizeof(*key)))
				return flow;
		}
	}
	return NULL;
}

uint16_t *tables_tag(const struct tables *tables, const struct st_flow *flow)
{
	size_t index = (size_t)(flow - tables->flows);

	return &tables->buckets[index % tables->bucket_count].tag[index / tables->bucket_count];
}

/*
 * A program may give the place away at any time, and even to the same ports. So the tag goes first,
 * and comes back where the entry turns out to be another's: what is written into an entry names
 * whose end it is.
 */
void tables_end(const struct tables *tables, struct st_flow *flow, const struct st_flow_key *key,
		uint64_t id)
{
	uint16_t *tag = tables_tag(tables, flow);
	uint16_t live = st_tag(st_flow_hash(key, (const __u64 *)tables->seed));
	uint16_t dead = live & ~ST_TAG_LIVE, was = live;

	__atomic_store_n(&flow->over, id, __ATOMIC_RELEASE);
	if (!__atomic_compare_exchange_n(tag, &was, dead, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED) ||
	    __atomic_load_n(&flow->id, __ATOMIC_SEQ_CST) == id)
		return;
	was = dead;
	__atomic_compare_exchange_n(tag, &was, live, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

bool tables_syn(const struct tables *tables, const struct st_flow_key *key, struct st_syn *syn)
{
	uint64_t hash = st_flow_hash(key, (const __u64 *)tables->seed);
	const struct st_syn *entry = &tables->syns[st_place(hash >> 32, tables->syn_count)];

	memcpy(syn, entry, sizeof(*syn));
	return !memcmp(&syn->key, key, sizeof(*key)) && syn->check == st_syn_check(syn);
}
