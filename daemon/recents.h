/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections whose handshake came to its end a moment ago: what of it is sent again, or
 * comes too late, is no new handshake. A table of fixed size; a newer one takes the place.
 */
#ifndef SHAKETAP_RECENTS_H
#define SHAKETAP_RECENTS_H

#include "connection.h"

/* At 10,000 handshakes per second most are remembered for about a second. */
#define RECENTS_MAX 8192

/*
 * In place of the key stands a hash of it with a secret, of 62 bits. Nearly all that are looked for
 * are not there; the tags say so for nearly all of those, and are small enough to stay in the
 * cache.
 */
struct recents {
	uint8_t tag[RECENTS_MAX]; /* bits of the hash */
	struct recent {
		uint64_t mark;	 /* RECENT_KNOWN of each sender whose end is known, and the hash */
		uint32_t end[2]; /* by sender: sequence number behind what was read */
	} entry[RECENTS_MAX];
};

void recents_note(struct recents *recents, const struct connection *connection);

/* The event opens a flow, but belongs to a handshake that is over. mark: of its key. */
bool recents_has(const struct recents *recents, const struct st_event *event, uint64_t mark);

#endif
