/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics about the observer itself: counted elsewhere, handed over at scrape. */
#ifndef SHAKETAP_OBSERVER_H
#define SHAKETAP_OBSERVER_H

#include <stddef.h>
#include <stdint.h>

#include "out/expo.h"

/* Rows one scrape may deliver. */
#define METRIC_ROWS_MAX 128

/* One sample. Strings are borrowed until the page is written. */
struct metric_row {
	const char *family;	/* a name of the table in observer.c; others are left out */
	const char *label;	/* "cause", "table", "hook"; NULL: no label */
	const char *value_text; /* value of the label */
	uint64_t value;
};

/* Fills at most `room` rows, in any order, and returns how many. */
typedef size_t (*metric_collect)(void *ctx, struct metric_row *rows, size_t room);

/* Families whose rows came; a family without rows is not on the page. */
void observer_write(struct expo *e, metric_collect collect, void *ctx);

#endif
