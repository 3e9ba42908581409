/* SPDX-License-Identifier: BSD-2-Clause */
/* Is a key another one? Asked for each packet of a file and each event. */
#ifndef SHAKETAP_FLOW_KEY_H
#define SHAKETAP_FLOW_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "shaketap_abi.h"

/* Without a call: memcmp() is one, and asks for an order as well. */
static inline bool same_key(const struct st_flow_key *a, const struct st_flow_key *b)
{
	const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;
	uint64_t differ = (a->port[0] ^ b->port[0]) | (a->port[1] ^ b->port[1]);

	for (size_t at = 0; at < sizeof(a->addr); at += sizeof(uint64_t))
		differ |= hash_word(p + at) ^ hash_word(q + at);
	return !differ;
}

#endif
