/* SPDX-License-Identifier: BSD-2-Clause */
/* The page of /metrics: handshakes, the observer, the process. */
#ifndef SHAKETAP_METRICS_PAGE_H
#define SHAKETAP_METRICS_PAGE_H

#include <stdbool.h>

#include "base/text.h"
#include "out/metrics.h"
#include "out/observer.h"

struct metrics_page {
	const struct metrics *metrics;
	const char *version;	    /* of shaketap */
	const char *libbpf_version; /* NULL: not in use */
	metric_collect collect;	    /* NULL: no observer (capture files) */
	void *collect_ctx;
	uint64_t build_ns; /* what the last page took; kept by metrics_page_write() */
};

/* Add the whole page. Text 0.0.4, or OpenMetrics 1.0. */
void metrics_page_write(struct metrics_page *page, bool openmetrics, struct text *out);

#endif
