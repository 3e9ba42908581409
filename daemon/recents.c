/* SPDX-License-Identifier: BSD-2-Clause */
#include "recents.h"

#include <string.h>

#include "base/hash.h"

/* Bytes this near to where a direction stood belong to the same connection. */
#define NEAR_MAX (1U << 20)

static size_t place_of(const struct recents *recents, const struct st_flow_key *key)
{
	return hash_bytes(key, sizeof(*key), recents->seed) % RECENTS_MAX;
}

struct recent recents_note(struct recents *recents, const struct connection *connection)
{
	struct recent *recent = &recents->entry[place_of(recents, &connection->key)];
	struct recent replaced = *recent;

	recent->key = connection->key;
	recent->flow = connection->flow;
	recent->time = connection->progress;
	recent->ended = connection->ended;
	for (int i = 0; i < 2; i++) {
		recent->known[i] = connection->half[i].reasm.started;
		recent->end[i] = connection->half[i].reasm.pos;
	}
	return replaced;
}

bool recents_has(const struct recents *recents, const struct st_event *event)
{
	const struct recent *recent = &recents->entry[place_of(recents, &event->key)];
	uint32_t before;

	if (!recent->known[event->sender] || memcmp(&recent->key, &event->key, sizeof(recent->key)))
		return false;
	before = recent->end[event->sender] - (event->seq + event->len);
	/* A ServerHello may also come behind the timeout; a ClientHello there is a new one. */
	if (event->flags & ST_FLAG_JOINED)
		return before + NEAR_MAX < 2 * NEAR_MAX;
	return before < NEAR_MAX;
}
