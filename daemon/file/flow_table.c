/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/flow_table.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/flow_key.h"
#include "base/hash.h"

void flow_table_init(struct flow_table *table, size_t max, size_t held_max, uint64_t seed)
{
	*table = (struct flow_table){ .max = max, .seed = seed, .budget.max = held_max };
	TAILQ_INIT(&table->lru);
	TAILQ_INIT(&table->ended);
}

static struct flow_list *list_of(struct flow_table *table, const struct flow *flow)
{
	return flow->among_ended ? &table->ended : &table->lru;
}

static void forget(struct flow_table *table, struct flow *flow)
{
	flow_take_out(table, flow);
	flow_free(table, flow);
}

void flow_table_free(struct flow_table *table)
{
	struct flow *flow;

	/* The analyzer does not follow the back pointers of the list. */
	while ((flow = TAILQ_FIRST(&table->lru)) || (flow = TAILQ_FIRST(&table->ended)))
		forget(table, flow); // NOLINT(clang-analyzer-unix.Malloc)
	index_free(&table->by_key);
}

static uint64_t word_of(const void *p, size_t i)
{
	return hash_word((const uint8_t *)p + i * sizeof(uint64_t));
}

/*
 * The address of the sender is the higher one, or their ports decide. Without a branch, which would
 * be guessed wrong for every other packet.
 */
static unsigned sender_is_higher(const struct tcp_segment *segment)
{
	unsigned higher = segment->port[0] > segment->port[1];

	for (size_t i = 2; i-- > 0;) {
		uint64_t from = be64toh(word_of(segment->addr[0], i));
		uint64_t to = be64toh(word_of(segment->addr[1], i));

		higher = (from > to) | ((from == to) & higher);
	}
	return higher;
}

unsigned flow_key_of(const struct tcp_segment *segment, struct st_flow_key *key)
{
	unsigned sender = sender_is_higher(segment);

	memcpy(key->addr[sender], segment->addr[0], sizeof(key->addr[0]));
	memcpy(key->addr[!sender], segment->addr[1], sizeof(key->addr[0]));
	key->port[sender] = htons(segment->port[0]);
	key->port[!sender] = htons(segment->port[1]);
	return sender;
}

static uint32_t hash_of(const struct flow_table *table, const struct st_flow_key *key)
{
	return hash_bytes(key, sizeof(*key), table->seed);
}

struct flow *flow_find(struct flow_table *table, const struct st_flow_key *key)
{
	uint32_t hash;
	size_t at;
	struct flow *flow;

	if (table->last && same_key(&table->last->key, key))
		return table->last;
	at = hash = hash_of(table, key);
	while ((flow = index_next(&table->by_key, hash, &at)))
		if (same_key(&flow->key, key)) {
			table->last = flow;
			return flow;
		}
	return NULL;
}

struct flow *flow_add(struct flow_table *table, const struct st_flow_key *key)
{
	struct flow *flow = malloc(sizeof(*flow)); /* calloc() of glibc passes over its cache */

	if (!flow)
		return NULL;
	*flow = (struct flow){ .key = *key, .hash = hash_of(table, key) };
	held_init(&flow->held);
	if (!index_add(&table->by_key, flow->hash, flow)) {
		free(flow);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&table->lru, flow, lru);
	table->last = flow;
	table->count++;
	return flow;
}

void flow_touch(struct flow_table *table, struct flow *flow)
{
	struct flow_list *list = list_of(table, flow);

	if (!TAILQ_NEXT(flow, lru))
		return;
	TAILQ_REMOVE(list, flow, lru);
	TAILQ_INSERT_TAIL(list, flow, lru);
}

struct flow *flow_oldest(struct flow_table *table)
{
	struct flow *ended = TAILQ_FIRST(&table->ended);

	return ended ? ended : TAILQ_FIRST(&table->lru);
}

struct flow *flow_sort(struct flow_table *table, struct flow *flow)
{
	if (flow->over == flow->among_ended)
		return NULL;
	TAILQ_REMOVE(list_of(table, flow), flow, lru);
	flow->among_ended = flow->over;
	TAILQ_INSERT_TAIL(list_of(table, flow), flow, lru);
	table->ended_count += flow->over ? 1 : -1;
	return table->ended_count > FLOWS_ENDED_MAX ? TAILQ_FIRST(&table->ended) : NULL;
}

void flow_reset(struct flow_table *table, struct flow *flow)
{
	held_clear(&flow->held, &table->budget);
	flow->id = flow->syn_time = flow->synack_time = 0;
	flow->early = 0;
	flow->repeated = flow->over = false;
	memset(flow->half, 0, sizeof(flow->half));
}

void flow_take_out(struct flow_table *table, struct flow *flow)
{
	index_delete(&table->by_key, flow->hash, flow);
	if (table->last == flow)
		table->last = NULL;
	TAILQ_REMOVE(list_of(table, flow), flow, lru);
	table->ended_count -= flow->among_ended;
	table->count--;
}

void flow_free(struct flow_table *table, struct flow *flow)
{
	held_clear(&flow->held, &table->budget);
	free(flow);
}
