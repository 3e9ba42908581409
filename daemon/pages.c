/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include <stdio.h>

#include "base/util.h"
#include "clock.h"
#include "out/page.h"
#include "out/process.h"
#include "seed.h"
#include "version.h"

/* A host of pods has thousands. */
#define INTERFACES_SHOWN 32

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

/* The names are copied: they are borrowed from a table that changes. */
static size_t name_interfaces(const struct pages *pages,
			      struct page_interface out[INTERFACES_SHOWN])
{
	static const char *const hooks[] = { [ATTACH_TCX] = "TCX", [ATTACH_CLSACT] = "clsact" };
	struct interfaces_entry entries[INTERFACES_SHOWN];
	size_t n = interfaces_list(pages->self.interfaces, entries, INTERFACES_SHOWN);

	for (size_t i = 0; i < n; i++) {
		snprintf(out[i].name, sizeof(out[i].name), "%s", entries[i].name);
		out[i].hook = hooks[entries[i].kind];
	}
	return n;
}

static void write_index(void *ctx, bool live, struct text *out)
{
	struct pages *pages = ctx;
	struct page_interface names[INTERFACES_SHOWN];
	struct metric_row rows[METRIC_ROWS_MAX];
	struct process_usage usage = process_usage();
	struct metrics_totals totals;
	struct pipeline_counters counters;
	uint64_t now;

	pages->refresh(pages->ctx);
	now = clock_ns(CLOCK_MONOTONIC);
	totals = metrics_totals(pages->metrics);
	pipeline_counters(pages->self.pipeline, &counters);
	page_write(out, &(struct page_facts){
				.version = SHAKETAP_VERSION,
				.ready = attached(pages) > 0,
				.reason = attached(pages) ? NULL : "attached to no interface",
				.live = live,
				.now = now,
				.wall_offset = clock_ns(CLOCK_REALTIME) - now,
				.started = pages->started,
				.handshakes = totals.handshakes,
				.failures = totals.failures,
				.unknown = totals.unknown,
				.in_progress = counters.in_progress,
				.history = pages->history,
				.interfaces = names,
				.interface_count = name_interfaces(pages, names),
				.interface_total = attached(pages),
				.rows = rows,
				.row_count = self_collect(&pages->self, rows, ARRAY_SIZE(rows)),
				.resident = usage.resident,
				.cpu = usage.cpu,
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
	pages->history = history_new(seed_random());
	if (!pages->history) {
		snprintf(error, room, "out of memory");
		return NULL;
	}
	return http_start(listen, &pages->http, error, room);
}

void pages_free(struct pages *pages)
{
	history_free(pages->history);
}

void pages_count(struct pages *pages, const struct handshake *hs, uint64_t now)
{
	history_count(pages->history, hs, now);
}
