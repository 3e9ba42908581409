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

struct recents {
	struct recent {
		struct st_flow_key key;
		uint32_t end[2]; /* by sender: sequence number behind what was read */
		bool known[2];
	} entry[RECENTS_MAX];
};

/* recents_has() will be asked: fetch the place. */
static inline void recents_expect(const struct recents *recents, uint32_t hash)
{
	__builtin_prefetch(&recents->entry[hash % RECENTS_MAX]);
}

void recents_note(struct recents *recents, const struct connection *connection);

/* The event opens a flow, but belongs to a handshake that is over. hash: of its key. */
bool recents_has(const struct recents *recents, const struct st_event *event, uint32_t hash);

#endif
