/* SPDX-License-Identifier: BSD-2-Clause */
/* Outcomes over time as a small SVG of stacked bars. Pure. */
#ifndef SHAKETAP_PAGE_CHART_H
#define SHAKETAP_PAGE_CHART_H

#include "base/text.h"
#include "out/window.h"

struct page_chart {
	const struct window *window;
	uint64_t now;	  /* the tick of its last bar */
	const char *name; /* class of the element */
	unsigned height;  /* units; a bar is PAGE_CHART_STEP wide */
};

#define PAGE_CHART_STEP 4

/* An <svg>; its text alternative tells the sums. */
void page_chart(struct text *out, const struct page_chart *chart);

/* The highest bar. */
uint64_t page_chart_peak(const struct page_chart *chart);

#endif
