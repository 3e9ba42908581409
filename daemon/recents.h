/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections whose handshake came to its end a moment ago: what of it is sent again, or
 * comes too late, is no new handshake. A table of fixed size; a newer one takes the place.
 *
 * Some of them the source still follows. They stand in a list, the first to end first, until it
 * is told to forget them: most connections end soon behind their handshake, and then there is
 * nothing left to tell but to clear away what ended.
 */
#ifndef SHAKETAP_RECENTS_H
#define SHAKETAP_RECENTS_H

#include "connection.h"

/* At 10,000 handshakes per second most are remembered for about a second. */
#define RECENTS_MAX 8192

struct recent {
	struct st_flow_key key;
	uint64_t flow;	 /* st_event.flow */
	uint64_t time;	 /* of its last new bytes */
	uint64_t left;	 /* with listed: when it came to its end */
	uint32_t end[2]; /* by sender: sequence number behind what was read */
	bool known[2];
	bool closed[2]; /* by sender: a FIN passed, and ends it with that of the other */
	bool ended;	/* RST, or FIN of both sides */
	bool listed;	/* the source has an entry of it */
	TAILQ_ENTRY(recent) due;
};

TAILQ_HEAD(recent_list, recent);

struct recents {
	struct recent_list listed; /* longest over first */
	struct recent entry[RECENTS_MAX];
};

void recents_init(struct recents *recents);

/* The place of a key, by its hash. What is there may be of another one. */
struct recent *recents_at(struct recents *recents, uint32_t hash);

/* The connection takes the place, which must not be listed. */
void recent_note(struct recent *recent, const struct connection *connection);

/* The source still has an entry of it, since `now`. */
void recents_list(struct recents *recents, struct recent *recent, uint64_t now);
/* Not any more; it is listed. */
void recents_unlist(struct recents *recents, struct recent *recent);

/* An event of the connection in this place, if it is that: does it end it? */
void recent_event(struct recent *recent, const struct st_event *event);

/* The event opens a flow, but belongs to the handshake in its place, which is over. */
bool recent_has(const struct recent *recent, const struct st_event *event);

#endif
