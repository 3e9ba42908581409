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
 * In place of the key stands a hash of it with a secret, of 62 bits: four to a line of a cache,
 * where the keys would push out what else is needed.
 */
struct recents {
	struct recent {
		uint64_t mark;	 /* RECENT_KNOWN of each sender whose end is known, and the hash */
		uint32_t end[2]; /* by sender: sequence number behind what was read */
	} entry[RECENTS_MAX];
};

#define RECENT_KNOWN(sender) (UINT64_C(1) << (sender))

/* hash: of the key, connection_hash64(). recents_has() will be asked: fetch the place. */
static inline void recents_expect(const struct recents *recents, uint64_t hash)
{
	__builtin_prefetch(&recents->entry[(hash >> 32) % RECENTS_MAX]);
}

void recents_note(struct recents *recents, const struct connection *connection, uint64_t hash);

/* The event opens a flow, but belongs to a handshake that is over. */
bool recents_has(const struct recents *recents, const struct st_event *event, uint64_t hash);

#endif
