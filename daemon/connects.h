/* SPDX-License-Identifier: BSD-2-Clause */
/* Connects to TLS ports that sent a second SYN: a ring in order of time, bounded. */
#ifndef SHAKETAP_CONNECTS_H
#define SHAKETAP_CONNECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shaketap_abi.h"

/* More repeated SYNs than this in one timeout: the oldest are dropped, a timeout untold. */
#define CONNECTS_MAX 1024

struct connect {
	struct st_event event;
	unsigned client; /* index in event.key */
	bool local;	 /* the client's socket is on this host */
};

struct connects {
	struct connect ring[CONNECTS_MAX];
	size_t first, count;
};

void connects_init(struct connects *connects);
/* False: the oldest had to make room. */
bool connects_add(struct connects *connects, const struct connect *connect);

/* Take out the oldest if it has waited (since its first SYN) for timeout ns. */
bool connects_due(struct connects *connects, uint64_t timeout, uint64_t now, struct connect *out);

/* When the oldest is due; 0: none waits. */
uint64_t connects_next(const struct connects *connects, uint64_t timeout);

#endif
