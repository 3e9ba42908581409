/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last few segments of a connection on which no handshake is known yet: where a
 * hello turns up late, what the capture shows before it may belong behind it.
 */
#ifndef SHAKETAP_FILE_HELD_H
#define SHAKETAP_FILE_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "shaketap_abi.h"
#include "tls_sniff.h"

/* Segments held of one connection; then the oldest goes. */
#define HELD_PER_FLOW 64

struct held_segment {
	TAILQ_ENTRY(held_segment) next;
	enum tls_sniffed hello; /* a handshake may begin with it */
	struct st_event event;
	uint8_t payload[];
};

TAILQ_HEAD(held_list, held_segment);

/* The held segments of one connection, oldest first. */
struct held {
	struct held_list list;
	unsigned count;
};

/* What all connections together hold, and may hold. */
struct held_budget {
	size_t bytes, max;
};

void held_init(struct held *held);

/* Take a copy of the event and its event->len bytes. False: no room, or no memory. */
bool held_add(struct held *held, struct held_budget *budget, const struct st_event *event,
	      const uint8_t *payload, enum tls_sniffed hello);

/* The oldest, taken out; release it with held_release(). NULL: none. */
struct held_segment *held_take(struct held *held);
/* The first that begins with a hello, likewise. */
struct held_segment *held_take_hello(struct held *held);
void held_release(struct held_budget *budget, struct held_segment *segment);

/* One of them begins with a hello. */
bool held_has_hello(const struct held *held);

void held_clear(struct held *held, struct held_budget *budget);

#endif
