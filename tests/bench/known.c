/* SPDX-License-Identifier: BSD-2-Clause */
#include "known.h"

#include <arpa/inet.h>
#include <err.h>

#define CLIENTS 0x0a000000U /* 10.0.0.0 */
#define SERVER 0xc6120001U  /* 198.18.0.1 */
#define SERVER_PORT 443
#define CLIENT_PORT 1024
#define ADDRESSES 65536

static struct st_flow_key key_of(uint32_t number)
{
	struct st_flow_key key = { 0 };
	const uint32_t client = CLIENTS + number % ADDRESSES;

	key.addr[0][2] = key.addr[1][2] = htonl(0xffff);
	key.addr[0][3] = htonl(client);
	key.addr[1][3] = htonl(SERVER);
	key.port[0] = htons((uint16_t)(CLIENT_PORT + number / ADDRESSES));
	key.port[1] = htons(SERVER_PORT);
	return key;
}

static unsigned count_taken(const struct st_bucket *bucket)
{
	unsigned taken = 0;

	for (unsigned way = 0; way < ST_WAYS; way++)
		taken += bucket->tag[way] != ST_TAG_FREE;
	return taken;
}

/* As table_enter() in bpf/table.bpf.h does it. False: both buckets are full. */
static bool enter(struct tables *tables, const struct st_flow_key *key, uint64_t id, bool open)
{
	uint64_t hash = st_flow_hash(key, (const __u64 *)tables->seed);
	uint32_t number = st_bucket_of(hash, tables->bucket_count);
	uint32_t other = st_other_bucket(hash, number);
	unsigned way = count_taken(&tables->buckets[number]);
	struct st_flow *flow;

	if (count_taken(&tables->buckets[other]) < way) {
		number = other;
		way = count_taken(&tables->buckets[other]);
	}
	if (way == ST_WAYS)
		return false;
	flow = &tables->flows[st_entry_of(number, way, tables->bucket_count)];
	*flow = (struct st_flow){ .id = id, .key = *key, .opened = 1, .over = open ? 0 : id };
	flow->half[0].walk = flow->half[1].walk = ST_WALK_ON;
	tables->buckets[number].tag[way] = open ? st_tag(hash) : st_tag(hash) & ~ST_TAG_LIVE;
	return true;
}

void known_fill(struct programs *programs, uint32_t flows, bool open)
{
	uint32_t entered = 0;

	for (uint32_t i = 0; i < flows; i++) {
		struct st_flow_key key = key_of(i);

		entered += enter(&programs->tables, &key, i + 1, open);
	}
	if (entered < flows - flows / 100000)
		errx(1, "only %u of %u flows find a place", entered, flows);
}

double known_tags_open(const struct programs *programs)
{
	const struct tables *tables = &programs->tables;
	uint32_t open = 0;

	for (uint32_t i = 0; i < tables->bucket_count; i++)
		for (unsigned way = 0; way < ST_WAYS; way++)
			open += tables->buckets[i].tag[way] & ST_TAG_LIVE;
	return 100.0 * open / (tables->bucket_count * ST_WAYS);
}
