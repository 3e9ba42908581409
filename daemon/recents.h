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

struct recent {
	struct st_flow_key key;
	uint64_t flow;	 /* st_event.flow */
	uint64_t time;	 /* of its last new bytes */
	bool ended;	 /* RST, or FIN of both sides */
	uint32_t end[2]; /* by sender: sequence number behind what was read */
	bool known[2];
};

struct recents {
	uint64_t seed; /* of the places; to be set once */
	struct recent entry[RECENTS_MAX];
};

/* What had to make room; not ended: nothing. */
struct recent recents_note(struct recents *recents, const struct connection *connection);

/* The event opens a flow, but belongs to a handshake that is over. */
bool recents_has(const struct recents *recents, const struct st_event *event);

#endif
