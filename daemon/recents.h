/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections whose handshake came to its end a moment ago: what of it is sent again, or
 * comes too late, is no new handshake. A table of fixed size; a newer one takes the place.
 *
 * Some of them the source still follows. They stand in a queue, the first to end first, until it
 * is told to forget them: most connections end soon behind their handshake, and then there is
 * nothing left to tell but to clear away what ended.
 */
#ifndef SHAKETAP_RECENTS_H
#define SHAKETAP_RECENTS_H

#include "connection.h"

/* At 10,000 handshakes per second most are remembered for about a second. */
#define RECENTS_MAX 8192

/* Some of those that wait have lost their place to others meanwhile. */
#define RECENTS_WAITING_MAX (2 * RECENTS_MAX)

struct recent {
	struct st_flow_key key;
	uint32_t hash;	 /* of the key */
	uint64_t flow;	 /* st_event.flow */
	uint32_t end[2]; /* by sender: sequence number behind what was read */
	bool known[2];
	bool closed[2]; /* by sender: a FIN passed, and ends it with that of the other */
	bool ended;	/* RST, or FIN of both sides */
	bool waits;	/* the source has an entry of it */
};

struct recents {
	struct recent_waiting {
		uint64_t flow;
		uint64_t since; /* when the handshake came to its end */
		uint32_t place;
	} waiting[RECENTS_WAITING_MAX]; /* a ring: longest over first */
	size_t first, count;		/* of the ring */
	struct recent entry[RECENTS_MAX];
};

/* The place of a key, by its hash. What is there may be of another one. */
struct recent *recents_at(struct recents *recents, uint32_t hash);

/* The connection takes the place of its key, where none may wait. */
struct recent *recents_note(struct recents *recents, const struct connection *connection);

/*
 * The source still has an entry of it: it waits, since `now`, until recent->waits is taken back.
 * The queue must not be full.
 */
void recents_wait(struct recents *recents, struct recent *recent, uint64_t now);

static inline bool recents_full(const struct recents *recents)
{
	return recents->count == RECENTS_WAITING_MAX;
}

/* The one that has waited longest, and since when. NULL: none waits. */
struct recent *recents_first(struct recents *recents, uint64_t *since);

/* An event of the connection in this place, if it is that: does it end it? */
void recent_event(struct recent *recent, const struct st_event *event);

/* The event opens a flow, but belongs to the handshake in its place, which is over. */
bool recent_has(const struct recent *recent, const struct st_event *event);

#endif
