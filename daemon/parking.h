/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections that wait for somebody, in a quarter of the memory and less. Nothing is lost: all
 * that a connection is comes back byte for byte when something happens to it.
 *
 * Most of a connection is zero while it waits, and most of the rest is what others of the same
 * client's library say as well: it is packed as it differs from another one, see base/pack.h.
 */
#ifndef SHAKETAP_PARKING_H
#define SHAKETAP_PARKING_H

#include <stddef.h>

#include "connection.h"

struct parked {
	struct seat seat;
	struct parked *next[2]; /* in its place of both tables */
	uint32_t random_hash;
	uint16_t size; /* of what is packed */
	uint8_t frame; /* whose difference it is */
	bool listed;   /* by its random */
	uint8_t packed[];
};

/* What tells two handshakes apart whose hellos have one random. */
struct hello_marks {
	uint64_t digest; /* of the first ClientHello */
	bool retried;	 /* a HelloRetryRequest asked for a second one */
};

struct parking;

/* NULL: memory is out. */
struct parking *parking_new(uint64_t seed);
/* It must be empty. NULL is fine. */
void parking_free(struct parking *parking);

/*
 * Park what the connection is, without its place in any table or list, which stays the caller's.
 * The connection has nothing then but `held`: what still hangs on it, beside parked_size(). NULL:
 * memory is out, and nothing has changed.
 */
struct parked *parking_put(struct parking *parking, struct connection *connection);

/*
 * The connection back, gone from here. The caller knows its places elsewhere, and frees `parked`.
 * False: memory is out, and nothing has changed.
 */
bool parking_take(struct parking *parking, struct parked *parked, struct connection *connection);

/* Give up what one owns, and its place here; the rest as above. Returns what was its `held`. */
size_t parking_drop(struct parking *parking, struct parked *parked);

/* hash: of the key. NULL: none. */
struct parked *parking_find(const struct parking *parking, const struct st_flow_key *key,
			    uint32_t hash);

/*
 * The one whose ClientHello has this random, if it was listed by it, and what else
 * its hello says. hash: of the random. NULL: none.
 */
struct parked *parking_find_random(const struct parking *parking, const uint8_t *random,
				   uint32_t hash, struct hello_marks *marks);

/* How many are here. */
size_t parking_count(const struct parking *parking);

/* Bytes of memory that it takes, beside what the connection goes on to hold. */
static inline size_t parked_size(const struct parked *parked)
{
	return offsetof(struct parked, packed) + parked->size;
}

#endif
