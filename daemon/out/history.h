/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the page for people remembers of the handshakes: outcomes by second and by minute, the
 * server names, the kinds of failure.
 *
 * All memory is there from the start, about 700 KB. Names and failures are sets of HISTORY_WAYS
 * entries; a hash picks the set. Counting looks at one set of names, for a failure at one set
 * of failures, and at no more, whatever the traffic. In a full set the one with the fewest
 * handshakes of late makes room (a count halves every ten minutes), of equals the one seen
 * least recently: a flood of random names takes the places of its own names first.
 */
#ifndef SHAKETAP_HISTORY_H
#define SHAKETAP_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out/window.h"
#include "track/handshake.h"

#define HISTORY_WAYS 8
#define HISTORY_NAMES 512
#define HISTORY_FAILURES 256
/* Bytes of a name as shown: the longest DNS name (253), what it is cut with, and NUL fit. */
#define HISTORY_LABEL 260

/* How much of it there was of late. */
struct history_weight {
	uint64_t value;
	uint64_t since; /* ns: halved up to here */
};

/* The name a client asked for, escaped and in lower case. */
struct history_label {
	uint16_t length; /* of the text */
	bool named;	 /* else it asked for none, and this is the server's address and port */
	char text[HISTORY_LABEL];
};

struct history_name {
	struct history_label label;
	struct window minutes; /* ticks are minutes */
};

/* Failures of the same cause, stage and side under the same name. Times in ns. */
struct history_failure {
	struct history_label label;
	struct history_weight weight;
	uint64_t first, last;
	uint64_t count;
	struct hs_failure failure; /* the last one */
	struct hs_end end[2];	   /* of the last one */
};

struct history;

/* `seed`: a random number, so that nobody can aim names at one set. NULL when memory is out. */
struct history *history_new(uint64_t seed);
void history_free(struct history *history);

/* Count a concluded handshake. now: ns, of a clock that does not go back. Takes history NULL. */
void history_count(struct history *history, const struct handshake *hs, uint64_t now);

/* Outcomes; ticks are seconds, or minutes, of the clock of history_count(). */
const struct window *history_seconds(const struct history *history);
const struct window *history_minutes(const struct history *history);

/* The first `room` entries, most of late first; how many. Valid until the next history_count(). */
size_t history_names(const struct history *history, uint64_t now, const struct history_name *out[],
		     size_t room);
size_t history_failures(const struct history *history, uint64_t now,
			const struct history_failure *out[], size_t room);

/* Kinds of failure seen in the last `age` ns. */
size_t history_failing(const struct history *history, uint64_t now, uint64_t age);

#endif
