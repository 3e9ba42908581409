/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/util.h"
#include "out/page_chart.h"
#include "out/page_parts.h"
#include "out/page_words.h"

#define MINUTE_NS (60 * NS_PER_S)
#define SPARK_HEIGHT 24

static void add_failed(struct text *out, uint64_t failed)
{
	text_string(out, failed ? "<td class=\"n bad\">" : "<td class=\"n soft\">");
	page_number(out, failed);
	text_string(out, "<span class=\"key\"> failed</span></td>\n");
}

static void add_row(struct text *out, const struct history_name *name, uint64_t minute)
{
	uint64_t all = window_all(&name->minutes, minute);

	text_string(out, "<tr><th scope=\"row\" class=\"who\">");
	page_label(out, &name->label);
	text_string(out, "</th>\n<td class=\"spark\">");
	page_chart(out, &(struct page_chart){ .window = &name->minutes,
					      .now = minute,
					      .name = "spark",
					      .height = SPARK_HEIGHT });
	text_string(out, "</td>\n<td class=\"n\">");
	page_number(out, all);
	text_printf(out, "<span class=\"key\"> handshake%s</span></td>\n", all == 1 ? "" : "s");
	add_failed(out, window_sum(&name->minutes, minute, WINDOW_FAILED));
	text_string(out, "</tr>\n");
}

void page_names(struct text *out, const struct page_facts *facts)
{
	const struct history_name *names[PAGE_NAMES];
	size_t n = history_names(facts->history, facts->now, names, PAGE_NAMES);

	if (!n)
		return;
	text_string(out, "<section>\n<h2>Server names</h2>\n<table class=\"names\">\n<thead><tr>"
			 "<th scope=\"col\">Server name</th><th scope=\"col\">Last hour</th>"
			 "<th scope=\"col\" class=\"n\">Handshakes</th>"
			 "<th scope=\"col\" class=\"n\">Failed</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++)
		add_row(out, names[i], facts->now / MINUTE_NS);
	text_string(out, "</tbody>\n</table>\n");
	text_printf(out,
		    "<p class=\"note\">Most handshakes of late first, at most %u names. Counts are "
		    "of the last hour; each chart has a scale of its own.</p>\n</section>\n",
		    PAGE_NAMES);
}
