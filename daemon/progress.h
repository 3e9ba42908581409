/* SPDX-License-Identifier: BSD-2-Clause */
/* A line on the terminal that says how far a long file has been read. */
#ifndef SHAKETAP_PROGRESS_H
#define SHAKETAP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Smaller files are read before anybody wonders. */
#define PROGRESS_SIZE_MIN (64ULL * 1024 * 1024)

struct progress {
	FILE *out;     /* NULL: nothing is shown */
	bool shown;    /* the line is on the terminal now */
	uint64_t last; /* ns, CLOCK_MONOTONIC */
};

/* out: shown there if it is a terminal. */
void progress_init(struct progress *progress, FILE *out);

/* Bytes done of all; shown a few times a second when all is large, or not known (0). */
void progress_show(struct progress *progress, uint64_t done, uint64_t all);

/* Take the line away, before something else is written to the terminal. */
void progress_clear(struct progress *progress);

#endif
