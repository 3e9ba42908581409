/* SPDX-License-Identifier: BSD-2-Clause */
#include "recents.h"

#include <string.h>

/* Bytes this near to where a direction stood belong to the same connection. */
#define NEAR_MAX (1U << 20)

struct recent *recents_at(struct recents *recents, uint32_t hash)
{
	return &recents->entry[hash % RECENTS_MAX];
}

struct recent *recents_note(struct recents *recents, const struct connection *connection)
{
	struct recent *recent = recents_at(recents, connection->by_key.hashv);

	recent->key = connection->key;
	recent->hash = connection->by_key.hashv;
	recent->flow = connection->flow;
	recent->ended = connection->ended;
	for (int i = 0; i < 2; i++) {
		recent->known[i] = connection->half[i].reasm.started;
		recent->end[i] = connection->half[i].reasm.pos;
		recent->closed[i] = connection->half[i].closed;
	}
	return recent;
}

void recents_wait(struct recents *recents, struct recent *recent, uint64_t now)
{
	size_t last = (recents->first + recents->count++) % RECENTS_WAITING_MAX;

	recent->waits = true;
	recents->waiting[last] = (struct recent_waiting){ .flow = recent->flow,
							  .since = now,
							  .place = recent->hash % RECENTS_MAX };
}

struct recent *recents_first(struct recents *recents, uint64_t *since)
{
	while (recents->count) {
		const struct recent_waiting *waiting = &recents->waiting[recents->first];
		struct recent *recent = &recents->entry[waiting->place];

		if (recent->waits && recent->flow == waiting->flow) {
			*since = waiting->since;
			return recent;
		}
		recents->first = (recents->first + 1) % RECENTS_WAITING_MAX;
		recents->count--;
	}
	return NULL;
}

void recent_event(struct recent *recent, const struct st_event *event)
{
	if (recent->flow != event->flow || memcmp(&recent->key, &event->key, sizeof(recent->key)))
		return;
	if (event->type == ST_EVENT_FIN)
		recent->closed[event->sender] = fin_closes(event);
	recent->ended |= event->type == ST_EVENT_RST || (recent->closed[0] && recent->closed[1]);
}

bool recent_has(const struct recent *recent, const struct st_event *event)
{
	uint32_t before;

	if (!recent->known[event->sender] || memcmp(&recent->key, &event->key, sizeof(recent->key)))
		return false;
	before = recent->end[event->sender] - (event->seq + st_event_span(event));
	/* A ServerHello may also come behind the timeout; a ClientHello there is a new one. */
	if (event->flags & ST_FLAG_JOINED)
		return before + NEAR_MAX < 2 * NEAR_MAX;
	return before < NEAR_MAX;
}
