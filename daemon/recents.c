/* SPDX-License-Identifier: BSD-2-Clause */
#include "recents.h"

#include <string.h>

/* Bytes this near to where a direction stood belong to the same connection. */
#define NEAR_MAX (1U << 20)

static size_t place_of(const struct st_flow_key *key)
{
	uint32_t hash = (uint32_t)key->port[0] << 16 | key->port[1];

	for (int i = 0; i < 4; i++)
		hash = (hash ^ key->addr[0][i] ^ key->addr[1][i]) * 0x9e3779b1;
	return (hash >> 16) % RECENTS_MAX;
}

void recents_note(struct recents *recents, const struct connection *connection)
{
	struct recent *recent = &recents->entry[place_of(&connection->key)];

	recent->key = connection->key;
	for (int i = 0; i < 2; i++) {
		recent->known[i] = connection->half[i].reasm.started;
		recent->end[i] = connection->half[i].reasm.pos;
	}
}

bool recents_has(const struct recents *recents, const struct st_event *event)
{
	const struct recent *recent = &recents->entry[place_of(&event->key)];
	uint32_t before;

	if (!recent->known[event->sender] || memcmp(&recent->key, &event->key, sizeof(recent->key)))
		return false;
	before = recent->end[event->sender] - (event->seq + event->len);
	/* A ServerHello may also come behind the timeout; a ClientHello there is a new one. */
	if (event->flags & ST_FLAG_JOINED)
		return before + NEAR_MAX < 2 * NEAR_MAX;
	return before < NEAR_MAX;
}
