/* SPDX-License-Identifier: BSD-2-Clause */
#include "recents.h"

#include <string.h>

/* Bytes this near to where a direction stood belong to the same connection. */
#define NEAR_MAX (1U << 20)

void recents_note(struct recents *recents, const struct connection *connection)
{
	struct recent *recent = &recents->entry[connection->seat.hash % RECENTS_MAX];

	recent->key = connection->key;
	for (int i = 0; i < 2; i++) {
		recent->known[i] = connection->half[i].reasm.started;
		recent->end[i] = connection->half[i].reasm.pos;
	}
}

bool recents_has(const struct recents *recents, const struct st_event *event, uint32_t hash)
{
	const struct recent *recent = &recents->entry[hash % RECENTS_MAX];
	uint32_t before;

	if (!recent->known[event->sender] || memcmp(&recent->key, &event->key, sizeof(recent->key)))
		return false;
	before = recent->end[event->sender] - (event->seq + st_event_span(event));
	/* A ServerHello may also come behind the timeout; a ClientHello there is a new one. */
	if (event->flags & ST_FLAG_JOINED)
		return before + NEAR_MAX < 2 * NEAR_MAX;
	return before < NEAR_MAX;
}
