/* SPDX-License-Identifier: BSD-2-Clause */
#include "recents.h"

#include <string.h>

/* Bytes this near to where a direction stood belong to the same connection. */
#define NEAR_MAX (1U << 20)

void recents_init(struct recents *recents)
{
	TAILQ_INIT(&recents->listed);
}

struct recent *recents_at(struct recents *recents, uint32_t hash)
{
	return &recents->entry[hash % RECENTS_MAX];
}

void recent_note(struct recent *recent, const struct connection *connection)
{
	recent->key = connection->key;
	recent->flow = connection->flow;
	recent->time = connection->progress;
	recent->ended = connection->ended;
	for (int i = 0; i < 2; i++) {
		recent->known[i] = connection->half[i].reasm.started;
		recent->end[i] = connection->half[i].reasm.pos;
		recent->closed[i] = connection->half[i].closed;
	}
}

void recents_list(struct recents *recents, struct recent *recent, uint64_t now)
{
	recent->left = now;
	recent->listed = true;
	TAILQ_INSERT_TAIL(&recents->listed, recent, due);
}

void recents_unlist(struct recents *recents, struct recent *recent)
{
	recent->listed = false;
	TAILQ_REMOVE(&recents->listed, recent, due);
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
	before = recent->end[event->sender] - (event->seq + event->len);
	/* A ServerHello may also come behind the timeout; a ClientHello there is a new one. */
	if (event->flags & ST_FLAG_JOINED)
		return before + NEAR_MAX < 2 * NEAR_MAX;
	return before < NEAR_MAX;
}
