/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/flow_table.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

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
}

unsigned flow_key_of(const struct tcp_segment *segment, struct st_flow_key *key)
{
	int order = memcmp(segment->addr[0], segment->addr[1], sizeof(segment->addr[0]));
	unsigned sender = order > 0 || (order == 0 && segment->port[0] > segment->port[1]);

	memcpy(key->addr[sender], segment->addr[0], sizeof(key->addr[0]));
	memcpy(key->addr[!sender], segment->addr[1], sizeof(key->addr[0]));
	key->port[sender] = htons(segment->port[0]);
	key->port[!sender] = htons(segment->port[1]);
	return sender;
}

struct flow *flow_find(struct flow_table *table, const struct st_flow_key *key)
{
	struct flow *flow;

	HASH_FIND_BYHASHVALUE(hh, table->by_key, key, sizeof(*key),
			      hash_bytes(key, sizeof(*key), table->seed), flow);
	return flow;
}

struct flow *flow_add(struct flow_table *table, const struct st_flow_key *key)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	if (!flow)
		return NULL;
	flow->key = *key;
	held_init(&flow->held);
	HASH_ADD_BYHASHVALUE(hh, table->by_key, key, sizeof(flow->key),
			     hash_bytes(key, sizeof(*key), table->seed), flow);
	if (!flow->hh.tbl) {
		free(flow);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&table->lru, flow, lru);
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
	/* The analyzer does not see that it is in the table. */
	HASH_DEL(table->by_key, flow); // NOLINT(clang-analyzer-core.NullDereference)
	TAILQ_REMOVE(list_of(table, flow), flow, lru);
	table->ended_count -= flow->among_ended;
	table->count--;
}

void flow_free(struct flow_table *table, struct flow *flow)
{
	held_clear(&flow->held, &table->budget);
	free(flow);
}
