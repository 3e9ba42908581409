/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/page_chart.h"

#include <inttypes.h>

#include "base/util.h"

/* From the ground up: failures stand on it, where their height can be compared. */
static const struct {
	enum window_kind kind;
	const char *name; /* class of the path */
} layers[] = { { WINDOW_FAILED, "f" }, { WINDOW_UNKNOWN, "u" }, { WINDOW_GOOD, "g" } };

static uint64_t bar_sum(const struct page_chart *chart, unsigned age)
{
	uint64_t sum = 0;

	for (int kind = 0; kind < WINDOW_KINDS; kind++)
		sum += window_at(chart->window, chart->now, age, (enum window_kind)kind);
	return sum;
}

uint64_t page_chart_peak(const struct page_chart *chart)
{
	uint64_t peak = 0;

	for (unsigned age = 0; age < WINDOW_SLOTS; age++)
		peak = max_u64(peak, bar_sum(chart, age));
	return peak;
}

/*
 * Heights of the layers of one bar. What happened at all can be seen: one failure among a
 * million is as high as a tenth of the chart, at the cost of the layers above it.
 */
static void bar_heights(const struct page_chart *chart, unsigned age, uint64_t peak,
			unsigned heights[ARRAY_SIZE(layers)])
{
	unsigned left = chart->height, least = chart->height / 10 + 1;

	for (size_t i = 0; i < ARRAY_SIZE(layers); i++) {
		uint64_t n = window_at(chart->window, chart->now, age, layers[i].kind);
		unsigned height = (unsigned)(n * chart->height / peak);

		if (n && height < least)
			height = least;
		heights[i] = height < left ? height : left;
		left -= heights[i];
	}
}

static void write_layer(struct text *out, const struct page_chart *chart, size_t layer,
			uint64_t peak)
{
	size_t from = out->n;

	text_printf(out, "<path class=\"%s\" d=\"", layers[layer].name);
	size_t empty = out->n;

	for (unsigned age = WINDOW_SLOTS; age-- > 0;) {
		unsigned heights[ARRAY_SIZE(layers)], below = 0;

		bar_heights(chart, age, peak, heights);
		for (size_t i = 0; i < layer; i++)
			below += heights[i];
		if (heights[layer])
			text_printf(out, "M%u %uh%uv-%uh-%uz",
				    (WINDOW_SLOTS - 1 - age) * PAGE_CHART_STEP,
				    chart->height - below, PAGE_CHART_STEP - 1, heights[layer],
				    PAGE_CHART_STEP - 1);
	}
	if (out->n == empty)
		text_truncate(out, from);
	else
		text_string(out, "\"/>");
}

void page_chart(struct text *out, const struct page_chart *chart)
{
	uint64_t peak = page_chart_peak(chart);

	text_printf(out,
		    "<svg class=\"%s\" role=\"img\" viewBox=\"0 0 %u %u\" "
		    "preserveAspectRatio=\"none\" aria-label=\"%" PRIu64
		    " in the last hour, %" PRIu64 " failed, %" PRIu64 " unknown\">",
		    chart->name, WINDOW_SLOTS * PAGE_CHART_STEP - 1, chart->height,
		    window_all(chart->window, chart->now),
		    window_sum(chart->window, chart->now, WINDOW_FAILED),
		    window_sum(chart->window, chart->now, WINDOW_UNKNOWN));
	for (size_t i = 0; peak && i < ARRAY_SIZE(layers); i++)
		write_layer(out, chart, i, peak);
	text_string(out, "</svg>");
}
