/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include <time.h>

#include "base/util.h"
#include "out/page.h"
#include "version.h"

static size_t collect(void *ctx, struct metric_row *rows, size_t room)
{
	const struct pages *pages = ctx;

	return self_collect(&pages->self, rows, room);
}

static void write_metrics(void *ctx, bool openmetrics, struct text *out)
{
	struct pages *pages = ctx;

	pages->refresh(pages->ctx);
	metrics_page_write(&pages->page, openmetrics, out);
}

static size_t attached(const struct pages *pages)
{
	return interfaces_count(pages->self.interfaces, ATTACH_TCX) +
	       interfaces_count(pages->self.interfaces, ATTACH_CLSACT);
}

static bool is_ready(void *ctx, struct text *reason)
{
	if (attached(ctx))
		return true;
	text_string(reason, "attached to no interface");
	return false;
}

static void write_index(void *ctx, struct text *out)
{
	const struct pages *pages = ctx;
	struct metrics_totals totals = metrics_totals(pages->metrics);
	struct pipeline_counters counters;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	pipeline_counters(pages->self.pipeline, &counters);
	page_index(out, &(struct page_numbers){
				.version = SHAKETAP_VERSION,
				.ready = attached(pages) > 0,
				.reason = attached(pages) ? NULL : "attached to no interface",
				.handshakes = totals.handshakes,
				.failures = totals.failures,
				.unknown = totals.unknown,
				.in_progress = counters.in_progress,
				.interfaces = attached(pages),
				.uptime = (uint64_t)now.tv_sec - pages->started / NS_PER_S,
			});
}

struct http *pages_serve(struct pages *pages, const char *listen, char *error, size_t room)
{
	pages->page = (struct metrics_page){
		.metrics = pages->metrics,
		.version = SHAKETAP_VERSION,
		.collect = collect,
		.collect_ctx = pages,
	};
	pages->http = (struct http_pages){ pages, write_metrics, is_ready, write_index };
	return http_start(listen, &pages->http, error, room);
}
