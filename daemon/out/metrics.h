/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The metrics of all handshakes. Everything but the table of server names is a
 * dense array, and that table has its full size from the start: counting takes
 * constant time and no memory, whatever the traffic.
 */
#ifndef SHAKETAP_METRICS_H
#define SHAKETAP_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "out/expo.h"
#include "track/handshake.h"

struct metrics;

struct metrics_limits {
	size_t max_server_names;     /* distinct server_name labels besides "other" and "none" */
	const char *const *patterns; /* shell patterns, NULL at the end; NULL: every name matches.
				      * Borrowed for the life of the metrics. */
	uint64_t seed;		     /* random: where a name lies in the table is nobody's choice */
};

/* What the page for people shows. */
struct metrics_totals {
	uint64_t handshakes; /* with a known outcome */
	uint64_t failures;   /* the failed among them */
	uint64_t unknown;
};

/* NULL when memory is out. Free with metrics_free(), which takes NULL too. */
struct metrics *metrics_new(const struct metrics_limits *limits);
void metrics_free(struct metrics *m);

/*
 * Count a handshake: once each, when its outcome is concluded. Facts (cipher,
 * group, alerts, HelloRetryRequest, early data, delays, findings) count as they were seen,
 * outcome unknown or not; rates per handshake only where the outcome is known. Findings are of
 * the day of the handshake: wall_offset as in struct record_context. Returns its findings.
 */
uint32_t metrics_count(struct metrics *m, const struct handshake *hs, uint64_t wall_offset);

struct metrics_totals metrics_totals(const struct metrics *m);

/* All families about handshakes. */
void metrics_write(struct expo *e, const struct metrics *m);

#endif
