/* SPDX-License-Identifier: BSD-2-Clause */
#include "recents.h"

/* Bytes this near to where a direction stood belong to the same connection. */
#define NEAR_MAX (1U << 20)

#define KNOWN (RECENT_KNOWN(0) | RECENT_KNOWN(1))

void recents_note(struct recents *recents, const struct connection *connection, uint64_t hash)
{
	struct recent *recent = &recents->entry[(hash >> 32) % RECENTS_MAX];

	recent->mark = hash & ~KNOWN;
	for (int i = 0; i < 2; i++) {
		if (connection->half[i].reasm.started)
			recent->mark |= RECENT_KNOWN(i);
		recent->end[i] = connection->half[i].reasm.pos;
	}
}

bool recents_has(const struct recents *recents, const struct st_event *event, uint64_t hash)
{
	const struct recent *recent = &recents->entry[(hash >> 32) % RECENTS_MAX];
	uint32_t before;

	if (!(recent->mark & RECENT_KNOWN(event->sender)) || (recent->mark ^ hash) & ~KNOWN)
		return false;
	before = recent->end[event->sender] - (event->seq + st_event_span(event));
	/* A ServerHello may also come behind the timeout; a ClientHello there is a new one. */
	if (event->flags & ST_FLAG_JOINED)
		return before + NEAR_MAX < 2 * NEAR_MAX;
	return before < NEAR_MAX;
}
