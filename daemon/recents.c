/* SPDX-License-Identifier: BSD-2-Clause */
#include "recents.h"

/* Bytes this near to where a direction stood belong to the same connection. */
#define NEAR_MAX (1U << 20)

#define RECENT_KNOWN(sender) (UINT64_C(1) << (sender))
#define KNOWN (RECENT_KNOWN(0) | RECENT_KNOWN(1))

static size_t place_of(uint64_t mark)
{
	return (mark >> 32) % RECENTS_MAX;
}

/* Of other bits than the place. */
static uint8_t tag_of(uint64_t mark)
{
	return (uint8_t)(mark >> 56);
}

void recents_note(struct recents *recents, const struct connection *connection)
{
	uint64_t mark = connection->mark & ~KNOWN;

	for (int i = 0; i < 2; i++)
		if (connection->half[i].reasm.started)
			mark |= RECENT_KNOWN(i);
	recents->tag[place_of(mark)] = tag_of(mark);
	recents->entry[place_of(mark)] =
		(struct recent){ mark,
				 { connection->half[0].reasm.pos, connection->half[1].reasm.pos } };
}

bool recents_has(const struct recents *recents, const struct st_event *event, uint64_t mark)
{
	const struct recent *recent = &recents->entry[place_of(mark)];
	uint32_t before;

	if (recents->tag[place_of(mark)] != tag_of(mark)) {
		__builtin_prefetch(recent, 1); /* for when this one is noted */
		return false;
	}
	if (!(recent->mark & RECENT_KNOWN(event->sender)) || (recent->mark ^ mark) & ~KNOWN)
		return false;
	before = recent->end[event->sender] - (event->seq + st_event_span(event));
	/* A ServerHello may also come behind the timeout; a ClientHello there is a new one. */
	if (event->flags & ST_FLAG_JOINED)
		return before + NEAR_MAX < 2 * NEAR_MAX;
	return before < NEAR_MAX;
}
