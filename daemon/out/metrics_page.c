/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/metrics_page.h"

#include <time.h>

#include "out/process.h"

#define NS_PER_SECOND UINT64_C(1000000000)

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_SECOND + (uint64_t)t.tv_nsec;
}

static void write_about_us(struct expo *e, const struct metrics_page *page)
{
	static const struct expo_family build = { "shaketap_build_info", EXPO_INFO,
						  "Versions of this shaketap; the value is 1." };
	static const struct expo_family scrape = { "shaketap_scrape_duration_seconds", EXPO_GAUGE,
						   "Time it took to make the page before this." };
	struct expo_labels labels = EXPO_LABELS({ "version", page->version });

	if (page->libbpf_version)
		labels.label[1] = (struct expo_label){ "libbpf", page->libbpf_version };
	expo_family(e, &build);
	expo_u64(e, labels, 1);
	expo_family(e, &scrape);
	expo_seconds(e, EXPO_NO_LABELS, page->build_ns);
}

void metrics_page_write(struct metrics_page *page, bool openmetrics, struct text *out)
{
	struct expo e = { .out = out, .openmetrics = openmetrics };
	uint64_t begun = now();

	metrics_write(&e, page->metrics);
	observer_write(&e, page->collect, page->collect_ctx);
	write_about_us(&e, page);
	process_write(&e);
	expo_end(&e);
	page->build_ns = now() - begun;
}
