/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/memo.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* A few clients and servers make nearly all handshakes of a host; together they take 1 MiB. */
#define SETS 64
#define WAYS 4

struct place {
	uint32_t hash;
	uint16_t key_length; /* 0: empty */
	uint16_t text_length;
	uint8_t key[MEMO_KEY_MAX];
	uint8_t text[MEMO_TEXT_MAX];
};

struct memo {
	uint64_t seed;
	/* By set, the places in the order of their last use: only numbers are moved. */
	uint8_t order[SETS][WAYS];
	struct place places[SETS][WAYS];
};

struct memo *memo_new(uint64_t seed)
{
	struct memo *memo = calloc(1, sizeof(*memo));

	if (!memo)
		return NULL;
	memo->seed = seed;
	for (unsigned set = 0; set < SETS; set++)
		for (uint8_t way = 0; way < WAYS; way++)
			memo->order[set][way] = way;
	return memo;
}

void memo_free(struct memo *memo)
{
	free(memo);
}

static void move_to_front(uint8_t order[WAYS], unsigned at)
{
	uint8_t way = order[at];

	memmove(order + 1, order, at);
	order[0] = way;
}

static bool is_of(const struct place *place, struct bytes key, uint32_t hash)
{
	return place->hash == hash && place->key_length == key.n &&
	       !memcmp(place->key, key.p, key.n);
}

struct bytes memo_find(struct memo *memo, struct bytes key)
{
	uint32_t hash = hash_bytes(key.p, key.n, memo->seed);
	uint8_t *order = memo->order[hash % SETS];

	for (unsigned at = 0; key.n && at < WAYS; at++) {
		const struct place *place = &memo->places[hash % SETS][order[at]];

		if (is_of(place, key, hash)) {
			move_to_front(order, at);
			return (struct bytes){ place->text, place->text_length };
		}
	}
	return (struct bytes){ NULL, 0 };
}

void memo_keep(struct memo *memo, struct bytes key, struct bytes text)
{
	uint32_t hash = hash_bytes(key.p, key.n, memo->seed);
	uint8_t *order = memo->order[hash % SETS];
	struct place *place = &memo->places[hash % SETS][order[WAYS - 1]];

	if (!key.n || key.n > MEMO_KEY_MAX || text.n > MEMO_TEXT_MAX)
		return;
	place->hash = hash;
	place->key_length = (uint16_t)key.n;
	place->text_length = (uint16_t)text.n;
	memcpy(place->key, key.p, key.n);
	if (text.n)
		memcpy(place->text, text.p, text.n);
	move_to_front(order, WAYS - 1);
}
